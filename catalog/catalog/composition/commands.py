"""Putting options, members and links on products that are there already."""

from collections.abc import Sequence

from catalog.catalog.announcing import tell
from catalog.catalog.composition.checking import Hanging, check_hanging
from catalog.catalog.composition.inputs import ComposeProduct
from catalog.catalog.composition.writing import write_composition
from catalog.catalog.errors import InvalidProduct, UnknownReference
from catalog.catalog.rebuilding import rebuild
from catalog.catalog.rows import write
from catalog.catalog.sorting import sku_key
from catalog.product.models import Channel, Product
from chassis import clock
from chassis.messages import Lane
from chassis.unit_of_work import unit_of_work


def compose_products(commands: Sequence[ComposeProduct], *, lane: Lane = Lane.FAST) -> None:
    """Compose products, all or none, in a fixed number of statements. UnknownReference, InvalidProduct."""
    if not commands:
        return
    with unit_of_work("catalog"):
        keys = [sku_key(command.sku) for command in commands]
        # By id, as every other writer of products does.
        rows = {row.sku_key: row for row in _locked(keys)}
        channels = set(Channel.objects.values_list("code", flat=True))
        saved = []
        for command, key in zip(commands, keys, strict=True):
            product = rows.get(key)
            if product is None:
                raise UnknownReference(f"There is no product {command.sku}.", field="/sku")
            if product.kind == Product.VARIANT:
                raise InvalidProduct(f"{command.sku} is a variant: its product has options and links.", field="/sku")
            check_hanging(Hanging.on(product, command), channels)
            saved.append((command, product))
        write_composition(saved)
        changed = _touched(saved)
        write(changed)
        rebuild([product.id for _, product in saved], lane=lane)
        tell(changed, lane=lane)


def _locked(keys: Sequence[str]) -> Sequence[Product]:
    return list(Product.objects.select_for_update().filter(sku_key__in=keys).order_by("id"))


def _touched(saved: Sequence[tuple[ComposeProduct, Product]]) -> list[Product]:
    """The products, and variants that are bought with other questions now."""
    for command, product in saved:
        if command.options is not None:
            product.has_choices = bool(command.options)
    parents = {product.id: product for _, product in saved}
    family = Product.objects.select_for_update().filter(parent__in=list(parents)).order_by("id")
    variants = [row for row in family if row.has_choices != parents[row.parent_id].has_choices]
    for variant in variants:
        variant.has_choices = parents[variant.parent_id].has_choices
    changed = [*parents.values(), *variants]
    for row in changed:
        row.version += 1
        row.changed_at = clock.now()
    return changed

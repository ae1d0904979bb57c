"""The rows of products: found by SKU or id, locked, and filled from what their writers say."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q

from catalog.catalog.checking import Vocabulary
from catalog.catalog.composition.writing import gift_details
from catalog.catalog.errors import InvalidProduct
from catalog.catalog.inputs import SaveProduct, VariantInput
from catalog.catalog.sorting import sku_key
from catalog.catalog.values import CHOICES, checked
from catalog.product.models import Product
from chassis import clock
from chassis.errors import Invalid, StaleVersion
from chassis.ids import new_id


def locked_rows(commands: Sequence[SaveProduct]) -> dict[str, Product]:
    """The products' rows by the SKU that they shall have, new ones inserted first, all locked.

    A row is found by its id when there is one, so that a SKU can change.
    """
    wanted: dict[str, Product] = {}
    for command in commands:
        for part in (command, *(command.variants or ())):
            key = sku_key(part.sku)
            if key in wanted:
                raise InvalidProduct(f"{part.sku} is named twice.", field="/sku")
            wanted[key] = Product(id=part.id or new_id(), sku=part.sku.strip(), sku_key=key, kind="", version=0)
    Product.objects.bulk_create([wanted[key] for key in sorted(wanted)], ignore_conflicts=True)
    # By id, as every other writer of products does: two batches then never wait for each other in a circle.
    ids = {part.id: sku_key(part.sku) for c in commands for part in (c, *(c.variants or ())) if part.id}
    found = Product.objects.select_for_update().filter(Q(sku_key__in=list(wanted)) | Q(id__in=list(ids))).order_by("id")
    rows: dict[str, Product] = {}
    for row in sorted(found, key=lambda row: row.id in ids):
        key = ids.get(row.id, row.sku_key)
        if key in rows or (wanted[key].id in ids and row.id not in ids):
            raise InvalidProduct(f"{key} is the SKU of another product.", field="/sku")
        rows[key] = row
    for key, row in rows.items():
        row.sku_key = key
    return rows


def refuse_other(row: Product, sku: str, *, kind: str, parent: UUID | None) -> None:
    """A product stays what it is, and a variant its product's, unless the caller says otherwise."""
    if row.kind not in ("", kind) or row.parent_id not in (None, parent):
        raise InvalidProduct(f"{sku} is {row.kind or 'a variant'} already.", field="/kind")


def expect(product: Product, version: int | None) -> None:
    if version is not None and product.version != version:
        raise StaleVersion(f"{product.sku} has version {product.version}.", version=product.version)


def fill(product: Product, command: SaveProduct, vocabulary: Vocabulary) -> None:
    product.kind = command.kind
    product.parent_id = None
    product.product_type_id = vocabulary.types[command.product_type] if command.product_type else None
    product.axes = list(command.axes)
    product.channels = sorted(set(command.channels))
    product.requires_shipping = command.kind not in Product.INTANGIBLE
    product.details = _details(product, command)
    if command.options is not None or command.kind == Product.GIFT_CARD:
        product.has_choices = command.kind == Product.GIFT_CARD or bool(command.options)
    _fill_common(product, command, vocabulary, tax_class=command.tax_class)


def _details(product: Product, command: SaveProduct) -> dict[str, Any]:
    """What only this kind has; a gift card whose command names no amounts keeps those that it has."""
    if command.kind == Product.BUNDLE:
        return {"dynamic_price": command.dynamic_price}
    if command.kind == Product.GIFT_CARD:
        return gift_details(command.gift_card) if command.gift_card else product.details
    return {}


def fill_variant(
    child: Product,
    variant: VariantInput,
    parent: Product,
    position: int,
    command: SaveProduct,
    vocabulary: Vocabulary,
) -> None:
    child.kind = Product.VARIANT
    child.axes = []
    child.product_type_id = parent.product_type_id
    child.parent_id = parent.id
    child.position = position
    sold = parent.channels if variant.channels is None else variant.channels
    child.channels = sorted(set(sold) & set(parent.channels))
    child.requires_shipping = variant.requires_shipping
    child.has_choices = parent.has_choices
    _fill_common(child, variant, vocabulary, tax_class=variant.tax_class or command.tax_class)


def _fill_common(row: Product, part: SaveProduct | VariantInput, vocabulary: Vocabulary, *, tax_class: str) -> None:
    row.sku = part.sku.strip()
    row.texts = {scope: _texts(text) for scope, text in part.texts.items()}
    row.values = {
        scope: {code: checked_value(code, value, scope, vocabulary) for code, value in values.items()}
        for scope, values in part.values.items()
    }
    row.shown = dict(part.shown)
    row.created_at = part.created_at or row.created_at
    # A voucher is taxed when it is redeemed.
    row.tax_class = "none" if row.kind == Product.GIFT_CARD else tax_class
    row.weight = part.weight
    row.external_id = {**row.external_id, **part.external_id}
    row.version += 1
    row.changed_at = clock.now()


def _texts(text: Mapping[str, str]) -> dict[str, str]:
    for name, value in text.items():
        if not isinstance(value, str) or "\0" in value:
            raise Invalid(f"{name} must be text.", field=f"/texts/{name}")
    return dict(text)


def checked_value(code: str, value: Any, scope: str, vocabulary: Vocabulary) -> Any:
    """A value as it is stored. InvalidProduct for a scope that the attribute has not, InvalidValue."""
    attribute = vocabulary.attributes[code]
    level = scope.partition(":")[0] or "global"
    order = ("global", "channel", "view")
    if order.index(level) > order.index(attribute.scope):
        raise InvalidProduct(f"{code} is set per {attribute.scope}, not per {level}.", field=f"/values/{code}")
    return checked(
        value,
        attribute=code,
        kind=attribute.kind,
        options=vocabulary.options[code] if attribute.kind in CHOICES else (),
        field=f"/values/{code}",
    )


_WRITTEN = [
    *("sku", "kind", "product_type", "parent", "position", "axes", "texts", "values", "tax_class"),
    *("weight", "requires_shipping", "channels", "shown", "version", "external_id", "changed_at"),
    *("details", "has_choices"),
    *("sku_key", "created_at"),
]


def write(rows: Sequence[Product]) -> None:
    # One upsert instead of bulk_update, whose CASE expressions cost more than the rows.
    Product.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=_WRITTEN)

"""Changing SKU, price and status of variants and adding combinations, all in one unit of work.

Whatever else a variant has (texts, pictures, special prices, prices of lists) stays as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from catalog.catalog.announcing import tell
from catalog.catalog.checking import all_known, vocabulary_of
from catalog.catalog.errors import InvalidProduct, UnknownReference
from catalog.catalog.rebuilding import rebuild, rebuild_owners
from catalog.catalog.rows import checked_value, expect, write
from catalog.catalog.sorting import sku_key
from catalog.pricing.amounts import put_base_prices
from catalog.product import scopes
from catalog.product.models import Product
from chassis import clock
from chassis.ids import new_id
from chassis.messages import Lane
from chassis.unit_of_work import unit_of_work


@dataclass(frozen=True, kw_only=True)
class VariantEdit:
    """A variant as it shall be: one that there is by its `id`, else a new one with an option's code for each axis.

    prices: base prices by channel; others stay. sold: whether it is sold where its product is.
    """

    sku: str
    id: UUID | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    sold: bool = True


@dataclass(frozen=True, kw_only=True)
class EditVariants:
    """Variants of a product; those that are not named stay as they are. expected_version: of the product."""

    product: str
    variants: tuple[VariantEdit, ...]
    expected_version: int | None = None


def edit_variants(command: EditVariants) -> None:
    """Change and add variants, all or none. UnknownReference, InvalidProduct, InvalidPrice, StaleVersion."""
    with unit_of_work("catalog"):
        product = Product.objects.select_for_update().filter(sku_key=sku_key(command.product), parent=None).first()
        if product is None:
            raise UnknownReference(f"There is no product {command.product}.", field="/product")
        if product.kind != Product.CONFIGURABLE or not product.axes:
            raise InvalidProduct(f"{product.sku} is {product.kind}: only a configurable product has variants.")
        expect(product, command.expected_version)
        family = list(Product.objects.select_for_update().filter(parent=product).order_by("id"))
        rows = _rows(product, family, command.variants)
        _refuse_taken(rows)
        for row in (product, *rows):
            row.version, row.changed_at = row.version + 1, clock.now()
        write([product, *rows])
        prices = {row.id: dict(edit.prices) for row, edit in zip(rows, command.variants, strict=True)}
        put_base_prices(prices)
        rebuild([product.id])
        rebuild_owners([product.id, *prices], but=[product.id])
        tell([product, *rows], lane=Lane.FAST)


def combination(row: Product, axes: Sequence[str]) -> tuple[str, ...]:
    """The options by which a variant differs."""
    values = row.values.get(scopes.GLOBAL, {})
    return tuple(str(values.get(axis, "")) for axis in axes)


def _rows(product: Product, family: Sequence[Product], edits: Iterable[VariantEdit]) -> list[Product]:
    known = {row.id: row for row in family}
    taken = {combination(row, product.axes) for row in family}
    vocabulary = vocabulary_of((), set(product.axes))
    found: list[Product] = []
    for index, edit in enumerate(edits):
        all_known(edit.prices, vocabulary.channels, "channel")
        if edit.id is not None:
            row = known.pop(edit.id, None)
            if row is None:
                raise UnknownReference(f"{product.sku} has no such variant.", field=f"/variants/{index}/id")
        else:
            options = {axis: edit.options.get(axis, "") for axis in product.axes}
            values = {code: checked_value(code, value, "", vocabulary) for code, value in options.items()}
            row = _new(product, values, position=len(family) + index)
            if combination(row, product.axes) in taken:
                raise InvalidProduct("This combination is there already.", field=f"/variants/{index}/options")
            taken.add(combination(row, product.axes))
        _fill(row, product, edit, index)
        found.append(row)
    return found


def _new(product: Product, values: Mapping[str, str], *, position: int) -> Product:
    return Product(
        id=new_id(),
        kind=Product.VARIANT,
        parent=product,
        product_type_id=product.product_type_id,
        position=position,
        values={scopes.GLOBAL: dict(values)},
        tax_class=product.tax_class,
        weight=product.weight,
        has_choices=product.has_choices,
        version=0,
    )


def _fill(row: Product, product: Product, edit: VariantEdit, index: int) -> None:
    if not edit.sku.strip() or len(edit.sku) > 255 or "\0" in edit.sku:
        raise InvalidProduct("sku must be 1 to 255 characters.", field=f"/variants/{index}/sku")
    row.sku, row.sku_key = edit.sku.strip(), sku_key(edit.sku)
    if edit.sold != bool(row.channels):
        row.channels = list(product.channels) if edit.sold else []


def _refuse_taken(rows: Sequence[Product]) -> None:
    """InvalidProduct for a SKU that two would have, or that another has at present: two cannot exchange theirs."""
    keys = {row.sku_key: row for row in rows}
    others = Product.objects.filter(sku_key__in=list(keys)).values_list("id", "sku_key")
    taken = [key for id_, key in others if keys[key].id != id_]
    if taken or len(keys) < len(rows):
        named = taken or [key for key in keys if sum(row.sku_key == key for row in rows) > 1]
        raise InvalidProduct(f"{', '.join(sorted(named))}: another product has this SKU.", field="/variants")

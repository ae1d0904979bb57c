"""Custom options: what is asked of who buys a product, with what an answer adds.

Codes are Magento's ids. How a question is drawn (list or radio buttons, a line or an area) is the storefront's.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from catalog.catalog.composition.checking import MOST_CHOICES, MOST_LENGTH, MOST_OPTIONS
from catalog.commands import ChoiceInput, ProductOptionInput
from catalog.legacy.shops import Shop
from catalog.legacy.surcharges import added, of_store
from catalog.legacy.tables import MIRROR
from catalog.legacy.values import Note, labels
from catalog.product.composition import ProductOption
from chassis.mirrors import Row, Rows

TABLE = "catalog_product_option"
VALUE = f"{TABLE}_type_value"
KINDS = {
    **dict.fromkeys(("drop_down", "radio"), ProductOption.SELECT),
    **dict.fromkeys(("checkbox", "multiple"), ProductOption.MULTI_SELECT),
    **dict.fromkeys(("field", "area", "date_time", "time"), ProductOption.TEXT),
    "date": ProductOption.DATE,
}
_MOMENTS = ("date_time", "time")
Kept = TypeVar("Kept")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Titles, prices and values of the custom options of products, read once for many."""

    options: Mapping[str, Rows] = field(default_factory=dict)
    values: Mapping[str, Rows] = field(default_factory=dict)

    @classmethod
    def of(cls, source: str, products: Iterable[Rows]) -> "Asked":
        """What belongs to the options of these products."""
        ids = {row["option_id"] or "" for rows in products for row in rows.all(TABLE)}
        options = MIRROR.rows_of(source, "custom_option", ids) if ids else {}
        values = {row["option_type_id"] or "" for rows in options.values() for row in rows.all(VALUE)}
        return cls(options=options, values=MIRROR.rows_of(source, "custom_value", values) if values else {})


def options_of(shop: Shop, rows: Rows, asked: Asked, note: Note) -> tuple[ProductOptionInput, ...]:
    """The custom options of a product in Magento's order: by position, then by title."""
    titles = {id_: labels(shop, one.all(f"{TABLE}_title"), "title") for id_, one in asked.options.items()}
    found = []
    for row in sorted(
        rows.all(TABLE), key=lambda row: _order(row, titles.get(row["option_id"] or "", {}), "option_id")
    ):
        id_ = row["option_id"] or ""
        if row["sku"]:
            note("option_sku_not_carried", f"{id_}: {row['sku']}")
        option = _option(shop, row, asked, titles.get(id_, {}), note)
        if option:
            found.append(option)
    return cut(found, MOST_OPTIONS, "options", note)


def cut(found: Collection[Kept], most: int, what: str, note: Note) -> tuple[Kept, ...]:
    """As many as there may be here."""
    if len(found) > most:
        note("too_many", f"{what}: {len(found)}")
    return tuple(found)[:most]


def _option(shop: Shop, row: Row, asked: Asked, title: Mapping[str, str], note: Note) -> ProductOptionInput | None:
    id_, type_ = row["option_id"] or "", row["type"] or ""
    kind = KINDS.get(type_)
    if kind is None:
        note("option_not_carried", f"{id_}: {type_}")
        return None
    if type_ in _MOMENTS:
        note("option_as_text", f"{id_}: {type_}")
    own = asked.options.get(id_, Rows())
    choices = _choices(shop, own, asked, note) if kind in (ProductOption.SELECT, ProductOption.MULTI_SELECT) else ()
    if kind in (ProductOption.SELECT, ProductOption.MULTI_SELECT) and not choices:
        note("option_without_choices", id_)
        return None
    more = added(shop, of_store(() if choices else own.all(f"{TABLE}_price")), f"option {id_}", note)
    if more is None:
        return None
    return ProductOptionInput(
        code=id_,
        labels={"": id_, **title},
        kind=kind,
        required=row["is_require"] == "1",
        choices=choices,
        max_length=_length(row, note) if kind == ProductOption.TEXT else 255,
        prices=more.prices,
        percent=more.percent,
    )


def _choices(shop: Shop, own: Rows, asked: Asked, note: Note) -> tuple[ChoiceInput, ...]:
    values = {row["option_type_id"] or "": row for row in own.all(VALUE)}
    titles = {id_: labels(shop, asked.values.get(id_, Rows()).all(f"{TABLE}_type_title"), "title") for id_ in values}
    found = []
    for id_, row in sorted(values.items(), key=lambda one: _order(one[1], titles[one[0]], "option_type_id")):
        if row["sku"]:
            note("option_sku_not_carried", f"value {id_}: {row['sku']}")
        prices = asked.values.get(id_, Rows()).all(f"{TABLE}_type_price")
        more = added(shop, of_store(prices), f"value {id_}", note)
        if more:
            found.append(
                ChoiceInput(code=id_, labels={"": id_, **titles[id_]}, prices=more.prices, percent=more.percent)
            )
    return cut(found, MOST_CHOICES, "choices", note)


def _order(row: Row, title: Mapping[str, str], key: str) -> tuple[int, str, int]:
    return int(row["sort_order"] or 0), title.get("", "").casefold(), int(row[key] or 0)


def _length(row: Row, note: Note) -> int:
    """None is without limit there."""
    asked = int(row["max_characters"] or 0)
    if asked > MOST_LENGTH:
        note("option_shortened", f"{row['option_id']}: {asked} characters")
    return min(asked, MOST_LENGTH) or MOST_LENGTH

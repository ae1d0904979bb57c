"""A bundle's options as questions whose answers are its parts.

In Magento what a selection adds is meant for one of it, so that two in a bundle add twice as much. How a question is
drawn is the storefront's.
"""

from collections.abc import Collection, Mapping
from decimal import Decimal

from catalog.catalog.composition.checking import MOST_CHOICES
from catalog.commands import ChoiceInput, ProductOptionInput
from catalog.legacy.choices import cut
from catalog.legacy.shops import ADMIN, Shop, Website
from catalog.legacy.surcharges import Added, Look, Said, added
from catalog.legacy.values import Note, labels
from catalog.product.composition import ProductOption
from chassis.mirrors import Row, Rows

OPTION = "catalog_product_bundle_option"
SELECTION = "catalog_product_bundle_selection"
KINDS = {
    **dict.fromkeys(("select", "radio"), ProductOption.SELECT),
    **dict.fromkeys(("checkbox", "multi"), ProductOption.MULTI_SELECT),
}
_MOST = 9999


def bundle_options(
    shop: Shop, rows: Rows, parts: Mapping[str, str], note: Note, *, dynamic: bool
) -> tuple[ProductOptionInput, ...]:
    """The questions of a bundle in order; `parts` are SKUs by Magento's id. One without a part is left out."""
    found = []
    for row in sorted(rows.all(OPTION), key=lambda row: (int(row["position"] or 0), int(row["option_id"] or 0))):
        id_ = row["option_id"] or ""
        kind = KINDS.get(row["type"] or "")
        if kind is None:
            note("option_not_carried", f"{id_}: {row['type']}")
            continue
        own = [one for one in rows.all(SELECTION) if one["option_id"] == id_]
        choices = _choices(shop, own, rows, parts, note, dynamic=dynamic, single=kind == ProductOption.SELECT)
        if not choices:
            note("option_without_choices", f"bundle {id_}")
            continue
        titles = [one for one in rows.all(f"{OPTION}_value") if one["option_id"] == id_]
        found.append(
            ProductOptionInput(
                code=f"bundle-{id_}",
                labels={"": id_, **labels(shop, titles, "title")},
                kind=kind,
                required=row["required"] == "1",
                choices=choices,
            )
        )
    return tuple(found)


def _choices(
    shop: Shop, own: Collection[Row], rows: Rows, parts: Mapping[str, str], note: Note, *, dynamic: bool, single: bool
) -> tuple[ChoiceInput, ...]:
    found: list[ChoiceInput] = []
    for row in sorted(own, key=lambda row: (int(row["position"] or 0), int(row["selection_id"] or 0))):
        id_, quantity = row["selection_id"] or "", Decimal(row["selection_qty"] or 0)
        sku = parts.get(row["product_id"] or "")
        if sku is None:
            note("part_not_carried", row["product_id"] or "")
            continue
        if not 0 < quantity <= _MOST:
            note("quantity_refused", f"selection {id_}: {quantity}")
            continue
        more = Added() if dynamic else added(shop, _look(row, rows, quantity), f"selection {id_}", note)
        if more is None:
            continue
        default = row["is_default"] == "1"
        if default and single and any(choice.is_default for choice in found):
            note("second_default", f"selection {id_}")
            default = False
        found.append(
            ChoiceInput(
                code=id_,
                component=sku,
                quantity=quantity,
                # Who may choose several cannot say how many of each there.
                quantity_changes=single and row["selection_can_change_qty"] == "1",
                prices=more.prices,
                percent=more.percent,
                is_default=default,
            )
        )
    return cut(found, MOST_CHOICES, "selections", note)


def _look(row: Row, rows: Rows, quantity: Decimal) -> Look:
    """A website's own price of a selection stands in for that of all."""
    own = [one for one in rows.all(f"{SELECTION}_price") if one["selection_id"] == row["selection_id"]]
    by_site = {ADMIN: row, **{int(one["website_id"] or 0): one for one in own}}

    def look(site: Website) -> Said:
        said = by_site.get(site.id, by_site[ADMIN])
        return Said(Decimal(said["selection_price_value"] or 0) * quantity, said["selection_price_type"] == "1")

    return look

"""Lines of an order. Magento keeps a configurable product, and a bundle, as a row with rows of parts below it.

A line here is such a row with its parts. Its amounts are the row's own; of a bundle whose parts are priced they are the
parts', since the row then holds their sum but not their discounts: adding up all rows would count twice. Quantities are
written there on the row, on its parts, or on both: so much of it is sent as the row says, or as all of its parts say.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from chassis.ids import migrated_id
from chassis.mirrors import Row
from commerce.history.importing import ImportedLine, LineFigures
from commerce.legacy.values import ZERO, by_id, number, summed, text, wire

UNIT = Decimal("0.0001")
IN_ORDER, IN_BASE = "", "base_"
KINDS = {"configurable": "variant", "grouped": "simple"}
_NOTHING_SENT = ("virtual", "downloadable")
Note = Callable[[str, str], None]


@dataclass(frozen=True, kw_only=True)
class Item:
    """A line's row with those of its parts."""

    row: Row
    parts: Sequence[Row]

    @property
    def id(self) -> str:
        """The row's id."""
        return str(self.row["item_id"])

    @property
    def priced(self) -> list[Row]:
        """The rows whose amounts count."""
        by_parts = self.row["product_type"] == "bundle" and any(number(part, "price") for part in self.parts)
        return list(self.parts) if by_parts else [self.row]

    @property
    def ordered(self) -> Decimal:
        """How many were ordered."""
        return number(self.row, "qty_ordered")

    @property
    def requires_shipping(self) -> bool:
        """Whether something of it is sent."""
        return self.row["is_virtual"] != "1" and self.row["product_type"] not in _NOTHING_SENT

    def each(self, part: Row) -> Decimal:
        """How many of a part one of the line has."""
        return number(part, "qty_ordered") / self.ordered if self.ordered else ZERO

    def counted(self, column: str) -> Decimal:
        """A quantity of the whole line."""
        parts = [(number(part, column), self.each(part)) for part in self.parts]
        whole = min((many / each for many, each in parts if each), default=ZERO)
        return max(number(self.row, column), whole).quantize(UNIT, ROUND_DOWN)


def items_of(rows: Sequence[Row]) -> list[Item]:
    """The lines of an order, in the order in which they were added."""
    ids = {row["item_id"] for row in rows}
    parts: dict[str | None, list[Row]] = {}
    for row in sorted(rows, key=by_id):
        parts.setdefault(row["parent_item_id"] if row["parent_item_id"] in ids else None, []).append(row)
    return [Item(row=row, parts=parts.get(row["item_id"], ())) for row in parts.get(None, ())]


def payable(row: Row, money: str) -> Decimal:
    """What a row of an order, an invoice or a credit memo comes to, with tax and after its discount."""
    amounts = ("row_total", "tax_amount", "discount_tax_compensation_amount", _weee(money))
    return sum((number(row, f"{money}{name}") for name in amounts), ZERO) - number(row, f"{money}discount_amount")


def _weee(money: str) -> str:
    """Fixed taxes on a product; Magento cuts the name of its base column short."""
    return "weee_tax_applied_row_amnt" if money else "weee_tax_applied_row_amount"


def line_figures(shown: Row, priced: Sequence[Row], quantity: Decimal, money: str) -> LineFigures:
    """Amounts of a line that is shown by one row and priced by it or others. The discount is what `total` lacks."""
    total = sum((payable(row, money) for row in priced), ZERO)
    full = sum((_gross(row, money) for row in priced), ZERO)
    unit = number(shown, f"{money}price_incl_tax") or number(shown, f"{money}price")
    if not unit and full and quantity:
        unit = (full / quantity).quantize(Decimal("0.000001"))
    off = full - total if any(number(row, f"{money}discount_amount") for row in priced) else ZERO
    return LineFigures(unit_price=unit, discount=off, tax=summed(list(priced), f"{money}tax_amount"), total=total)


def _gross(row: Row, money: str) -> Decimal:
    whole = number(row, f"{money}row_total_incl_tax")
    return whole or number(row, f"{money}row_total") + number(row, f"{money}tax_amount")


def make_lines(source: str, items: Sequence[Item], *, currency: str, note: Note) -> Iterator[ImportedLine]:
    """The lines, each under the id that every domain works out for it."""
    for item in items:
        row = item.row
        cancelled = item.counted("qty_canceled")
        if cancelled > item.ordered:
            note("more_cancelled_than_ordered", f"item {item.id}: {cancelled} of {item.ordered}")
        options = _options(item, note)
        yield ImportedLine(
            id=migrated_id(source, "order_item", item.id),
            external_id=f"{source}:order_item:{item.id}",
            sku=text(row, "sku"),
            product=_product(source, item, note),
            name=text(row, "name"),
            options=_shown(options),
            kind=KINDS.get(text(row, "product_type"), text(row, "product_type")),
            quantity=item.ordered,
            shipped=item.counted("qty_shipped"),
            cancelled=min(cancelled, item.ordered),
            invoiced=item.counted("qty_invoiced"),
            refunded=item.counted("qty_refunded"),
            figures=line_figures(row, item.priced, item.ordered, IN_ORDER),
            base=line_figures(row, item.priced, item.ordered, IN_BASE),
            taxes=taxes_of(item.priced, currency=currency),
            requires_shipping=item.requires_shipping,
            components=_components(source, item),
            parts=[_part(part) for part in item.parts] if row["product_type"] == "bundle" else [],
            answers=[{"label": str(one.get("label", "")), "value": str(one.get("value", ""))}
                     for one in (*_list(options, "options"), *_list(options, "additional_options"))],
        )  # fmt: skip


def taxes_of(rows: Sequence[Row], *, currency: str, of: Callable[[Row], Decimal] | None = None) -> list[dict[str, str]]:
    """Taxes by their percentage; `of` tells it where a row does not hold its own."""
    found: dict[Decimal, Decimal] = {}
    for row in rows:
        percent = of(row) if of else number(row, "tax_percent")
        found[percent] = found.get(percent, ZERO) + number(row, "tax_amount")
    return [{"code": "", "percent": f"{percent.normalize():f}", "amount": wire(amount, currency)}
            for percent, amount in sorted(found.items()) if amount]  # fmt: skip


def _product(source: str, item: Item, note: Note) -> Any:
    """What was bought: of a configurable product the variant."""
    chosen = item.parts[0] if item.row["product_type"] == "configurable" and item.parts else item.row
    if chosen["product_id"]:
        return migrated_id(source, "product", chosen["product_id"])
    note("line_without_product", f"item {item.id}: the product was deleted and its id with it")
    return migrated_id(source, "order_item", item.id)


def _options(item: Item, note: Note) -> dict[str, Any]:
    stored = item.row["product_options"]
    if not stored:
        return {}
    try:
        read = json.loads(stored)
    except ValueError:
        note("options_not_understood", f"item {item.id}: they are no JSON")
        return {}
    return read if isinstance(read, dict) else {}


def _list(options: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = options.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _shown(options: dict[str, Any]) -> str:
    """What of a configurable product or a bundle was chosen; never a text that a shopper wrote."""
    chosen = [f"{one.get('label', '')}: {one.get('value', '')}" for one in _list(options, "attributes_info")]
    bundle = options.get("bundle_options")
    for one in bundle.values() if isinstance(bundle, dict) else ():
        titles = [str(value.get("title", "")) for value in _list(one, "value")]
        chosen.append(f"{one.get('label', '')}: {', '.join(titles)}")
    return ", ".join(chosen)


def _components(source: str, item: Item) -> list[dict[str, Any]]:
    if item.row["product_type"] != "bundle":
        return []
    return [
        {
            "sku": text(part, "sku"),
            "product": str(migrated_id(source, "product", part["product_id"] or "")),
            "name": text(part, "name"),
            "quantity": f"{item.each(part).normalize():f}",
            "requires_shipping": part["is_virtual"] != "1",
            "sent": f"{max(number(part, 'qty_shipped'), item.counted('qty_shipped') * item.each(part)).normalize():f}",
        }
        for part in item.parts
    ]


def _part(part: Row) -> dict[str, str]:
    names = {"ordered": "qty_ordered", "invoiced": "qty_invoiced", "shipped": "qty_shipped",
             "refunded": "qty_refunded", "cancelled": "qty_canceled"}  # fmt: skip
    return {"sku": text(part, "sku")} | {ours: str(number(part, theirs)) for ours, theirs in names.items()}

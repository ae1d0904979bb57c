"""The lines of an order: a row with the rows of its parts."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from chassis.ids import migrated_id
from config.parity.facts import fact

ZERO = Decimal(0)
UNIT, MILLIONTH = Decimal("0.0001"), Decimal("0.000001")
QUANTITIES = {"shipped": "qty_shipped", "cancelled": "qty_canceled", "invoiced": "qty_invoiced",
              "refunded": "qty_refunded"}  # fmt: skip
KINDS = {"configurable": "variant", "grouped": "simple"}
Row = dict[str, Any]


def number(row: Row, column: str) -> Decimal:
    """An amount or a quantity; NULL, and a column that a shop lacks, is none."""
    return Decimal(row.get(column) or 0)


@dataclass(frozen=True, kw_only=True)
class Line:
    """What was bought as one."""

    row: Row
    parts: Sequence[Row]

    @property
    def priced(self) -> Sequence[Row]:
        """The rows whose amounts count."""
        by_parts = self.row["product_type"] == "bundle" and any(number(part, "price") for part in self.parts)
        return self.parts if by_parts else [self.row]

    @property
    def is_sent(self) -> bool:
        """Whether a parcel is needed for it."""
        return self.row["is_virtual"] != 1 and self.row["product_type"] not in ("virtual", "downloadable")

    def whole(self, column: str) -> Decimal:
        """A quantity of all of it: as its row says or as all of its parts say, whichever is more."""
        ordered = number(self.row, "qty_ordered")
        shares = [(number(part, column), number(part, "qty_ordered") / ordered) for part in self.parts if ordered]
        of_parts = min((many / each for many, each in shares if each), default=ZERO)
        return max(number(self.row, column), of_parts).quantize(UNIT, ROUND_DOWN)

    @property
    def shipped(self) -> Decimal:
        """How many left."""
        return self.whole("qty_shipped")

    @property
    def to_send(self) -> Decimal:
        """How many are waited for: what was given back or cancelled is not."""
        gone = max(self.shipped, self.whole("qty_refunded"))
        return max(number(self.row, "qty_ordered") - gone - self.whole("qty_canceled"), ZERO)

    def fields(self, source: str) -> Iterator[tuple[str, Any]]:
        """The line's part of an order's record."""
        row, named = self.row, f"line {self.row['item_id']}"
        ordered = number(row, "qty_ordered")
        yield f"{named} sku", (row["sku"] or "").strip()
        yield f"{named} name", (row["name"] or "").strip()
        yield f"{named} kind", KINDS.get(row["product_type"], row["product_type"])
        yield f"{named} product", self._product(source)
        yield f"{named} is sent", self.is_sent
        yield f"{named} quantity", ordered
        for ours, theirs in QUANTITIES.items():
            otherwise = {"counted_by_its_parts": self.whole(theirs)}
            if ours == "cancelled":
                otherwise["more_cancelled_than_ordered"] = ordered
            yield f"{named} {ours}", fact(number(row, theirs), otherwise)
        for money in ("", "base_"):
            yield from ((f"{named} {money}{name}", value) for name, value in self._money(money))
        yield f"{named} answers", self._answers()

    def _product(self, source: str) -> Any:
        """What was bought: of a configurable product the variant."""
        chosen = self.parts[0] if self.row["product_type"] == "configurable" and self.parts else self.row
        if chosen["product_id"]:
            return str(migrated_id(source, "product", chosen["product_id"]))
        return fact(None, {"line_without_product": str(migrated_id(source, "order_item", self.row["item_id"]))})

    def _money(self, money: str) -> Iterator[tuple[str, Any]]:
        total = sum((payable(row, money) for row in self.priced), ZERO)
        full = sum((_gross(row, money) for row in self.priced), ZERO)
        unit = number(self.row, f"{money}price_incl_tax")
        plainly, ordered = number(self.row, f"{money}price"), number(self.row, "qty_ordered")
        otherwise = {"price_without_tax": plainly} if not unit else {}
        if not unit and not plainly and ordered:
            otherwise["price_of_its_parts"] = (full / ordered).quantize(MILLIONTH)
        off = sum((number(row, f"{money}discount_amount") for row in self.priced), ZERO)
        yield "unit price", fact(unit, otherwise)
        yield "total", total
        yield "tax", sum((number(row, f"{money}tax_amount") for row in self.priced), ZERO)
        yield "discount", fact(off, {"discount_with_its_tax": full - total} if off else {})

    def _answers(self) -> list[list[str]]:
        try:
            options = json.loads(self.row["product_options"] or "{}")
        except ValueError:
            return []
        several = [options.get(name) for name in ("options", "additional_options")] if isinstance(options, dict) else []
        return [[str(one.get("label", "")), str(one.get("value", ""))]
                for group in several if isinstance(group, list) for one in group if isinstance(one, dict)]  # fmt: skip


def payable(row: Row, money: str) -> Decimal:
    """What a row comes to, with tax and after its discount; Magento cuts the name of a base column short."""
    weee = "weee_tax_applied_row_amnt" if money else "weee_tax_applied_row_amount"
    names = ("row_total", "tax_amount", "discount_tax_compensation_amount", weee)
    return sum((number(row, f"{money}{name}") for name in names), ZERO) - number(row, f"{money}discount_amount")


def _gross(row: Row, money: str) -> Decimal:
    taxed = number(row, f"{money}row_total") + number(row, f"{money}tax_amount")
    return number(row, f"{money}row_total_incl_tax") or taxed


def lines_of(rows: Sequence[Row]) -> list[Line]:
    """The lines of an order; a part whose line is gone is one."""
    ids = {row["item_id"] for row in rows}
    parts: dict[Any, list[Row]] = {}
    for row in rows:
        parts.setdefault(row["parent_item_id"] if row["parent_item_id"] in ids else None, []).append(row)
    return [Line(row=row, parts=parts.get(row["item_id"], ())) for row in parts.get(None, ())]

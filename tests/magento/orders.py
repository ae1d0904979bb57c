"""Magento's orders worked out again by our calculation: from their own lines, not from today's catalogue.

Of a line its quantity, its price as entered, its discount and the percentage of tax are taken; everything else is
worked out and compared. Both in the currency of the order and in that of the shop's books.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from catalog.pricing.taxation import Item, Method, Rounding, Tax, Worked, work_out
from strangler.source import Source

Row = Mapping[str, Any]
ALGORITHMS = {
    "UNIT_BASE_CALCULATION": Rounding.UNIT,
    "ROW_BASE_CALCULATION": Rounding.LINE,
    "TOTAL_BASE_CALCULATION": Rounding.TOTAL,
}
# What Magento's config.xml ships.
ALGORITHM = "TOTAL_BASE_CALCULATION"
IN_ORDER, IN_BASE = "", "base_"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A figure of an order (or of a line of it) that came out otherwise."""

    order: str
    figure: str
    theirs: Decimal
    ours: Decimal


@dataclass(frozen=True, kw_only=True)
class Orders:
    """All orders with their lines, and the websites' settings that their tax depends on."""

    orders: Sequence[Row]
    lines: Mapping[int, Sequence[Row]]
    with_tax: Mapping[int, bool]
    rounding: Rounding

    @classmethod
    def read(cls, url: str) -> "Orders":
        """The orders of a Magento database."""
        lines: dict[int, list[Row]] = defaultdict(list)
        with Source(url) as source:
            for row in source.rows("SELECT * FROM sales_order_item ORDER BY item_id"):
                lines[int(row["order_id"])].append(row)
            stores = source.rows("SELECT store_id, website_id FROM store")
            settings = {
                (row["path"], row["scope"], int(row["scope_id"])): row["value"]
                for row in source.rows("SELECT * FROM core_config_data WHERE path LIKE 'tax/%%'")
            }
            orders = source.rows("SELECT * FROM sales_order ORDER BY entity_id")
        path = "tax/calculation/price_includes_tax"
        with_tax = {
            int(row["store_id"]): settings.get((path, "websites", int(row["website_id"])), "0") == "1" for row in stores
        }
        algorithm = settings.get(("tax/calculation/algorithm", "default", 0), ALGORITHM)
        return cls(orders=orders, lines=lines, with_tax=with_tax, rounding=ALGORITHMS[algorithm])

    def differences(self, rounding: Rounding) -> list[Difference]:
        """Every figure that is not Magento's, by a way of rounding."""
        return [
            found
            for order in self.orders
            for money in (IN_ORDER, IN_BASE)
            for found in self._of(order, money, rounding)
        ]

    def _of(self, order: Row, money: str, rounding: Rounding) -> Iterator[Difference]:
        lines = _taxed(self.lines[int(order["entity_id"])])
        with_tax = self.with_tax[int(order["store_id"])]
        currency = order["base_currency_code"] if money else order["order_currency_code"]
        method = Method(currency=currency, with_tax=with_tax, rounding=rounding)
        worked = work_out([_item(line, money, with_tax=with_tax) for line in lines], method)
        number = str(order["increment_id"])
        for line, ours in zip(lines, worked, strict=True):
            figures = {
                "row_total": ours.net_total, "row_total_incl_tax": ours.gross_total,
                "price_incl_tax": ours.gross_unit, "tax_amount": ours.tax,
            }  # fmt: skip
            yield from _compared(number, line, figures, money, where=f"{line['sku']} ")
        yield from _compared(number, order, _totals(order, worked, money), money, where="")


def _taxed(rows: Sequence[Row]) -> list[Row]:
    """The lines that tax was taken on: a bundle's parts where they have prices of their own, else the parent."""
    parts: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if row["parent_item_id"]:
            parts[int(row["parent_item_id"])].append(row)
    found: list[Row] = []
    for row in rows:
        own = parts[int(row["item_id"])]
        if row["product_type"] == "bundle" and any(_number(part["price"]) for part in own):
            found += own
        elif not row["parent_item_id"]:
            found.append(row)
    return found


def _item(line: Row, money: str, *, with_tax: bool) -> Item:
    """Prices with tax contain that of where goods are sent from: in this shop California, which taxes nothing."""
    percent = _number(line["tax_percent"])
    return Item(
        key=str(line["item_id"]),
        unit=_number(line[f"{money}price"]),
        quantity=_number(line["qty_ordered"]),
        taxes=(Tax(code=f"{percent}", percent=percent),) if percent else (),
        contained=() if with_tax and percent else None,
        discount=_number(line[f"{money}discount_amount"]),
    )


def _totals(order: Row, worked: Sequence[Worked], money: str) -> dict[str, Decimal]:
    """Shipping is in no class of goods here: no order has tax on it."""
    shipping = _number(order[f"{money}shipping_incl_tax"]) - _number(order[f"{money}shipping_discount_amount"])
    return {
        "subtotal": sum((line.net_total for line in worked), Decimal(0)),
        "subtotal_incl_tax": sum((line.gross_total for line in worked), Decimal(0)),
        "tax_amount": sum((line.tax for line in worked), _number(order[f"{money}shipping_tax_amount"])),
        "grand_total": sum((line.payable for line in worked), shipping),
    }


def _compared(number: str, row: Row, ours: Mapping[str, Decimal], money: str, *, where: str) -> Iterator[Difference]:
    for name, amount in ours.items():
        theirs = _number(row[f"{money}{name}"])
        if theirs != amount:
            yield Difference(order=number, figure=f"{where}{money}{name}", theirs=theirs, ours=amount)


def _number(value: Any) -> Decimal:
    return Decimal(str(value or 0))

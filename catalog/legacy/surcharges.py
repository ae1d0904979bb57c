"""What an answer adds to a price, where Magento has an amount or a percentage for each website.

Ours is an amount per channel or one percentage for all. What is neither is left out, and told of: nothing is sold at
a price that it does not have there.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from catalog.legacy.shops import ADMIN, Shop, Website
from catalog.legacy.values import Note
from catalog.pricing.commands import LIMIT
from chassis.mirrors import Row

_PERCENT = Decimal("0.0001")
_MOST = Decimal(500)


@dataclass(frozen=True, kw_only=True)
class Added:
    """An amount by channel, or percent; nothing if neither."""

    prices: dict[str, Decimal] = field(default_factory=dict)
    percent: Decimal | None = None


@dataclass(frozen=True)
class Said:
    """What a website has: an amount, or percent."""

    amount: Decimal
    percent: bool = False


Look = Callable[[Website], Said]


def added(shop: Shop, look: Look, where: str, note: Note) -> Added | None:
    """What is added in all websites; None if that cannot be said here."""
    said = {site.code: look(site) for site in shop.websites.values()}
    if any(not 0 <= one.amount < LIMIT or (one.percent and one.amount > _MOST) for one in said.values()):
        note("surcharge_refused", where)
        return None
    fixed = {code: one.amount for code, one in said.items() if not one.percent or not one.amount}
    if len(fixed) == len(said):
        return Added(prices=fixed if any(fixed.values()) else {})
    if len(set(said.values())) == 1:
        exact = next(iter(said.values())).amount
        if exact != (percent := exact.quantize(_PERCENT)):
            note("surcharge_rounded", f"{where}: {exact}")
        return Added(percent=percent)
    note("surcharge_differs", f"{where}: percent in {', '.join(sorted(said.keys() - fixed.keys()))}")
    return Added(prices=fixed) if fixed else None


def of_store(rows: Iterable[Row], *, amount: str = "price") -> Look:
    """The row of a website's default store, else that of all stores."""
    by_store = {int(row["store_id"] or 0): row for row in rows}

    def look(site: Website) -> Said:
        row = by_store.get(site.default.id) if site.default else None
        row = row or by_store.get(ADMIN)
        return Said(Decimal(row[amount] or 0), row["price_type"] == "percent") if row else Said(Decimal(0))

    return look


def of_website(rows: Iterable[Row]) -> Look:
    """The price of a website, else that of all."""
    by_site = {int(row["website_id"] or 0): Decimal(row["price"] or 0) for row in rows}

    def look(site: Website) -> Said:
        return Said(by_site.get(site.id, by_site.get(ADMIN, Decimal(0))))

    return look

"""Changing entered prices where they stand: windows, tiers, costs and what else is entered beside them stay."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import connections
from django.db.models import Q

from catalog.pricing.blocks import rebuild_blocks
from catalog.pricing.commands import LIMIT
from catalog.pricing.errors import InvalidPrice, PriceMoved
from catalog.pricing.following import follow_prices
from catalog.pricing.models import Price
from chassis.money import Money
from chassis.unit_of_work import unit_of_work

HUNDRED = Decimal(100)
MOST_PERCENT = Decimal(1000)


@dataclass(frozen=True, kw_only=True)
class EditPrice:
    """A price as it shall be: an amount, or percent off the base price where it is a list's. `seen`: both before."""

    price: UUID
    amount: Decimal | None
    percent: Decimal | None = None
    seen: tuple[Decimal | None, Decimal | None]


def edit_prices(edits: Sequence[EditPrice]) -> None:
    """Change prices, all or none. PriceMoved for one that is another by now or gone, InvalidPrice."""
    with unit_of_work("catalog"):
        rows = _locked([edit.price for edit in edits])
        for edit in edits:
            row = rows.get(edit.price)
            if row is None or (row.amount, row.percent) != edit.seen:
                raise PriceMoved()
            _set(row, edit.amount, edit.percent)
        _write(list(rows.values()))


def shift_prices(prices: Collection[UUID], percent: Decimal) -> None:
    """Raise amounts by percent (below 0: lower them), rounded as the currency is paid. InvalidPrice, PriceMoved."""
    with unit_of_work("catalog"):
        rows = _locked(prices)
        if len(rows) < len(set(prices)):
            raise PriceMoved()
        for row in rows.values():
            if row.amount is None:
                raise InvalidPrice("Percent off a base price follow that price by themselves.")
            _set(row, _shifted(row.amount, row.currency, percent), None)
        _write(list(rows.values()))


def shift_base_prices(products: Collection[UUID], *, channel: str, percent: Decimal) -> None:
    """The same for the base prices of products and of all their variants in a channel. InvalidPrice without any."""
    with unit_of_work("catalog"):
        family = Price.objects.filter(Q(product__in=products) | Q(product__parent__in=products))
        found = list(family.filter(kind=Price.BASE, channel=channel).values_list("id", flat=True))
        if not found:
            raise InvalidPrice(f"There is no price in {channel}.", field="/channel")
        shift_prices(found, percent)


def put_base_prices(wanted: Mapping[UUID, Mapping[str, Decimal]]) -> None:
    """Base prices by product and channel, and nothing else; inside the caller's unit of work, which rebuilds blocks."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute("SELECT code, currency FROM catalog_channel")
        currencies = dict(cursor.fetchall())
    known = {
        (row.product_id, row.channel): row for row in Price.objects.filter(product__in=list(wanted), kind=Price.BASE)
    }
    changed, new = [], []
    for product, amounts in wanted.items():
        for channel, amount in amounts.items():
            row = known.get((product, channel))
            if row is None:
                row = Price(product_id=product, channel=channel, currency=currencies[channel], kind=Price.BASE)
                new.append(row)
            elif row.amount != amount:
                changed.append(row)
            _set(row, amount, None)
    Price.objects.bulk_update(changed, ["amount"])
    Price.objects.bulk_create(new)


def lock_pages_of(prices: Collection[UUID]) -> None:
    """Lock the products on whose pages these prices stand, as every writer of prices does first."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT id FROM catalog_product WHERE id IN (
                   SELECT coalesce(p.parent_id, p.id) FROM catalog_price pr
                   JOIN catalog_product p ON p.id = pr.product_id WHERE pr.id = ANY(%s))
               ORDER BY id FOR UPDATE""",
            [list(prices)],
        )


def _locked(prices: Collection[UUID]) -> dict[UUID, Price]:
    lock_pages_of(prices)
    return {row.id: row for row in Price.objects.select_related("product").filter(id__in=list(prices))}


def _set(row: Price, amount: Decimal | None, percent: Decimal | None) -> None:
    if (amount is None) == (percent is None) or (percent is not None and row.kind != Price.LIST):
        raise InvalidPrice("A price is an amount; only a price list's may be percent off instead.", field="/amount")
    if amount is not None and not 0 <= amount < LIMIT:
        raise InvalidPrice("A price is a decimal from 0 to below 10^14.", field="/amount")
    if percent is not None and not 0 < percent <= HUNDRED:
        raise InvalidPrice("Percent off are above 0 and at most 100.", field="/percent")
    row.amount, row.percent = amount, percent


def _shifted(amount: Decimal, currency: str, percent: Decimal) -> Decimal:
    if not -HUNDRED < percent <= MOST_PERCENT:
        raise InvalidPrice(f"Percent are above -100 and at most {MOST_PERCENT}.", field="/percent")
    return (Money(amount, currency) * (1 + percent / HUNDRED)).quantized().amount


def _write(rows: Sequence[Price]) -> None:
    Price.objects.bulk_update(rows, ["amount", "percent"])
    pages = sorted({row.product.parent_id or row.product_id for row in rows})
    rebuild_blocks(pages)
    follow_prices(pages)

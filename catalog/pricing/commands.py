"""Setting a product's prices in a channel."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connections

from catalog.pricing.blocks import rebuild_blocks
from catalog.pricing.errors import InvalidPrice, UnknownChannel, UnknownPriceList, UnknownSku
from catalog.pricing.following import follow_prices
from catalog.pricing.models import Price, PriceList
from catalog.product.copying import copy_in
from chassis.messages import Lane
from chassis.unit_of_work import unit_of_work

LIMIT = Decimal(10) ** 14
MOST_QUANTITY = Decimal(10) ** 8
ONE = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class SpecialInput:
    """A special price from `starts_at` until just before `ends_at`, both aware or open."""

    amount: Decimal
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TierInput:
    """A price of a price list from a quantity on: an amount, or percent off the base price."""

    price_list: str
    min_quantity: Decimal = ONE
    amount: Decimal | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class PriceInput:
    """The prices of a product in a channel, in the channel's currency, entered as the channel says.

    cost: what it cost the shop. compare_at: what others ask for it. tiers: its prices in the channel's price lists;
    None leaves those alone.
    """

    channel: str
    amount: Decimal
    specials: tuple[SpecialInput, ...] = ()
    cost: Decimal | None = None
    compare_at: Decimal | None = None
    tiers: tuple[TierInput, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class SetPrice:
    """New prices of one SKU in one channel; they replace what was there."""

    sku: str
    price: PriceInput


def set_price(command: SetPrice, *, lane: Lane = Lane.FAST) -> None:
    """Set a SKU's prices in a channel; its page and the index follow."""
    set_prices([command], lane=lane)


def set_prices(commands: Sequence[SetPrice], *, lane: Lane = Lane.FAST) -> None:
    """Set many SKUs' prices in one transaction, in a fixed number of statements."""
    with unit_of_work("catalog"):
        found = locked([command.sku for command in commands])
        wanted: dict[UUID, dict[str, PriceInput]] = {}
        for command, (product, _) in zip(commands, found, strict=True):
            wanted.setdefault(product, {})[command.price.channel] = command.price
        replace_prices({product: tuple(prices.values()) for product, prices in wanted.items()})
        roots = sorted({root for _, root in found})
        rebuild_blocks(roots)
        follow_prices(roots, lane=lane)


def locked(skus: Sequence[str]) -> list[tuple[UUID, UUID]]:
    """Product and page of each SKU, the pages' rows locked; inside the caller's unit of work. UnknownSku."""
    folded = [sku.strip().casefold() for sku in skus]
    with connections["catalog"].cursor() as cursor:
        # The page's product is locked, not only the variant: its block is made of all of them.
        cursor.execute(
            """SELECT id FROM catalog_product WHERE id IN (
                   SELECT coalesce(parent_id, id) FROM catalog_product WHERE sku_key = ANY(%s))
               ORDER BY id FOR UPDATE""",
            [folded],
        )
        cursor.execute(
            "SELECT sku_key, id, coalesce(parent_id, id) FROM catalog_product WHERE sku_key = ANY(%s)", [folded]
        )
        found = {key: (product, root) for key, product, root in cursor.fetchall()}
    for index, key in enumerate(folded):
        if key not in found:
            raise UnknownSku(f"There is no product {skus[index]}.", field="/sku")
    return [found[key] for key in folded]


def replace_prices(wanted: Mapping[UUID, Sequence[PriceInput]]) -> None:
    """Write the prices of products in the channels named; inside the caller's unit of work."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute("SELECT code, currency FROM catalog_channel")
        currencies = dict(cursor.fetchall())
        named = [(product, price) for product, prices in wanted.items() for price in prices]
        cursor.execute(
            """DELETE FROM catalog_price p
               USING unnest(%s::uuid[], %s::text[], %s::bool[]) AS named(product, channel, lists)
               WHERE p.product_id = named.product AND p.channel = named.channel
                 AND (p.kind <> 'list' OR named.lists)""",
            [
                [product for product, _ in named],
                [price.channel for _, price in named],
                [price.tiers is not None for _, price in named],
            ],
        )
    lists = _lists(tier.price_list for _, price in named for tier in price.tiers or ())
    rows: list[Price] = []
    for product, prices in wanted.items():
        for index, price in enumerate(prices):
            if price.channel not in currencies:
                raise UnknownChannel(f"There is no channel {price.channel}.", field=f"/prices/{index}/channel")
            rows += _rows(product, price, currencies[price.channel], lists, index)
    copy_in(Price, rows)


def tier_row(product: UUID, tier: TierInput, price_list: PriceList, pointer: str) -> Price:
    """A product's price in a list; InvalidPrice."""
    if (tier.amount is None) == (tier.percent is None):
        raise InvalidPrice("A tier has either an amount or percent off.", field=pointer)
    if tier.percent is not None and not 0 < tier.percent <= 100:
        raise InvalidPrice("Percent off are above 0 and at most 100.", field=pointer)
    if not 0 < tier.min_quantity < MOST_QUANTITY:
        raise InvalidPrice("A tier begins at a quantity above 0.", field=pointer)
    return Price(
        product_id=product,
        channel=price_list.channel,
        currency=price_list.currency,
        kind=Price.LIST,
        amount=None if tier.amount is None else _amount(tier.amount, pointer),
        percent=tier.percent,
        price_list=price_list,
        min_quantity=tier.min_quantity,
    )


def _lists(codes: Iterable[str]) -> dict[str, PriceList]:
    wanted = set(codes)
    return {row.code: row for row in PriceList.objects.filter(code__in=wanted)} if wanted else {}


def _rows(
    product: UUID, price: PriceInput, currency: str, lists: Mapping[str, PriceList], index: int
) -> Iterable[Price]:
    def row(kind: str, amount: Decimal, **more: datetime | None) -> Price:
        return Price(
            product_id=product,
            channel=price.channel,
            currency=currency,
            kind=kind,
            amount=_amount(amount, f"/prices/{index}/amount"),
            **more,
        )

    yield row(Price.BASE, price.amount)
    for special in price.specials:
        checked_window(special.starts_at, special.ends_at, f"/prices/{index}/specials")
        yield row(Price.SPECIAL, special.amount, starts_at=special.starts_at, ends_at=special.ends_at)
    for kind, amount in ((Price.COST, price.cost), (Price.COMPARE_AT, price.compare_at)):
        if amount is not None:
            yield row(kind, amount)
    for tier in price.tiers or ():
        pointer = f"/prices/{index}/tiers"
        price_list = lists.get(tier.price_list)
        if price_list is None or price_list.channel != price.channel:
            raise UnknownPriceList(f"There is no price list {tier.price_list} in {price.channel}.", field=pointer)
        yield tier_row(product, tier, price_list, pointer)


def _amount(amount: Decimal, pointer: str) -> Decimal:
    if not isinstance(amount, Decimal) or not amount.is_finite() or not 0 <= amount < LIMIT:
        raise InvalidPrice("A price is a decimal from 0 to below 10^14.", field=pointer)
    return amount


def checked_window(starts_at: datetime | None, ends_at: datetime | None, pointer: str) -> None:
    """InvalidPrice for a window without a time zone, or one that ends before it starts."""
    for moment in (starts_at, ends_at):
        if moment is not None and moment.tzinfo is None:
            raise InvalidPrice("A window needs moments with a time zone.", field=pointer)
    if starts_at and ends_at and starts_at >= ends_at:
        raise InvalidPrice("A window ends after it starts.", field=pointer)

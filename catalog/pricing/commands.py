"""Setting prices and tax rates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connections

from catalog.catalog.collections.keeping import price_rules
from catalog.catalog.composition.blocks import rebuild_blocks_of_owners
from catalog.catalog.copying import copy_in
from catalog.pricing.blocks import REPLACE, rebuild_blocks
from catalog.pricing.errors import InvalidPrice, InvalidRate, UnknownChannel, UnknownSku
from catalog.pricing.models import Price, TaxRate
from catalog.search.changes import mark_changed
from chassis.ids import new_id
from chassis.messages import Lane
from chassis.unit_of_work import enqueue, unit_of_work

LIMIT = Decimal(10) ** 14


@dataclass(frozen=True, kw_only=True)
class SpecialInput:
    """A special price from `starts_at` until just before `ends_at`, both aware or open."""

    amount: Decimal
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PriceInput:
    """The prices of a product in a channel, in the channel's currency, entered as the channel says."""

    channel: str
    amount: Decimal
    specials: tuple[SpecialInput, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SetPrice:
    """New prices of one SKU in one channel; they replace what was there."""

    sku: str
    price: PriceInput


@dataclass(frozen=True, kw_only=True)
class TaxRateInput:
    """Percent of tax on a class of goods sent to a country."""

    country: str
    rate: Decimal
    tax_class: str = "standard"


def set_price(command: SetPrice, *, lane: Lane = Lane.FAST) -> None:
    """Set a SKU's prices in a channel; its page and the index follow."""
    set_prices([command], lane=lane)


def set_prices(commands: Sequence[SetPrice], *, lane: Lane = Lane.FAST) -> None:
    """Set many SKUs' prices in one transaction, in a fixed number of statements."""
    folded = [command.sku.strip().casefold() for command in commands]
    with unit_of_work("catalog"), connections["catalog"].cursor() as cursor:
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
                raise UnknownSku(f"There is no product {commands[index].sku}.", field="/sku")
        wanted: dict[UUID, dict[str, PriceInput]] = {}
        for command, key in zip(commands, folded, strict=True):
            wanted.setdefault(found[key][0], {})[command.price.channel] = command.price
        replace_prices({product: tuple(prices.values()) for product, prices in wanted.items()})
        roots = sorted({found[key][1] for key in folded})
        rebuild_blocks(roots)
        mark_changed([*roots, *rebuild_blocks_of_owners(roots)], lane=lane)
        if price_rules():
            enqueue(REPLACE, key=str(new_id()), payload={"products": [str(root) for root in roots]})


def replace_prices(wanted: Mapping[UUID, Sequence[PriceInput]]) -> None:
    """Write the prices of products in the channels named; inside the caller's unit of work."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute("SELECT code, currency FROM catalog_channel")
        currencies = dict(cursor.fetchall())
        pairs = [(product, price.channel) for product, prices in wanted.items() for price in prices]
        cursor.execute(
            """DELETE FROM catalog_price p USING unnest(%s::uuid[], %s::text[]) AS named(product, channel)
               WHERE p.product_id = named.product AND p.channel = named.channel""",
            [[product for product, _ in pairs], [channel for _, channel in pairs]],
        )
    rows = []
    for product, prices in wanted.items():
        for index, price in enumerate(prices):
            if price.channel not in currencies:
                raise UnknownChannel(f"There is no channel {price.channel}.", field=f"/prices/{index}/channel")
            row = {"product_id": product, "channel": price.channel, "currency": currencies[price.channel]}
            rows.append(Price(kind=Price.BASE, amount=_amount(price.amount, index), **row))
            for special in price.specials:
                _window(special, index)
                rows.append(
                    Price(
                        kind=Price.SPECIAL,
                        amount=_amount(special.amount, index),
                        starts_at=special.starts_at,
                        ends_at=special.ends_at,
                        **row,
                    )
                )
    copy_in(Price, rows)


def replace_tax_rates(channel: str, rates: Sequence[TaxRateInput]) -> None:
    """A channel's rates become exactly these; inside the caller's unit of work."""
    for rate in rates:
        if not 0 <= rate.rate <= 100:
            raise InvalidRate("A rate is a percentage from 0 to 100.", field="/tax_rates")
    TaxRate.objects.filter(channel=channel).delete()
    TaxRate.objects.bulk_create(
        [TaxRate(channel=channel, country=r.country, tax_class=r.tax_class, rate=r.rate) for r in rates]
    )


def _amount(amount: Decimal, index: int) -> Decimal:
    if not isinstance(amount, Decimal) or not amount.is_finite() or not 0 <= amount < LIMIT:
        raise InvalidPrice("A price is a decimal from 0 to below 10^14.", field=f"/prices/{index}/amount")
    return amount


def _window(special: SpecialInput, index: int) -> None:
    for moment in (special.starts_at, special.ends_at):
        if moment is not None and moment.tzinfo is None:
            raise InvalidPrice("A window needs moments with a time zone.", field=f"/prices/{index}/specials")
    if special.starts_at and special.ends_at and special.starts_at >= special.ends_at:
        raise InvalidPrice("A window ends after it starts.", field=f"/prices/{index}/specials")

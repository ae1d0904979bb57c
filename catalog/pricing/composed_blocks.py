"""Price blocks of bundles of dynamic price, grouped products and gift cards: worked out of what they consist of.

Shown only; the quote computes what is really chosen.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import connections
from django.db.models import Q

from catalog.pricing.choice import Entered, current, groups_of
from catalog.pricing.entered import entered_for
from catalog.pricing.models import PriceBlock
from catalog.pricing.taxes import Shown, shown_in
from catalog.product.composition import owners_of
from catalog.product.copying import copy_in
from catalog.product.models import Channel, Product
from chassis import clock
from chassis.money import amount_text

COMPOSED = frozenset({Product.BUNDLE, Product.GROUPED, Product.GIFT_CARD})
_encoder = msgspec.json.Encoder(decimal_format="string", order="deterministic")

_PARTS = """
SELECT p.id, parts.option, parts.required, parts.quantity, part.sku, part.tax_class, part.id, ch.code, ch.currency
FROM catalog_product p
CROSS JOIN LATERAL (
    SELECT o.id AS option, o.required, c.quantity, c.component_id AS part
    FROM catalog_productoption o JOIN catalog_optionchoice c ON c.option_id = o.id
    WHERE o.product_id = p.id AND c.component_id IS NOT NULL AND (p.details ->> 'dynamic_price')::bool
    UNION ALL
    SELECT k.id, false, 1, k.target_id FROM catalog_productlink k WHERE k.product_id = p.id AND k.kind = 'member') parts
JOIN catalog_product part ON part.id = parts.part
JOIN catalog_channel ch ON ch.code = ANY(p.channels) AND ch.code = ANY(part.channels)
WHERE p.id = ANY(%s)
"""


class _Answer(NamedTuple):
    option: UUID
    required: bool
    quantity: Decimal
    sku: str
    tax_class: str


_Parts = Mapping[_Answer, Sequence[Entered]]


def rebuild_composed_blocks(products: Collection[UUID]) -> None:
    """Make the blocks that no price of the product itself makes; the caller has removed the old ones."""
    if not products:
        return
    with connections["catalog"].cursor() as cursor:
        cursor.execute(_PARTS, [list(products)])
        rows = cursor.fetchall()
    prices = entered_for({part for *_, part, _, _ in rows})
    parts: dict[tuple[UUID, str], dict[_Answer, list[Entered]]] = defaultdict(dict)
    for id_, option, required, quantity, sku, tax_class, part, channel, currency in rows:
        if (part, channel, currency) in prices:
            parts[id_, channel][_Answer(option, required, quantity, sku, tax_class)] = prices[part, channel, currency]
    channels = {channel.code: channel for channel in Channel.objects.all()}
    shown = shown_in(list(channels))
    blocks: list[PriceBlock] = []
    for (id_, code), answers in parts.items():
        blocks += _blocks(id_, channels[code], answers, shown(code))
    for row in Product.objects.filter(id__in=products, kind=Product.GIFT_CARD):
        blocks += [_gift_block(row, channels[code]) for code in row.channels if _amounts(row, code)]
    copy_in(PriceBlock, blocks)


def _blocks(product: UUID, channel: Channel, parts: _Parts, shown: Shown) -> Iterator[PriceBlock]:
    """The block for everybody, and one for each customer group that sees another."""
    everybody = _block(product, channel, "", parts, shown)
    if everybody:
        yield everybody
    for group in sorted(groups_of(price for several in parts.values() for price in several)):
        own = _block(product, channel, group, parts, shown)
        if own and (everybody is None or own.block != everybody.block):
            yield own


def _block(product: UUID, channel: Channel, group: str, parts: _Parts, shown: Shown) -> PriceBlock | None:
    """From the cheapest to the dearest that must be chosen; of a group, whose members are bought singly, of one."""
    now = clock.now()
    found = {answer: price for answer, several in parts.items() if (price := current(several, at=now, group=group))}
    if not found:
        return None
    lows: dict[UUID, Decimal] = {}
    highs: dict[UUID, Decimal] = {}
    regulars: dict[UUID, Decimal] = {}
    texts: dict[str, dict[str, str]] = {}
    for answer, price in found.items():
        one, usual = (shown.amount(amount, answer.tax_class) for amount in (price.amount, price.regular))
        amount = one * answer.quantity
        if amount <= lows.get(answer.option, amount):
            lows[answer.option], regulars[answer.option] = amount, usual * answer.quantity
        highs[answer.option] = max(highs.get(answer.option, amount), amount)
        texts[answer.sku] = {
            "amount": amount_text(one, channel.currency),
            "regular": amount_text(usual, channel.currency),
        }
    required = {answer.option for answer in found if answer.required}
    if required:
        low, regular = (sum((several[o] for o in required), Decimal(0)) for several in (lows, regulars))
        high = sum(highs.values(), Decimal(0))
    else:
        cheapest = min(lows, key=lambda option: lows[option])
        low, regular, high = lows[cheapest], regulars[cheapest], max(highs.values())
    until = min((price.valid_until for price in found.values() if price.valid_until), default=None)
    range_ = _Range(low=low, regular=regular, high=high, until=until)
    return _made(product, channel, range_, group=group, with_tax=shown.includes_tax, parts=texts)


def _gift_block(product: Product, channel: Channel) -> PriceBlock:
    amounts = _amounts(product, channel.code)
    range_ = _Range(low=min(amounts), regular=min(amounts), high=max(amounts), until=None)
    return _made(product.id, channel, range_, group="", with_tax=channel.prices_include_tax, parts={})


def _amounts(product: Product, channel: str) -> list[Decimal]:
    card = product.details
    texts = [
        *card.get("amounts", {}).get(channel, ()),
        card.get("least", {}).get(channel),
        card.get("most", {}).get(channel),
    ]
    return [Decimal(text) for text in texts if text]


@dataclass(frozen=True, kw_only=True)
class _Range:
    """From where to where something costs, the lowest before it was reduced, and until when."""

    low: Decimal
    regular: Decimal
    high: Decimal
    until: datetime | None


def _made(
    product: UUID, channel: Channel, prices: _Range, *, group: str, with_tax: bool, parts: Mapping[str, Any]
) -> PriceBlock:
    body: dict[str, Any] = {
        "currency": channel.currency,
        "includes_tax": with_tax,
        "amount": amount_text(prices.low, channel.currency),
        "regular": amount_text(prices.regular, channel.currency),
        "compare_at": None,
        "lowest_30_days": None,
        "highest": amount_text(prices.high, channel.currency),
        "reduced": prices.low < prices.regular,
        "valid_until": prices.until,
    }
    summary = _encoder.encode(body).decode()
    body["tiers"] = []
    if parts:
        body["components"] = {
            sku: {**one, "compare_at": None, "lowest_30_days": None, "tiers": []} for sku, one in parts.items()
        }
    return PriceBlock(
        channel=channel.code,
        product_id=product,
        customer_group=group,
        block=_encoder.encode(body).decode(),
        summary=summary,
        amount=prices.low,
        valid_until=prices.until,
    )


def rebuild_blocks_of_owners(products: Collection[UUID]) -> list[UUID]:
    """Make the blocks of bundles and groups that these products, or variants of theirs, are part of; returns those."""
    parts = Product.objects.filter(Q(id__in=products) | Q(parent__in=products)).values_list("id", flat=True)
    owners = owners_of(list(parts))
    if owners:
        rows = Product.objects.select_for_update(no_key=True).filter(id__in=owners).order_by("id")
        ids = [row.id for row in rows if row.kind == Product.GROUPED or row.details.get("dynamic_price")]
        PriceBlock.objects.filter(product_id__in=ids).delete()
        rebuild_composed_blocks(ids)
    return owners

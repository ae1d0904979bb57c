"""Price blocks of bundles of dynamic price, grouped products and gift cards: worked out of what they consist of.

Shown only; the quote computes what is really chosen.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import connections
from django.db.models import Q

from catalog.catalog.composition.writing import owners_of
from catalog.catalog.copying import copy_in
from catalog.catalog.models import Channel, Product
from catalog.pricing.maths import Current, Entered, current
from catalog.pricing.models import PriceBlock
from chassis import clock
from chassis.money import amount_text

COMPOSED = frozenset({Product.BUNDLE, Product.GROUPED, Product.GIFT_CARD})
_encoder = msgspec.json.Encoder(decimal_format="string", order="deterministic")

_PRICES = """
SELECT p.id, parts.option, parts.required, parts.quantity, part.sku, ch.code,
       pr.kind, pr.amount, pr.starts_at, pr.ends_at
FROM catalog_product p
CROSS JOIN LATERAL (
    SELECT o.id AS option, o.required, c.quantity, c.component_id AS part
    FROM catalog_productoption o JOIN catalog_optionchoice c ON c.option_id = o.id
    WHERE o.product_id = p.id AND c.component_id IS NOT NULL AND (p.details ->> 'dynamic_price')::bool
    UNION ALL
    SELECT l.id, false, 1, l.target_id FROM catalog_productlink l WHERE l.product_id = p.id AND l.kind = 'member') parts
JOIN catalog_product part ON part.id = parts.part
JOIN catalog_channel ch ON ch.code = ANY(p.channels) AND ch.code = ANY(part.channels)
JOIN catalog_price pr ON pr.product_id = part.id AND pr.channel = ch.code AND pr.currency = ch.currency
WHERE p.id = ANY(%s)
"""


class _Answer(NamedTuple):
    option: UUID
    required: bool
    quantity: Decimal
    sku: str


Found = Mapping[_Answer, Current]


def rebuild_composed_blocks(products: Collection[UUID]) -> None:
    """Make the blocks that no price of the product itself makes; the caller has removed the old ones."""
    if not products:
        return
    now = clock.now()
    entered: dict[tuple[UUID, str], dict[_Answer, list[Entered]]] = defaultdict(lambda: defaultdict(list))
    with connections["catalog"].cursor() as cursor:
        cursor.execute(_PRICES, [list(products)])
        for id_, option, required, quantity, sku, channel, kind, amount, starts_at, ends_at in cursor.fetchall():
            price = Entered(kind=kind, amount=amount, starts_at=starts_at, ends_at=ends_at)
            entered[id_, channel][_Answer(option, required, quantity, sku)].append(price)
    channels = {channel.code: channel for channel in Channel.objects.all()}
    blocks = []
    for (id_, code), answers in entered.items():
        found = {answer: price for answer, several in answers.items() if (price := current(several, at=now))}
        if found:
            blocks.append(_block(id_, channels[code], found))
    for row in Product.objects.filter(id__in=products, kind=Product.GIFT_CARD):
        blocks += [_gift_block(row, channels[code]) for code in row.channels if _amounts(row, code)]
    copy_in(PriceBlock, blocks)


def _block(product: UUID, channel: Channel, found: Found) -> PriceBlock:
    """From the cheapest to the dearest that must be chosen; of a group, whose members are bought singly, of one."""
    lows: dict[UUID, Decimal] = {}
    highs: dict[UUID, Decimal] = {}
    regulars: dict[UUID, Decimal] = {}
    required = {answer.option for answer in found if answer.required}
    for answer, price in found.items():
        amount = price.amount * answer.quantity
        if amount <= lows.get(answer.option, amount):
            lows[answer.option], regulars[answer.option] = amount, price.regular * answer.quantity
        highs[answer.option] = max(highs.get(answer.option, amount), amount)
    if required:
        low, regular = (sum((several[o] for o in required), Decimal(0)) for several in (lows, regulars))
        high = sum(highs.values(), Decimal(0))
    else:
        cheapest = min(lows, key=lambda option: lows[option])
        low, regular, high = lows[cheapest], regulars[cheapest], max(highs.values())
    ends = [price.valid_until for price in found.values() if price.valid_until]
    parts = {
        answer.sku: {
            "amount": amount_text(price.amount, channel.currency),
            "regular": amount_text(price.regular, channel.currency),
        }
        for answer, price in found.items()
    }
    until = min(ends, default=None)
    return _made(product, channel, low=low, regular=regular, high=high, until=until, parts=parts)


def _gift_block(product: Product, channel: Channel) -> PriceBlock:
    amounts = _amounts(product, channel.code)
    low = min(amounts)
    return _made(product.id, channel, low=low, regular=low, high=max(amounts), until=None, parts={})


def _amounts(product: Product, channel: str) -> list[Decimal]:
    card = product.details
    texts = [
        *card.get("amounts", {}).get(channel, ()),
        card.get("least", {}).get(channel),
        card.get("most", {}).get(channel),
    ]
    return [Decimal(text) for text in texts if text]


def _made(
    product: UUID,
    channel: Channel,
    *,
    low: Decimal,
    regular: Decimal,
    high: Decimal,
    until: datetime | None,
    parts: Mapping[str, Any],
) -> PriceBlock:
    body: dict[str, Any] = {
        "currency": channel.currency,
        "includes_tax": channel.prices_include_tax,
        "amount": amount_text(low, channel.currency),
        "regular": amount_text(regular, channel.currency),
        "highest": amount_text(high, channel.currency),
        "reduced": low < regular,
        "valid_until": until,
    }
    summary = _encoder.encode(body).decode()
    if parts:
        body["components"] = parts
    return PriceBlock(
        channel=channel.code,
        product_id=product,
        block=_encoder.encode(body).decode(),
        summary=summary,
        amount=low,
        valid_until=until,
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

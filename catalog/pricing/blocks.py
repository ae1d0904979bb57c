"""Price blocks: the prices of a product page as JSON, one per channel, and the job at their next boundary.

A block shows amounts as the channel enters them (with or without tax, and says which). The quote computes from
the prices themselves: a block that is a second late never costs anybody money.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connections

from catalog.catalog.collections.keeping import price_rules
from catalog.catalog.composition.blocks import rebuild_blocks_of_owners
from catalog.catalog.copying import copy_in
from catalog.pricing.maths import Current, Entered, current
from catalog.pricing.models import PriceBlock
from catalog.search.changes import mark_changed
from chassis import clock
from chassis.jobs import JobKind, LeasedJob
from chassis.money import amount_text
from chassis.unit_of_work import enqueue

BOUNDARY = "catalog.price_boundary"
# The job that rebuilds products named by it (see catalog.rebuilding).
REPLACE = "catalog.rebuild_products"
_encoder = msgspec.json.Encoder(decimal_format="string", order="deterministic")


def rebuild_blocks(products: Collection[UUID]) -> None:
    """Make the blocks of these products (not variants) anew, in a fixed number of statements.

    The caller holds the products' rows locked and marks the search change itself.
    """
    now = clock.now()
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT coalesce(p.parent_id, p.id), p.id, p.sku, pr.channel, pr.currency, pr.kind, pr.amount,
                      pr.starts_at, pr.ends_at, c.prices_include_tax
               FROM catalog_product p
               JOIN catalog_price pr ON pr.product_id = p.id
               JOIN catalog_channel c ON c.code = pr.channel AND c.currency = pr.currency
               WHERE (p.id = ANY(%(ids)s) OR p.parent_id = ANY(%(ids)s)) AND pr.channel = ANY(p.channels)
               ORDER BY p.position, p.sku""",
            {"ids": list(products)},
        )
        rows = cursor.fetchall()
    grouped: dict[tuple[UUID, str], dict[tuple[UUID, str], list[Entered]]] = defaultdict(dict)
    facts: dict[tuple[UUID, str], tuple[str, bool]] = {}
    for root, product, sku, channel, currency, kind, amount, starts_at, ends_at, includes_tax in rows:
        entered = Entered(kind=kind, amount=amount, starts_at=starts_at, ends_at=ends_at)
        grouped[root, channel].setdefault((product, sku), []).append(entered)
        facts[root, channel] = (currency, includes_tax)
    PriceBlock.objects.filter(product_id__in=list(products)).delete()
    blocks = []
    for (root, channel), prices in grouped.items():
        currency, includes_tax = facts[root, channel]
        block = _block(root, channel, prices, currency=currency, includes_tax=includes_tax, now=now)
        if block is not None:
            blocks.append(block)
    copy_in(PriceBlock, blocks)
    for block in blocks:
        if block.valid_until:
            # Keyed by the moment: a boundary that was already scheduled is scheduled once.
            enqueue(
                BOUNDARY,
                key=f"{block.product_id}:{block.valid_until.isoformat()}:{now.isoformat()}",
                payload={"product": str(block.product_id), "at": block.valid_until.isoformat()},
                due_at=block.valid_until,
            )


def _block(
    root: UUID,
    channel: str,
    prices: Mapping[tuple[UUID, str], Sequence[Entered]],
    *,
    currency: str,
    includes_tax: bool,
    now: datetime,
) -> PriceBlock | None:
    found: dict[tuple[UUID, str], Current] = {}
    for key, entered in prices.items():
        if price := current(entered, at=now):
            found[key] = price
    # What the parent of variants has entered is not for sale.
    variants = {key: price for key, price in found.items() if key[0] != root}
    shown = variants or found
    if not shown:
        return None
    lowest = min(shown.values(), key=lambda p: p.amount)
    highest = max(shown.values(), key=lambda p: p.amount)
    ends = [p.valid_until for p in shown.values() if p.valid_until]
    valid_until = min(ends, default=None)
    body: dict[str, Any] = {
        "currency": currency,
        "includes_tax": includes_tax,
        "amount": amount_text(lowest.amount, currency),
        "regular": amount_text(lowest.regular, currency),
        "highest": amount_text(highest.amount, currency),
        "reduced": lowest.amount < lowest.regular,
        "valid_until": valid_until,
    }
    summary = _encoder.encode(body).decode()
    if variants:
        body["variants"] = {
            sku: {"amount": amount_text(p.amount, currency), "regular": amount_text(p.regular, currency)}
            for (_, sku), p in variants.items()
        }
    return PriceBlock(
        channel=channel,
        product_id=root,
        block=_encoder.encode(body).decode(),
        summary=summary,
        amount=lowest.amount,
        valid_until=valid_until,
    )


def _at_boundary(job: LeasedJob, _: object) -> None:
    product = UUID(job.payload["product"])
    with connections["catalog"].cursor() as cursor:
        cursor.execute("SELECT id FROM catalog_product WHERE id = %s FOR UPDATE", [product])
        if cursor.fetchone() is None:
            return
    rebuild_blocks([product])
    mark_changed([product, *rebuild_blocks_of_owners([product])])
    if price_rules():
        enqueue(REPLACE, key=f"{product}:{job.payload['at']}", payload={"products": [str(product)]})


PRICE_BOUNDARY = JobKind(name=BOUNDARY, record=_at_boundary)

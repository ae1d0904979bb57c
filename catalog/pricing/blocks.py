"""Price blocks: the prices of a product page as JSON, per channel and group, and the job at their next boundary.

A block shows amounts as the channel displays them (with or without tax, and says which). The quote computes from
the prices themselves: a block that is a second late never costs anybody money.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from django.db import connections

from catalog.pricing.choice import Current, Entered, Tier, current, groups_of, tiers
from catalog.pricing.composed_blocks import COMPOSED, rebuild_composed_blocks
from catalog.pricing.entered import entered_for
from catalog.pricing.following import follow_prices
from catalog.pricing.history import Lowest, Sold, record
from catalog.pricing.models import PriceBlock
from catalog.pricing.taxes import Shown, shown_in
from catalog.product.copying import copy_in
from catalog.promotion.catalog_rules import promote_prices
from chassis import clock
from chassis.jobs import JobKind, LeasedJob
from chassis.money import amount_text
from chassis.unit_of_work import enqueue

BOUNDARY = "catalog.price_boundary"
_encoder = msgspec.json.Encoder(decimal_format="string", order="deterministic")


@dataclass(frozen=True, kw_only=True)
class _Good:
    """A product or variant that is sold in a channel, with its prices as entered."""

    id: UUID
    sku: str
    tax_class: str
    entered: list[Entered]


_Page = tuple[UUID, str, str]
"""A product, a channel and its currency."""


def rebuild_blocks(products: Collection[UUID], *, since: datetime | None = None) -> None:
    """Make the blocks of these products (not variants) anew and bring their history up to now.

    A fixed number of statements. The caller holds the products' rows locked and marks the search change itself.
    `since`: boundaries from then on are in no history yet.
    """
    now = clock.now()
    promote_prices(products)
    pages, family, composed = _read(products)
    sold = {Sold(good.id, page[1]): (page[2], good.entered) for page, goods in pages.items() for good in goods}
    lowest = record(sold, products=family, now=now, since=since)
    PriceBlock.objects.filter(product_id__in=list(products)).delete()
    shown = shown_in({channel for _, channel, _ in pages}) if pages else None
    blocks: list[PriceBlock] = []
    for page, goods in pages.items():
        assert shown is not None
        blocks += _blocks(page, goods, shown=shown(page[1]), lowest=lowest, now=now)
    copy_in(PriceBlock, blocks)
    rebuild_composed_blocks(composed)
    for product, moment in {(block.product_id, block.valid_until) for block in blocks if block.valid_until}:
        # Keyed by the moment: a boundary that was already scheduled is scheduled once.
        enqueue(
            BOUNDARY,
            key=f"{product}:{moment.isoformat()}:{now.isoformat()}",
            payload={"product": str(product), "at": moment.isoformat()},
            due_at=moment,
        )


def _read(products: Collection[UUID]) -> tuple[dict[_Page, list[_Good]], set[UUID], set[UUID]]:
    """What is sold on these products' pages, the ids of all their family, and of those whose price is that of parts."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT p.id, coalesce(p.parent_id, p.id), p.sku, p.tax_class, p.kind, p.channels
               FROM catalog_product p WHERE p.id = ANY(%(ids)s) OR p.parent_id = ANY(%(ids)s)
               ORDER BY p.position, p.sku""",
            {"ids": list(products)},
        )
        family = {id_: about for id_, *about in cursor.fetchall()}
    pages: dict[_Page, list[_Good]] = defaultdict(list)
    place = {id_: number for number, id_ in enumerate(family)}
    for (product, channel, currency), prices in sorted(entered_for(family).items(), key=lambda item: place[item[0][0]]):
        root, sku, tax_class, _, channels = family[product]
        if channel in channels:
            good = _Good(id=product, sku=sku, tax_class=tax_class, entered=prices)
            pages[root, channel, currency].append(good)
    return pages, set(family), {id_ for id_, about in family.items() if about[3] in COMPOSED}


def _blocks(
    page: _Page, goods: Sequence[_Good], *, shown: Shown, lowest: Lowest, now: datetime
) -> Iterable[PriceBlock]:
    """The block for everybody, and one for each group that sees another."""
    everybody = _block(page, "", goods, shown=shown, lowest=lowest, now=now)
    if everybody:
        yield everybody
    for group in sorted(groups_of(price for good in goods for price in good.entered)):
        own = _block(page, group, goods, shown=shown, lowest=lowest, now=now)
        if own and (everybody is None or own.block != everybody.block):
            yield own


def _block(
    page: _Page, group: str, goods: Sequence[_Good], *, shown: Shown, lowest: Lowest, now: datetime
) -> PriceBlock | None:
    root, channel, currency = page
    found: dict[UUID, tuple[_Good, Current]] = {}
    for good in goods:
        if price := current(good.entered, at=now, group=group):
            found[good.id] = good, _as_shown(price, good, shown)
    # What the parent of variants has entered is not for sale.
    variants = {id_: pair for id_, pair in found.items() if id_ != root}
    priced = list((variants or found).values())
    if not priced:
        return None
    cheapest, price = min(priced, key=lambda pair: pair[1].amount)
    highest = max(p.amount for _, p in priced)
    valid_until = min((p.valid_until for _, p in priced if p.valid_until), default=None)
    figures = {good.id: _figures(good, p, page, group, shown=shown, lowest=lowest, now=now) for good, p in priced}
    body: dict[str, Any] = {
        "currency": currency,
        "includes_tax": shown.includes_tax,
        **figures[cheapest.id],
        "highest": amount_text(highest, currency),
        "reduced": price.reduced,
        "valid_until": valid_until,
    }
    summary = _encoder.encode({name: value for name, value in body.items() if name != "tiers"}).decode()
    if variants:
        body["variants"] = {good.sku: figures[good.id] for good, _ in priced}
    return PriceBlock(
        channel=channel,
        product_id=root,
        customer_group=group,
        block=_encoder.encode(body).decode(),
        summary=summary,
        amount=price.amount,
        valid_until=valid_until,
    )


def _as_shown(price: Current, good: _Good, shown: Shown) -> Current:
    return Current(
        amount=shown.amount(price.amount, good.tax_class),
        regular=shown.amount(price.regular, good.tax_class),
        valid_until=price.valid_until,
        compare_at=None if price.compare_at is None else shown.amount(price.compare_at, good.tax_class),
    )


def _figures(
    good: _Good, price: Current, page: _Page, group: str, *, shown: Shown, lowest: Lowest, now: datetime
) -> dict[str, Any]:
    """A product's or a variant's own part of a block; all amounts as they are shown."""
    _, channel, currency = page

    def text(amount: Decimal | None) -> str | None:
        return None if amount is None else amount_text(amount, currency)

    before = lowest.get((good.id, channel, group), lowest.get((good.id, channel, "")))
    steps: list[Tier] = tiers(good.entered, at=now, group=group)
    above = price.compare_at is not None and price.compare_at > price.amount
    return {
        "amount": text(price.amount),
        "regular": text(price.regular),
        "compare_at": text(price.compare_at) if above else None,
        # A reduction names the lowest price of the 30 days before it; null where none is on record.
        "lowest_30_days": None if before is None or not price.reduced else text(shown.amount(before, good.tax_class)),
        "tiers": [
            {
                "min_quantity": f"{step.min_quantity.normalize():f}",
                "amount": text(shown.amount(step.amount, good.tax_class)),
            }
            for step in steps
        ],
    }


def _at_boundary(job: LeasedJob, _: object) -> None:
    product = UUID(job.payload["product"])
    with connections["catalog"].cursor() as cursor:
        cursor.execute("SELECT id FROM catalog_product WHERE id = %s FOR UPDATE", [product])
        if cursor.fetchone() is None:
            return
    # A worker that was away may come later than the next boundary: the history has them all.
    rebuild_blocks([product], since=datetime.fromisoformat(job.payload["at"]))
    follow_prices([product])


PRICE_BOUNDARY = JobKind(name=BOUNDARY, record=_at_boundary)

"""Defining price lists and what is in them. Pages of all products in a list follow by a job."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connections

from catalog.pricing.blocks import rebuild_blocks
from catalog.pricing.commands import TierInput, checked_window, locked, tier_row
from catalog.pricing.errors import InvalidPrice, InvalidPriceList, UnknownChannel, UnknownPriceList
from catalog.pricing.following import follow_prices
from catalog.pricing.models import Price, PriceList
from catalog.product.changes import rebuild_indexes
from catalog.product.copying import copy_in
from chassis import clock
from chassis.ids import new_id
from chassis.jobs import JobKind, LeasedJob
from chassis.messages import Lane
from chassis.unit_of_work import enqueue, unit_of_work

REPRICE = "catalog.reprice"
BATCH = 200


@dataclass(frozen=True, kw_only=True)
class DefinePriceList:
    """A price list of a channel, by its code; `currency` is the channel's unless said.

    groups: the customer groups that it is for, GUESTS among them; none: everybody. replaces: see the model.
    """

    code: str
    name: str
    channel: str
    currency: str = ""
    groups: tuple[str, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    priority: int = 0
    replaces: bool = False
    active: bool = True
    external_id: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ListPriceInput:
    """A product's price in a list from a quantity on: an amount, or percent off its base price."""

    sku: str
    amount: Decimal | None = None
    percent: Decimal | None = None
    min_quantity: Decimal = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class SetListPrices:
    """The prices in a list of the SKUs named; what these had in it before is replaced."""

    price_list: str
    prices: tuple[ListPriceInput, ...]


def define_price_list(command: DefinePriceList) -> UUID:
    """Make or change a price list. Its channel stays what it was. UnknownChannel, InvalidPriceList, InvalidPrice."""
    checked_window(command.starts_at, command.ends_at, "/starts_at")
    if not command.code or not command.name or not all(command.groups):
        raise InvalidPriceList("A price list needs a code and a name, and each group a code.", field="/code")
    with unit_of_work("catalog"):
        known = known_groups()
        fresh = PriceList(id=new_id(), code=command.code, channel=command.channel, version=0)
        PriceList.objects.bulk_create([fresh], ignore_conflicts=True)
        row = PriceList.objects.select_for_update().get(code=command.code)
        if row.channel != command.channel:
            raise InvalidPriceList(f"{command.code} is a list of {row.channel}.", field="/channel")
        facts = {
            "name": command.name,
            "currency": command.currency or _currency(command.channel),
            "groups": sorted(set(command.groups)),
            **{name: getattr(command, name) for name in ("starts_at", "ends_at", "priority", "replaces", "active")},
            "external_id": {**row.external_id, **command.external_id},
        }
        if row.version and all(getattr(row, name) == value for name, value in facts.items()):
            return row.id
        for name, value in facts.items():
            setattr(row, name, value)
        row.version, row.changed_at = row.version + 1, clock.now()
        row.save()
        follow(row, known=known)
    return row.id


def set_list_prices(command: SetListPrices, *, lane: Lane = Lane.FAST) -> None:
    """Set prices of SKUs in a list; their pages and the index follow. UnknownPriceList, UnknownSku, InvalidPrice."""
    with unit_of_work("catalog"):
        price_list = PriceList.objects.filter(code=command.price_list).first()
        if price_list is None:
            raise UnknownPriceList(f"There is no price list {command.price_list}.", field="/price_list")
        found = locked([price.sku for price in command.prices])
        rows: dict[tuple[UUID, Decimal], Price] = {}
        for index, (price, (product, _)) in enumerate(zip(command.prices, found, strict=True)):
            tier = TierInput(
                price_list=price_list.code,
                min_quantity=price.min_quantity,
                amount=price.amount,
                percent=price.percent,
            )
            if (product, price.min_quantity) in rows:
                raise InvalidPrice(f"{price.sku} has two prices from one quantity.", field=f"/prices/{index}")
            rows[product, price.min_quantity] = tier_row(product, tier, price_list, f"/prices/{index}")
        Price.objects.filter(price_list=price_list, product__in={product for product, _ in found}).delete()
        copy_in(Price, rows.values())
        roots = sorted({root for _, root in found})
        rebuild_blocks(roots)
        follow_prices(roots, lane=lane)


def clear_list_prices(price_list: str, skus: Sequence[str]) -> None:
    """Take SKUs out of a list."""
    with unit_of_work("catalog"):
        found = locked(skus)
        Price.objects.filter(price_list__code=price_list, product__in={product for product, _ in found}).delete()
        roots = sorted({root for _, root in found})
        rebuild_blocks(roots)
        follow_prices(roots)


def reprice(which: Mapping[str, str]) -> None:
    """Make the blocks of many pages anew by a job: those in a `price_list`, or sold in a `channel`."""
    enqueue(REPRICE, key=str(new_id()), payload=dict(which))


def follow(price_list: PriceList, *, known: Collection[str]) -> None:
    """Have pages and indexes follow a list that was changed; `known` are the groups that were known before."""
    reprice({"price_list": str(price_list.id)})
    if set(price_list.groups) - set(known):
        # An index has a price field for each group that it knows.
        rebuild_indexes()


def known_groups() -> list[str]:
    """The groups that some price list is for, in a fixed order."""
    return sorted({group for groups in PriceList.objects.values_list("groups", flat=True) for group in groups})


def _currency(channel: str) -> str:
    with connections["catalog"].cursor() as cursor:
        cursor.execute("SELECT currency FROM catalog_channel WHERE code = %s", [channel])
        row = cursor.fetchone()
    if row is None:
        raise UnknownChannel(f"There is no channel {channel}.", field="/channel")
    return str(row[0])


def _reprice_batch(job: LeasedJob, _: object) -> None:
    """One batch by id, then a job for the next: no transaction is long, and a kill costs one batch."""
    after = job.payload.get("after", "00000000-0000-0000-0000-000000000000")
    condition = "pr.price_list_id = %s::uuid" if "price_list" in job.payload else "pr.channel = %s"
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            f"""SELECT DISTINCT coalesce(p.parent_id, p.id) AS page
                FROM catalog_price pr JOIN catalog_product p ON p.id = pr.product_id
                WHERE {condition} AND coalesce(p.parent_id, p.id) > %s ORDER BY page LIMIT %s""",
            [job.payload.get("price_list") or job.payload["channel"], after, BATCH],
        )
        pages = [page for (page,) in cursor.fetchall()]
        cursor.execute("SELECT id FROM catalog_product WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [pages])
    rebuild_blocks(pages)
    follow_prices(pages, lane=Lane.BULK)
    if len(pages) == BATCH:
        enqueue(REPRICE, key=str(new_id()), payload={**job.payload, "after": str(pages[-1])})


REPRICE_PAGES = JobKind(name=REPRICE, record=_reprice_batch)

"""Commands of the warehouse: sources, which channel sells from which, and stock on hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connections

from chassis import clock
from chassis.context import current
from chassis.ids import new_id
from chassis.messages import Lane
from chassis.unit_of_work import unit_of_work
from logistics.warehouse.availability import announce, withdraw
from logistics.warehouse.errors import BadQuantity, UnknownReason, UnknownSource
from logistics.warehouse.models import ChannelSource, Source, StockItem, StockMovement

BY_HAND = frozenset({"received", "correction", "stock_take", "damaged", "returned"})
"""Reasons that a person may give for a change of one item."""
REASONS = BY_HAND | {"import", "seed", "transfer_sent", "transfer_received"}
"""Reasons that a command may give; shipments write their own."""

CHUNK = 1000
_LIMIT = Decimal(10) ** 8


@dataclass(frozen=True, kw_only=True)
class DefineSource:
    """A place that holds stock; the same code again changes it. `external_id` adds old names, by source system.

    An address or coordinates of None leave what is there.
    """

    code: str
    name: str
    country: str = ""
    enabled: bool = True
    address: Mapping[str, str] | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    id: UUID | None = None
    external_id: Mapping[str, str] = field(default_factory=dict)


def define_source(command: DefineSource) -> Source:
    """Make or change a source. Switching one on or off changes what can be sold of all it holds."""
    with unit_of_work("logistics"):
        source, made = Source.objects.select_for_update(no_key=True).get_or_create(
            code=command.code,
            defaults={
                "id": command.id or new_id(),
                "name": command.name,
                "country": command.country,
                "enabled": command.enabled,
                **_whereabouts(command),
                "external_id": dict(command.external_id),
                "created_at": clock.now(),
            },
        )
        if not made:
            switched = source.enabled != command.enabled
            source.name, source.country, source.enabled = command.name, command.country, command.enabled
            source.external_id = {**source.external_id, **command.external_id}
            source.version += 1
            for name, value in _whereabouts(command).items():
                setattr(source, name, value)
            source.save()
            if switched:
                announce(_items_of(source), lane=Lane.BULK)
    return source


def _whereabouts(command: DefineSource) -> dict[str, Any]:
    said = {name: getattr(command, name) for name in ("address", "latitude", "longitude")}
    return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class LinkChannel:
    """A channel sells from `source`; the lowest priority is taken first."""

    channel: str
    source: str
    priority: int = 0


def link_channel(command: LinkChannel) -> None:
    """Let a channel sell from a source, or change the priority. Raises UnknownSource."""
    with unit_of_work("logistics"):
        source = _sources([command.source])[command.source]
        ChannelSource.objects.update_or_create(
            channel=command.channel, source=source, defaults={"priority": command.priority}
        )
        announce(_items_of(source), new=True, lane=Lane.BULK)


@dataclass(frozen=True, kw_only=True)
class UnlinkChannel:
    """A channel sells from `source` no more."""

    channel: str
    source: str


def unlink_channel(command: UnlinkChannel) -> None:
    """Take a source from a channel; what is reserved there stays reserved. Raises UnknownSource."""
    with unit_of_work("logistics"):
        source = _sources([command.source])[command.source]
        items = _items_of(source)
        ChannelSource.objects.filter(channel=command.channel, source=source).delete()
        withdraw(items, channel=command.channel, lane=Lane.BULK)


@dataclass(frozen=True, kw_only=True)
class StockChange:
    """A change of one item: `on_hand` sets, `change` adds; flags stay as they are where None.

    `id` is for an item that does not exist yet.
    """

    source: str
    sku: str
    on_hand: Decimal | None = None
    change: Decimal | None = None
    managed: bool | None = None
    backorders: bool | None = None
    reference: str = ""
    id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class AdjustStock:
    """Changes with one reason, all or none; items that do not exist are made."""

    changes: Sequence[StockChange]
    reason: str
    reference: str = ""
    lane: Lane = Lane.FAST


def adjust_stock(command: AdjustStock) -> None:
    """Change stock on hand and write the ledger, in a fixed number of statements per thousand changes.

    One per unit of work: it locks items in id order, and a second one would start again from the front.
    Stock may become negative; what is reserved stays reserved. Raises UnknownReason, UnknownSource, BadQuantity.
    """
    if command.reason not in REASONS:
        raise UnknownReason(f"Known are {', '.join(sorted(REASONS))}.", field="/reason")
    for index, change in enumerate(command.changes):
        _check(change, index)
    with unit_of_work("logistics"):
        sources = _sources({change.source for change in command.changes})
        ids = _lock({(change.sku, sources[change.source].id): change.id for change in command.changes})
        _apply(command, sources, ids)
        announce(ids, new=True, lane=command.lane)


def _lock(wanted: Mapping[tuple[str, UUID], UUID | None]) -> list[UUID]:
    """Make the items that are missing and lock all of them, in one go: in parts it would be out of order.

    `wanted` has the id that a new item gets, None for any.
    """
    keys = sorted(wanted)
    StockItem.objects.bulk_create(
        [StockItem(id=wanted[sku, source] or new_id(), source_id=source, sku=sku) for sku, source in keys],
        ignore_conflicts=True,
        batch_size=CHUNK,
    )
    with connections["logistics"].cursor() as cursor:
        cursor.execute(
            """SELECT i.id FROM logistics_stockitem i
               JOIN unnest(%s::text[], %s::uuid[]) AS k(sku, source)
                   ON i.sku = k.sku AND i.source_id = k.source ORDER BY i.id FOR NO KEY UPDATE OF i""",
            [[sku for sku, _ in keys], [source for _, source in keys]],
        )
        return [id_ for (id_,) in cursor.fetchall()]


def _apply(command: AdjustStock, sources: dict[str, Source], ids: list[UUID]) -> None:
    items = {(item.source_id, item.sku): item for item in StockItem.objects.filter(id__in=ids)}
    movements = []
    for change in command.changes:
        item = items[sources[change.source].id, change.sku]
        before = item.on_hand
        item.on_hand = before + (change.change or 0) if change.on_hand is None else change.on_hand
        item.managed = item.managed if change.managed is None else change.managed
        item.backorders = item.backorders if change.backorders is None else change.backorders
        if item.on_hand != before:
            movements.append(_movement(command, item, item.on_hand - before, change.reference))
    for item in items.values():
        item.version += 1
    StockItem.objects.bulk_update(items.values(), ["on_hand", "managed", "backorders", "version"], batch_size=CHUNK)
    StockMovement.objects.bulk_create(movements, batch_size=CHUNK)


def _movement(command: AdjustStock, item: StockItem, quantity: Decimal, reference: str) -> StockMovement:
    return StockMovement(
        item=item,
        quantity=quantity,
        on_hand=item.on_hand,
        reason=command.reason,
        reference=reference or command.reference,
        actor=current().actor,
        moved_at=clock.now(),
    )


def _check(change: StockChange, index: int) -> None:
    for name in ("on_hand", "change"):
        value = getattr(change, name)
        if value is None:
            continue
        if not value.is_finite() or abs(value) >= _LIMIT or value != round(value, 4):
            raise BadQuantity(field=f"/changes/{index}/{name}")


def source_of(code: str) -> Source:
    """The source of this code; raises UnknownSource."""
    return _sources([code])[code]


def _sources(codes: "set[str] | list[str]") -> dict[str, Source]:
    found = {source.code: source for source in Source.objects.filter(code__in=codes)}
    for code in sorted(set(codes) - set(found)):
        raise UnknownSource(f"{code} is no source; define it first.", field="/source")
    return found


def _items_of(source: Source) -> list[UUID]:
    return list(
        StockItem.objects.select_for_update(no_key=True)
        .filter(source=source)
        .order_by("id")
        .values_list("id", flat=True)
    )

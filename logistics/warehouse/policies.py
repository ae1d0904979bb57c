"""Commands of policies: what of an item may be sold, and when somebody is to be told that little is left."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis.jobs import JobKind, LeasedJob
from chassis.messages import Lane
from chassis.unit_of_work import enqueue, unit_of_work
from logistics.warehouse.availability import announce
from logistics.warehouse.errors import BadQuantity, UnknownItem, UnknownSource
from logistics.warehouse.models import Source, StockItem

PREORDER_OVER = "logistics.preorder_over"
_LIMIT = Decimal(10) ** 8


@dataclass(frozen=True, kw_only=True)
class SetSourcePolicy:
    """Defaults for all items of a source: what is not sold, when little is left, how far orders go beyond it.

    `low_at` of None tells nobody; `backorder_limit` of None is no limit where `backorders` are allowed.
    """

    source: str
    safety_stock: Decimal = Decimal(0)
    low_at: Decimal | None = None
    backorders: bool = False
    backorder_limit: Decimal | None = None


def set_source_policy(command: SetSourcePolicy) -> Source:
    """Change a source's defaults and announce what they change. Raises UnknownSource, BadQuantity."""
    facts = _facts(command)
    with unit_of_work("logistics"):
        # The source before its items, as who switches it on or off does.
        source = Source.objects.select_for_update(no_key=True).filter(code=command.source).first()
        if source is None:
            raise UnknownSource(f"{command.source} is no source; define it first.", field="/source")
        _write(source, backorders=command.backorders, **facts)
        items = StockItem.objects.select_for_update(no_key=True).filter(source=source).order_by("id")
        announce(list(items.values_list("id", flat=True)), lane=Lane.BULK)
    return source


@dataclass(frozen=True, kw_only=True)
class SetItemPolicy:
    """Policies of one item; each of None is its source's. `available_from`: it may be ordered before it is there."""

    item: UUID
    safety_stock: Decimal | None = None
    low_at: Decimal | None = None
    backorders: bool | None = None
    backorder_limit: Decimal | None = None
    available_from: datetime | None = None


def set_item_policy(command: SetItemPolicy) -> StockItem:
    """Change an item's policies and announce what they change. Raises UnknownItem, BadQuantity."""
    facts = _facts(command)
    with unit_of_work("logistics"):
        item = StockItem.objects.select_for_update(no_key=True).filter(id=command.item).first()
        if item is None:
            raise UnknownItem()
        _write(item, backorders=command.backorders, available_from=command.available_from, **facts)
        if command.available_from is not None:
            _end_preorder_at(item.id, command.available_from)
        announce([item.id])
    return item


def _facts(command: SetSourcePolicy | SetItemPolicy) -> dict[str, Decimal | None]:
    facts = {name: getattr(command, name) for name in ("safety_stock", "low_at", "backorder_limit")}
    for name, value in facts.items():
        if value is not None and not (value.is_finite() and 0 <= value < _LIMIT and value == round(value, 4)):
            raise BadQuantity(field=f"/{name}")
    return facts


def _write(row: Source | StockItem, **facts: Any) -> None:
    for name, value in facts.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=["version", *facts])


def _end_preorder_at(item: UUID, moment: datetime) -> None:
    enqueue(PREORDER_OVER, key=f"{item}@{moment.isoformat()}", payload={"item": str(item)}, due_at=moment)


def _announce_again(job: LeasedJob, _: Any) -> None:
    """From its date on an item is sold like any other: what may be bought is worked out anew."""
    locked = StockItem.objects.select_for_update(no_key=True).filter(id=job.payload["item"])
    announce(list(locked.values_list("id", flat=True)))


PREORDER = JobKind(name=PREORDER_OVER, record=_announce_again)

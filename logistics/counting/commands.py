"""Commands of stock takes: begin, note counts, book the differences or give up."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from chassis import clock
from chassis.unit_of_work import publish, unit_of_work
from contracts.logistics import MovedLine, StockTakeBooked
from logistics.counting.errors import BadCount, IllegalTransition, NothingCounted, NumberTaken, UnknownStockTake
from logistics.counting.models import CountedLine, StockTake
from logistics.counting.states import State
from logistics.warehouse.commands import AdjustStock, StockChange, adjust_stock, source_of
from logistics.warehouse.models import StockItem

_LIMIT = Decimal(10) ** 8


@dataclass(frozen=True, kw_only=True)
class BeginStockTake:
    number: str
    source: str
    note: str = ""


def begin_stock_take(command: BeginStockTake) -> StockTake:
    """Open a count document. Raises UnknownSource, NumberTaken."""
    source = source_of(command.source)
    with unit_of_work("logistics"):
        take, made = StockTake.objects.get_or_create(
            number=command.number,
            defaults={
                "source": source,
                "note": command.note,
                "state": State.COUNTING.value,
                "created_at": clock.now(),
            },
        )
        if not made:
            raise NumberTaken(field="/number")
    return take


@dataclass(frozen=True, kw_only=True)
class NoteCounts:
    """Counted quantities per SKU; a SKU counted again counts as it was counted last."""

    stock_take: UUID
    counts: Mapping[str, Decimal]


def note_counts(command: NoteCounts) -> StockTake:
    """Write down counts beside what the books say at this moment. No stock moves.

    Raises UnknownStockTake, IllegalTransition, BadCount: then none is written.
    """
    for sku, counted in command.counts.items():
        if not sku or not (counted.is_finite() and 0 <= counted < _LIMIT and counted == round(counted, 4)):
            raise BadCount(f"{sku or 'a line without a SKU'}: {counted}", field="/counts")
    with unit_of_work("logistics"):
        take = _counting(command.stock_take)
        items = StockItem.objects.select_for_update(no_key=True).filter(source=take.source, sku__in=command.counts)
        books = {item.sku: item.on_hand for item in items.order_by("id")}
        CountedLine.objects.bulk_create(
            [
                CountedLine(
                    stock_take=take,
                    sku=sku,
                    counted=counted,
                    expected=books.get(sku, Decimal(0)),
                    counted_at=clock.now(),
                )
                for sku, counted in sorted(command.counts.items())
            ],
            update_conflicts=True,
            unique_fields=["stock_take", "sku"],
            update_fields=["counted", "expected", "counted_at"],
        )
        take.version += 1
        take.save(update_fields=["version"])
    return take


def book_stock_take(stock_take: UUID) -> StockTake:
    """Book every difference as a movement, all or none, and publish stock_take_booked.

    Raises UnknownStockTake, IllegalTransition, NothingCounted.
    """
    with unit_of_work("logistics"):
        take = _counting(stock_take)
        lines = list(take.lines.order_by("sku"))
        if not lines:
            raise NothingCounted()
        moved = {line.sku: line.counted - line.expected for line in lines if line.counted != line.expected}
        take.become(State.BOOKED, booked_at=clock.now())
        if moved:
            changes = [StockChange(source=take.source.code, sku=sku, change=change) for sku, change in moved.items()]
            adjust_stock(AdjustStock(changes=changes, reason="stock_take", reference=take.number))
        event = StockTakeBooked(
            stock_take=take.id,
            number=take.number,
            source=take.source.code,
            lines=tuple(MovedLine(sku=sku, quantity=change) for sku, change in moved.items()),
        )
        publish(event, aggregate_id=take.id, aggregate_version=take.version)
    return take


def cancel_stock_take(stock_take: UUID) -> StockTake:
    """Give a count up; nothing moves. Raises UnknownStockTake, IllegalTransition."""
    with unit_of_work("logistics"):
        take = _counting(stock_take)
        take.become(State.CANCELLED)
    return take


def _counting(stock_take: UUID) -> StockTake:
    """The locked row of a count that is not over."""
    rows = StockTake.objects.select_for_update(of=("self",)).select_related("source")
    take = rows.filter(id=stock_take).first()
    if take is None:
        raise UnknownStockTake()
    if take.state != State.COUNTING:
        raise IllegalTransition(f"This is {take.state}; it must be counting.")
    return take

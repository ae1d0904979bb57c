"""Commands of transfers: draft, send, receive, give up the rest, cancel. Each books all of its movements or none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from chassis import clock
from chassis.unit_of_work import publish, unit_of_work
from contracts.logistics import MovedLine, TransferReceived, TransferSent
from logistics.transfers.errors import NoLines, NotThere, NumberTaken, SamePlace, TooMuch, UnknownTransfer
from logistics.transfers.models import Transfer, TransferLine
from logistics.transfers.states import State
from logistics.warehouse.commands import AdjustStock, StockChange, adjust_stock, source_of
from logistics.warehouse.models import StockItem

ZERO = Decimal(0)
Quantities = Mapping[str, Decimal]


@dataclass(frozen=True, kw_only=True)
class DraftTransfer:
    """Quantities per SKU that are to go to `destination`; the same number again changes the draft."""

    number: str
    destination: str
    lines: Quantities
    origin: str = ""
    supplier: str = ""
    expected_at: datetime | None = None


def draft_transfer(command: DraftTransfer) -> Transfer:
    """Write down what is to be sent; no stock moves. Raises NoLines, SamePlace, UnknownSource, NumberTaken."""
    _demand(command.lines)
    if command.origin == command.destination:
        raise SamePlace(field="/destination")
    facts = {
        "origin": source_of(command.origin) if command.origin else None,
        "destination": source_of(command.destination),
        "supplier": command.supplier,
        "expected_at": command.expected_at,
    }
    with unit_of_work("logistics"):
        transfer, made = Transfer.objects.select_for_update().get_or_create(
            number=command.number, defaults={"state": State.DRAFT.value, "created_at": clock.now(), **facts}
        )
        if not made:
            if transfer.state != State.DRAFT:
                raise NumberTaken(field="/number")
            for name, value in facts.items():
                setattr(transfer, name, value)
            transfer.version += 1
            transfer.save()
            transfer.lines.all().delete()
        TransferLine.objects.bulk_create(
            TransferLine(transfer=transfer, sku=sku, quantity=quantity)
            for sku, quantity in sorted(command.lines.items())
        )
    return transfer


def send_transfer(transfer: UUID) -> Transfer:
    """The goods leave their origin. Raises UnknownTransfer, IllegalTransition, NotThere."""
    with unit_of_work("logistics"):
        row = _locked(transfer)
        lines = {line.sku: line.quantity for line in row.lines.all()}
        row.become(State.SENT, sent_at=clock.now())
        if row.origin is not None:
            _book(row, row.origin.code, {sku: -quantity for sku, quantity in lines.items()}, "transfer_sent")
            _demand_unpromised(row)
        event = TransferSent(
            transfer=row.id,
            number=row.number,
            origin=row.origin.code if row.origin else "",
            destination=row.destination.code,
            lines=_told(lines),
            expected_at=row.expected_at,
        )
        publish(event, aggregate_id=row.id, aggregate_version=row.version)
    return row


@dataclass(frozen=True, kw_only=True)
class ReceiveTransfer:
    """So much of each SKU came; all that is awaited where nothing is said. `final`: the rest is lost."""

    transfer: UUID
    lines: Quantities | None = None
    final: bool = False


def receive_transfer(command: ReceiveTransfer) -> Transfer:
    """Goods lie in their destination from now on. Raises UnknownTransfer, IllegalTransition, TooMuch, NoLines."""
    with unit_of_work("logistics"):
        row = _locked(command.transfer)
        lines = {line.sku: line for line in row.lines.select_for_update().order_by("id")}
        awaited = {sku: line.quantity - line.received - line.lost for sku, line in lines.items()}
        came = {sku: left for sku, left in awaited.items() if left} if command.lines is None else dict(command.lines)
        if came or not command.final:
            _demand(came)
        for sku, quantity in came.items():
            if quantity > awaited.get(sku, ZERO):
                raise TooMuch(f"{sku}: {awaited.get(sku, ZERO).normalize():f} under way.", field="/lines")
            lines[sku].received += quantity
            awaited[sku] -= quantity
        lost = {sku: left for sku, left in awaited.items() if left} if command.final else {}
        for sku, quantity in lost.items():
            lines[sku].lost += quantity
        TransferLine.objects.bulk_update(lines.values(), ["received", "lost"])
        complete = command.final or not any(awaited.values())
        row.become(State.RECEIVED if complete else State.RECEIVING, received_at=clock.now())
        if came:
            _book(row, row.destination.code, came, "transfer_received")
        event = TransferReceived(
            transfer=row.id,
            number=row.number,
            origin=row.origin.code if row.origin else "",
            destination=row.destination.code,
            lines=_told(came),
            complete=complete,
            lost=_told(lost),
        )
        publish(event, aggregate_id=row.id, aggregate_version=row.version)
    return row


def cancel_transfer(transfer: UUID) -> Transfer:
    """A draft comes to nothing. Raises UnknownTransfer, IllegalTransition."""
    with unit_of_work("logistics"):
        row = _locked(transfer)
        row.become(State.CANCELLED)
    return row


def _locked(transfer: UUID) -> Transfer:
    rows = Transfer.objects.select_for_update(of=("self",)).select_related("origin", "destination")
    row = rows.filter(id=transfer).first()
    if row is None:
        raise UnknownTransfer()
    return row


def _demand(lines: Quantities) -> None:
    if not lines or not all(quantity.is_finite() and quantity > 0 for quantity in lines.values()):
        raise NoLines(field="/lines")


def _book(row: Transfer, source: str, changes: Quantities, reason: str) -> None:
    moves = [StockChange(source=source, sku=sku, change=change) for sku, change in sorted(changes.items())]
    adjust_stock(AdjustStock(changes=moves, reason=reason, reference=row.number))


def _demand_unpromised(row: Transfer) -> None:
    """After the movement, under its locks: what is reserved must still lie there."""
    items = StockItem.objects.filter(source=row.origin, sku__in=row.lines.values("sku"), managed=True)
    short = sorted(item.sku for item in items if item.on_hand < max(item.reserved, ZERO))
    if short:
        raise NotThere(f"Too few of {', '.join(short)} in {row.origin}.")


def _told(lines: Quantities) -> tuple[MovedLine, ...]:
    return tuple(MovedLine(sku=sku, quantity=abs(quantity)) for sku, quantity in sorted(lines.items()))

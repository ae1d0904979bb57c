"""Commands of returns: request, approve, decline, receive, ask for the refund again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db import connections
from django.db.models import Sum

from chassis import clock
from chassis.money import Money
from chassis.unit_of_work import unit_of_work
from postpurchase.returns import announcing
from postpurchase.returns.errors import (
    BadQuantity,
    NothingReceived,
    NotReturnable,
    OrderWasCancelled,
    TooMany,
    UnknownLine,
    UnknownReturn,
    WindowClosed,
)
from postpurchase.returns.models import BoughtLine, BoughtOrder, ReturnLine, ReturnRequest
from postpurchase.returns.states import State

WINDOW = timedelta(days=60)
"""From the order's placing; of European law's 14 days after delivery the longest delivery is far away."""


@dataclass(frozen=True, kw_only=True)
class WantedLine:
    """So many of an order's line come back."""

    line: UUID
    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class RequestReturn:
    """A wish to return; who asks was checked by the caller."""

    order: UUID
    lines: Sequence[WantedLine]
    reason: str
    note: str = ""


def request_return(command: RequestReturn) -> ReturnRequest:
    """Note a return. Under the order's lock no two requests together pass what was bought.

    Raises OrderWasCancelled, WindowClosed, UnknownLine, NotReturnable, BadQuantity, TooMany.
    """
    wanted = _sums(command.lines)
    with unit_of_work("postpurchase"):
        order = BoughtOrder.objects.select_for_update().get(id=command.order)
        if order.cancelled:
            raise OrderWasCancelled()
        if order.placed_at is None or order.placed_at + WINDOW < clock.now():
            raise WindowClosed()
        lines = {line.id: line for line in order.lines.all()}
        for index, (line, quantity) in enumerate(wanted.items()):
            if line not in lines:
                raise UnknownLine(field=f"/lines/{index}/line")
            if not lines[line].returnable:
                raise NotReturnable(field=f"/lines/{index}/line")
            left = lines[line].quantity - lines[line].cancelled - _claimed(lines[line])
            if quantity > left:
                raise TooMany(f"{left.normalize():f} of {lines[line].sku} can be returned.", field=f"/lines/{index}")
        now = clock.now()
        request = ReturnRequest.objects.create(
            number=_number(order.channel),
            order=order,
            customer=order.customer,
            reason=command.reason,
            note=command.note,
            created_at=now,
            changed_at=now,
        )
        ReturnLine.objects.bulk_create(
            ReturnLine(request=request, line=lines[line], quantity=quantity) for line, quantity in wanted.items()
        )
        announcing.requested(request, {lines[line]: quantity for line, quantity in wanted.items()})
    return request


def approve(request_id: UUID) -> ReturnRequest:
    """The goods may be sent. Raises UnknownReturn, IllegalTransition."""
    with unit_of_work("postpurchase"):
        request = _locked(request_id)
        request.become(State.APPROVED)
        announcing.approved(request)
    return request


def decline(request_id: UUID, *, because: str) -> ReturnRequest:
    """No return; what it held can be asked for again. Raises UnknownReturn, IllegalTransition."""
    with unit_of_work("postpurchase"):
        request = _locked(request_id)
        request.become(State.DECLINED, decision=because)
        announcing.declined(request)
    return request


@dataclass(frozen=True, kw_only=True)
class ReceivedLine:
    """What came back of a return's line, and whether it can be sold again."""

    line: UUID
    quantity: Decimal
    restock: bool = True


@dataclass(frozen=True, kw_only=True)
class ReceiveReturn:
    """The parcel is here: with what was announced, unless `lines` says otherwise."""

    request: UUID
    lines: Sequence[ReceivedLine] | None = None


def receive(command: ReceiveReturn) -> ReturnRequest:
    """Count what came back, tell the warehouse, ask for the refund of what was really paid for it.

    Raises UnknownReturn, IllegalTransition, UnknownLine, BadQuantity, TooMany, NothingReceived.
    """
    with unit_of_work("postpurchase"):
        request = _locked(command.request)
        lines = {line.line_id: line for line in request.lines.select_related("line").order_by("id")}
        _count(command, lines)
        for line in lines.values():
            _check_sent(line)
            line.amount = _amount(line, request.order.currency)
        if not any(line.received for line in lines.values()):
            raise NothingReceived()
        ReturnLine.objects.bulk_update(lines.values(), ["received", "restock", "amount"])
        request.become(State.RECEIVED, amount=sum(line.amount for line in lines.values()))
        back = [line for line in lines.values() if line.restock and line.received]
        announcing.received(request, restock=tuple(shelved for line in back for shelved in _shelved(line)))
        announcing.refund_requested(request)
    return request


def retry_refund(request_id: UUID) -> ReturnRequest:
    """Ask commerce again after a refund failed. Raises UnknownReturn, IllegalTransition."""
    with unit_of_work("postpurchase"):
        request = _locked(request_id)
        request.become(State.RECEIVED, problem="")
        announcing.refund_requested(request)
    return request


def _locked(request_id: UUID) -> ReturnRequest:
    order = ReturnRequest.objects.filter(id=request_id).values_list("order_id", flat=True).first()
    if order is None:
        raise UnknownReturn()
    BoughtOrder.objects.select_for_update().get(id=order)
    return ReturnRequest.objects.select_related("order").select_for_update(of=("self",)).get(id=request_id)


def _shelved(line: ReturnLine) -> list[tuple[str, Decimal]]:
    """What of a received line goes back to the shelf: the parts of a bundle, or itself."""
    if not line.line.components:
        return [(line.line.sku, line.received)]
    return [(sku, line.received * Decimal(quantity)) for sku, quantity in line.line.components]


def _count(command: ReceiveReturn, lines: dict[UUID, ReturnLine]) -> None:
    if command.lines is None:
        for line in lines.values():
            line.received = line.quantity
        return
    for index, came in enumerate(command.lines):
        if came.line not in lines:
            raise UnknownLine(field=f"/lines/{index}/line")
        line = lines[came.line]
        line.received = line.received + _checked(came.quantity, index, least=Decimal(0))
        line.restock = came.restock
        if line.received > line.quantity:
            raise TooMany(f"{line.quantity.normalize():f} were announced.", field=f"/lines/{index}/quantity")


def _check_sent(line: ReturnLine) -> None:
    """What was cancelled was never sent, so it cannot have come back, whatever was announced before."""
    others = ReturnLine.objects.filter(line=line.line).exclude(id=line.id).aggregate(sum=Sum("received"))["sum"]
    could = line.line.quantity - line.line.cancelled - (others or Decimal(0))
    if line.received > could:
        raise TooMany(f"{could.normalize():f} of {line.line.sku} can have come back.", field="/lines")


def _amount(line: ReturnLine, currency: str) -> Decimal:
    """The share of the line's total, so that all shares together never pass it, whatever the rounding."""
    paid_for = ReturnLine.objects.filter(line=line.line).exclude(id=line.id)
    before = paid_for.aggregate(sum=Sum("received"))["sum"] or Decimal(0)
    bought = line.line

    def share(quantity: Decimal) -> Decimal:
        return Money(bought.total * quantity / bought.quantity, currency).quantized().amount

    # What was cancelled was given back by the same shares, beginning at none.
    before += bought.cancelled
    return share(before + line.received) - share(before)


def _claimed(line: BoughtLine) -> Decimal:
    """What open and finished returns took of a line: announced until it came, then what came."""
    open_ = ReturnLine.objects.filter(line=line, request__state__in=[State.REQUESTED, State.APPROVED])
    came = ReturnLine.objects.filter(line=line).exclude(
        request__state__in=[State.REQUESTED, State.APPROVED, State.DECLINED]
    )
    return (open_.aggregate(sum=Sum("quantity"))["sum"] or Decimal(0)) + (
        came.aggregate(sum=Sum("received"))["sum"] or Decimal(0)
    )


def _sums(lines: Sequence[WantedLine]) -> dict[UUID, Decimal]:
    """Quantities per line, checked; the same line twice counts together."""
    if not lines:
        raise BadQuantity("Name at least one line.", field="/lines")
    sums: dict[UUID, Decimal] = {}
    for index, wanted in enumerate(lines):
        quantity = _checked(wanted.quantity, index, least=Decimal("0.0001"))
        sums[wanted.line] = sums.get(wanted.line, Decimal(0)) + quantity
    return sums


def _checked(quantity: Decimal, index: int, *, least: Decimal) -> Decimal:
    if not quantity.is_finite() or not least <= quantity < 10**8 or quantity != round(quantity, 4):
        raise BadQuantity(field=f"/lines/{index}/quantity")
    return quantity


def _number(channel: str) -> str:
    """The channel's next number behind its code; the row is locked to the transaction's end, so none is skipped."""
    with connections["postpurchase"].cursor() as cursor:
        cursor.execute(
            """INSERT INTO postpurchase_returnsequence (channel, last) VALUES (%s, 1)
               ON CONFLICT (channel) DO UPDATE SET last = postpurchase_returnsequence.last + 1 RETURNING last""",
            [channel],
        )
        return f"{channel.upper()}-R{cursor.fetchone()[0]:06d}"

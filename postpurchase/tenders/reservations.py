"""Claiming, giving back, taking and refunding what checkouts hold, under locks taken in one order.

`hold` locks everything that a batch of events will touch: reservations by saga, then accounts by ledger and id; claims
and releases take the same locks. Nothing here publishes answers: reactions do.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from chassis.unit_of_work import enqueue
from contracts.commerce import RequestedTender
from contracts.postpurchase import POINTS
from postpurchase.ledgers import REFUNDED
from postpurchase.tenders import states
from postpurchase.tenders.accounts import (
    LEDGERS,
    NOT_ENOUGH,
    NOT_OFFERED,
    ORDER,
    UNKNOWN,
    Payer,
    lock,
    price,
    problem,
    usable,
)
from postpurchase.tenders.errors import RefundTooLarge
from postpurchase.tenders.models import TenderLine, TenderReservation

EXPIRE = "postpurchase.expire_tenders"


class Refused(Exception):
    """One of the tenders cannot be had."""

    def __init__(self, reason: str, payment: UUID, tender: str) -> None:
        super().__init__(reason)
        self.reason, self.payment, self.tender = reason, payment, tender


def hold(
    new: Sequence[TenderReservation], also: Iterable[UUID], wanted: Iterable[tuple[str, UUID]]
) -> dict[UUID, TenderReservation]:
    """Insert the rows that are not there yet and lock all with their accounts and those that are `wanted`.

    Of two rows of one saga the first counts, and a row that exists wins over both. `also` names what is locked only if
    it is there.
    """
    TenderReservation.objects.bulk_create(sorted(new, key=lambda row: row.id), ignore_conflicts=True)
    ids = {row.id for row in new} | set(also)
    rows = TenderReservation.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id")
    held = {row.id: row for row in rows}
    known = TenderLine.objects.filter(reservation__in=held).values_list("tender", "account")
    lock({*wanted, *known})
    return held


def reserve(reservation: TenderReservation, wanted: Sequence[RequestedTender]) -> Refused | None:
    """Hold all or none of them; the refusal if it is none."""
    payer = _payer(reservation)
    lines = []
    try:
        with transaction.atomic(using="postpurchase"):
            for one in sorted(wanted, key=lambda one: (ORDER.get(one.tender, -1), one.account)):
                units = _units(one, payer)
                line = TenderLine(
                    payment=one.payment,
                    reservation=reservation,
                    tender=one.tender,
                    account=one.account,
                    amount=one.amount,
                    units=units,
                )
                _claim(line, payer)
                lines.append(line)
            TenderLine.objects.bulk_create(lines)
    except Refused as refusal:
        reservation.transition("refuse", reason=refusal.reason, refused=refusal.payment)
        return refusal
    reservation.transition("reserve")
    _schedule_expiry(reservation)
    return None


def give_back(reservation: TenderReservation) -> None:
    """Free what a reservation still holds."""
    if reservation.holds:
        for line in _lines(reservation):
            LEDGERS[line.tender].release(line.account, line.units)


def confirm(reservation: TenderReservation, *, order: UUID, order_number: str) -> bool:
    """Take what is held for its order; what has expired is claimed again. False when it cannot be had."""
    if reservation.state == states.CONFIRMED:
        return reservation.order == order
    if reservation.state not in (states.RESERVED, states.EXPIRED):
        return False
    if reservation.state == states.EXPIRED and not _claimed_again(reservation):
        return False
    for line in _lines(reservation):
        LEDGERS[line.tender].take(
            line.account,
            line.units,
            key=f"redeem:{line.payment}",
            order=order,
            order_number=order_number,
            **_money(line, reservation, line.amount),
        )
    reservation.transition("confirm", order=order, order_number=order_number)
    return True


def refund(reservation: TenderReservation, *, payment: UUID, refund: UUID, amount: Decimal) -> None:
    """Bring a part of what a tender has paid back to it, once per refund. RefundTooLarge beyond what it has paid.

    Points go back in proportion, so that all parts together are all that was taken.
    """
    line = TenderLine.objects.select_for_update().get(payment=payment, reservation=reservation)
    ledger, key = LEDGERS[line.tender], f"refund:{refund}"
    if ledger.entries._default_manager.filter(key=key).exists():
        return
    whole = line.refunded + amount
    if amount <= 0 or whole > line.amount:
        raise RefundTooLarge(refundable=str(line.amount - line.refunded))
    back = _share(line, whole) - line.refunded_units
    ledger.add(
        line.account,
        back,
        key=key,
        kind=REFUNDED,
        order=reservation.order,
        order_number=reservation.order_number,
        **_money(line, reservation, amount),
    )
    line.refunded, line.refunded_units = whole, line.refunded_units + back
    line.save(update_fields=["refunded", "refunded_units"])


def total(reservation: TenderReservation) -> Decimal:
    """What its tenders pay together."""
    return sum((line.amount for line in _lines(reservation)), Decimal(0))


def _units(one: RequestedTender, payer: Payer) -> Decimal:
    if one.tender not in LEDGERS or one.amount <= 0:
        raise Refused(UNKNOWN, one.payment, one.tender)
    units = price(one.tender, one.amount, payer)
    if units is None:
        raise Refused(NOT_OFFERED, one.payment, one.tender)
    return units


def _claim(line: TenderLine, payer: Payer) -> None:
    ledger = LEDGERS[line.tender]
    if not ledger.hold(line.account, line.units, where=usable(line.tender, payer)):
        account = ledger.accounts._default_manager.filter(pk=line.account).first()
        raise Refused(problem(line.tender, account, payer) or NOT_ENOUGH, line.payment, line.tender)


def _claimed_again(reservation: TenderReservation) -> bool:
    payer = _payer(reservation)
    try:
        with transaction.atomic(using="postpurchase"):
            for line in _lines(reservation):
                _claim(line, payer)
    except Refused:
        return False
    return True


def _share(line: TenderLine, whole: Decimal) -> Decimal:
    """What of the account's unit goes back for all refunds up to `whole`."""
    if line.tender != POINTS:
        return whole
    return (line.units * whole / line.amount).to_integral_value(ROUND_FLOOR)


def _money(line: TenderLine, reservation: TenderReservation, amount: Decimal) -> dict[str, Any]:
    """Points entries say which money they are for; the others are money."""
    return {"amount": amount, "currency": reservation.currency} if line.tender == POINTS else {}


def _payer(reservation: TenderReservation) -> Payer:
    return Payer(channel=reservation.channel, currency=reservation.currency, customer=reservation.customer)


def _lines(reservation: TenderReservation) -> list[TenderLine]:
    return sorted(reservation.lines.all(), key=lambda line: (ORDER[line.tender], line.account))


def _schedule_expiry(reservation: TenderReservation) -> None:
    if reservation.expires_at is not None:
        enqueue(EXPIRE, key=str(reservation.id), due_at=reservation.expires_at)

"""Writing the ledger: points for what was paid, taken back in proportion to what was refunded.

Payment and refunds of an order may arrive in any order and end in the same balance:
floor(earned * (paid - refunded) / paid), never below zero for one order.
"""

from decimal import ROUND_FLOOR, Decimal
from typing import Any

from django.db.models import Sum

from chassis import clock
from chassis.subscriptions import Received, caused_by
from chassis.unit_of_work import publish
from contracts.commerce import OrderPaid, OrderRefunded
from contracts.postpurchase import PointsEarned
from postpurchase.loyalty.models import EarnRule, PointsAccount, PointsEntry

EARNED, REVERSED = "earned", "reversed"


def points(batch: list[Received[Any]]) -> None:
    """Earn and reverse. One handler for both, so that an envelope locks its accounts once, in order of customer."""
    customers = sorted({r.event.customer for r in batch if r.event.customer is not None})
    PointsAccount.objects.bulk_create(
        [PointsAccount(customer=customer) for customer in customers], ignore_conflicts=True
    )
    list(PointsAccount.objects.select_for_update().filter(customer__in=customers).order_by("customer"))
    for received in batch:
        with caused_by(received.message):
            (earn if isinstance(received.event, OrderPaid) else reverse)(received.event)


def earn(event: OrderPaid) -> None:
    """Points for a paid order, once; guests have no account."""
    if event.customer is None:
        return
    account = _locked(event.customer)
    points = int((event.total.amount * _rate(event.channel)).to_integral_value(ROUND_FLOOR))
    made = _write(
        account,
        key=f"earn:{event.order}",
        kind=EARNED,
        order=event.order,
        order_number=event.number,
        points=points,
        amount=event.total.amount,
        currency=event.total.currency,
    )
    if not made:
        return
    # Refunds that came first wrote entries of no points: they count from now on.
    correction = _due(event.order) - _net(event.order)
    if correction:
        _write(account, key=f"reverse:{event.order}", kind=REVERSED, order=event.order, points=correction)
    publish(
        PointsEarned(customer=event.customer, order=event.order, points=points, balance=balance(event.customer)),
        aggregate_id=event.customer,
        aggregate_version=account.version,
    )


def reverse(event: OrderRefunded) -> None:
    """Take back the refunded share of an order's points, once per refund."""
    if event.customer is None:
        return
    account = _locked(event.customer)
    _write(
        account,
        key=f"reverse:{event.refund}",
        kind=REVERSED,
        order=event.order,
        order_number=event.number,
        points=_due(event.order, more=event.amount.amount) - _net(event.order),
        amount=event.amount.amount,
        currency=event.amount.currency,
    )


def balance(customer: object) -> int:
    """The sum of a customer's entries."""
    return PointsEntry.objects.filter(account=customer).aggregate(sum=Sum("points"))["sum"] or 0


def _locked(customer: object) -> PointsAccount:
    account, _ = PointsAccount.objects.select_for_update().get_or_create(customer=customer)
    return account


def _write(account: PointsAccount, *, key: str, **facts: object) -> bool:
    """Append an entry; false when its key is there already. Call it under the account's lock."""
    if PointsEntry.objects.filter(key=key).exists():
        return False
    PointsEntry.objects.create(account=account, key=key, created_at=clock.now(), **facts)
    account.version += 1
    account.save(update_fields=["version"])
    return True


def _due(order: object, *, more: Decimal = Decimal(0)) -> int:
    """What an order's points come to after its refunds and `more`."""
    earned = PointsEntry.objects.filter(order=order, kind=EARNED).first()
    if earned is None or earned.amount <= 0:
        return 0
    refunds = PointsEntry.objects.filter(order=order, kind=REVERSED).aggregate(sum=Sum("amount"))["sum"] or 0
    kept = max(earned.amount - refunds - more, Decimal(0))
    return int((earned.points * kept / earned.amount).to_integral_value(ROUND_FLOOR))


def _net(order: object) -> int:
    return PointsEntry.objects.filter(order=order).aggregate(sum=Sum("points"))["sum"] or 0


def _rate(channel: str) -> Decimal:
    rule = EarnRule.objects.filter(channel=channel).first()
    return rule.points_per_unit if rule else Decimal(1)

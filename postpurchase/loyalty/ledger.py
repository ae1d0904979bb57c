"""Writing the ledger: points for what was paid, taken back in proportion to what was refunded.

What was paid with points earns none, and its refund takes none back. What was paid for gift cards earns none: what is
bought with them does, once; and what goes back for them takes none. Payments and refunds of an order may arrive in any
order and end in the same balance: floor(earned * (paid - refunded) / paid), of what was not paid with points, with all
that was added to the order since. Points that were spent meanwhile cannot be taken back: a balance never falls below
zero. Call these under the accounts' locks.
"""

from collections.abc import Collection
from decimal import ROUND_FLOOR, Decimal
from uuid import UUID

from django.db.models import Sum

from chassis.unit_of_work import publish
from contracts.commerce import AdditionPaid, OrderPaid, OrderRefunded
from contracts.postpurchase import GIFT_CARD, POINTS, PointsEarned
from postpurchase.ledgers import Ledger
from postpurchase.loyalty.models import EarnRule, PointsAccount, PointsEntry

EARNED, REVERSED = "earned", "reversed"
LEDGER = Ledger(accounts=PointsAccount, entries=PointsEntry, unit="points")


def open_accounts(customers: Collection[UUID]) -> None:
    """Make the accounts that are not there yet."""
    PointsAccount.objects.bulk_create(
        [PointsAccount(customer=customer) for customer in sorted(customers)], ignore_conflicts=True
    )


def earn(event: OrderPaid, *, for_cards: Decimal) -> None:
    """Points for a paid order, once; guests have no account. `for_cards` went back for its gift cards."""
    by_points = sum((one.amount for one in event.tenders if one.tender == POINTS), Decimal(0))
    _earn(event, cause=event.order, money=event.total.amount - by_points, for_cards=for_cards)


def earn_more(event: AdditionPaid, *, for_cards: Decimal) -> None:
    """Points for what was added to an order, once for each addition."""
    _earn(event, cause=event.addition, money=event.total.amount, for_cards=for_cards)


def _earn(event: OrderPaid | AdditionPaid, *, cause: UUID, money: Decimal, for_cards: Decimal) -> None:
    if event.customer is None:
        return
    cards = sum((line.total for line in event.lines if line.kind == GIFT_CARD), Decimal(0))
    money = max(money - cards, Decimal(0))
    points = int((money * _rate(event.channel)).to_integral_value(ROUND_FLOOR))
    made = LEDGER.add(
        event.customer,
        Decimal(points),
        key=f"earn:{cause}",
        kind=EARNED,
        order=event.order,
        order_number=event.number,
        amount=money,
        currency=event.total.currency,
    )
    if not made:
        return
    # Refunds that came first count from now on, and of all that is paid.
    correction = max(_due(event.order, for_cards=for_cards) - _net(event.order), -free(event.customer))
    if correction:
        LEDGER.add(event.customer, Decimal(correction), key=f"reverse:{cause}", kind=REVERSED, order=event.order)
    account = PointsAccount.objects.get(customer=event.customer)
    publish(
        PointsEarned(customer=event.customer, order=event.order, points=points, balance=int(account.balance)),
        aggregate_id=event.customer,
        aggregate_version=account.version,
    )


def reverse(event: OrderRefunded, *, for_cards: Decimal) -> None:
    """Take back the refunded share of an order's points, once per refund, as far as they are still there.

    An order of an older shop has earned none here. `for_cards` of its refunds were for gift cards.
    """
    if event.customer is None or event.tender == POINTS or event.historical:
        return
    due = _due(event.order, for_cards=for_cards, more=event.amount.amount) - _net(event.order)
    LEDGER.add(
        event.customer,
        Decimal(max(due, -free(event.customer))),
        key=f"reverse:{event.refund}",
        kind=REVERSED,
        order=event.order,
        order_number=event.number,
        amount=event.amount.amount,
        currency=event.amount.currency,
    )


def balance(customer: UUID) -> int:
    """The sum of a customer's entries."""
    account = PointsAccount.objects.filter(customer=customer).first()
    return int(account.balance) if account else 0


def free(customer: UUID) -> int:
    """What of the balance no checkout has reserved."""
    account = PointsAccount.objects.filter(customer=customer).first()
    return int(account.free) if account else 0


def _due(order: object, *, for_cards: Decimal, more: Decimal = Decimal(0)) -> int:
    """What an order's points come to after its refunds and `more`, without those for gift cards."""
    earned = PointsEntry.objects.filter(order=order, kind=EARNED).aggregate(points=Sum("points"), amount=Sum("amount"))
    if not earned["amount"] or earned["amount"] <= 0:
        return 0
    refunds = PointsEntry.objects.filter(order=order, kind=REVERSED).aggregate(sum=Sum("amount"))["sum"] or 0
    kept = max(earned["amount"] - max(refunds + more - for_cards, Decimal(0)), Decimal(0))
    return int((earned["points"] * kept / earned["amount"]).to_integral_value(ROUND_FLOOR))


def _net(order: object) -> int:
    """What an order has earned by now; what was spent on it is another matter."""
    entries = PointsEntry.objects.filter(order=order, kind__in=(EARNED, REVERSED))
    return entries.aggregate(sum=Sum("points"))["sum"] or 0


def _rate(channel: str) -> Decimal:
    rule = EarnRule.objects.filter(channel=channel).first()
    return rule.points_per_unit if rule else Decimal(1)

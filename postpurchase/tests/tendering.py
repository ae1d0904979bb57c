"""A checkout's side of tenders for this domain's tests: what it asks for, and what it is told."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from chassis import clock
from chassis.ids import new_id
from contracts.commerce import (
    RequestedTender,
    TenderConfirmationRequested,
    TenderRefundRequested,
    TenderReleaseRequested,
    TenderRequested,
)
from contracts.postpurchase import POINTS
from postpurchase.credit.commands import GrantCredit, IssueGiftCard, grant_credit, issue_gift_card
from postpurchase.credit.models import GiftCard, StoreCredit
from postpurchase.loyalty.models import BurnRule, PointsAccount
from postpurchase.tenders.accounts import LEDGERS
from postpurchase.tenders.models import TenderLine, TenderReservation
from postpurchase.tests.build import deliver, euros, paid


@dataclass(eq=False)
class Checkout:
    """A saga of commerce as this domain sees it."""

    saga: UUID = field(default_factory=new_id)
    order: UUID = field(default_factory=new_id)
    customer: UUID | None = None

    def request(self, *tenders: tuple[str, UUID, str]) -> TenderRequested:
        """(tender, account, amount) each."""
        return TenderRequested(
            saga=self.saga,
            cart=new_id(),
            channel="shop",
            currency="EUR",
            customer=self.customer,
            tenders=tuple(
                RequestedTender(payment=new_id(), tender=tender, account=account, amount=Decimal(amount))
                for tender, account, amount in tenders
            ),
            expires_at=clock.now() + timedelta(hours=1),
        )

    def release(self) -> TenderReleaseRequested:
        return TenderReleaseRequested(saga=self.saga, reason="declined")

    def confirmation(self) -> TenderConfirmationRequested:
        return TenderConfirmationRequested(saga=self.saga, order=self.order, order_number="1001")

    def refund(self, payment: UUID, amount: str) -> TenderRefundRequested:
        return TenderRefundRequested(saga=self.saga, payment=payment, refund=new_id(), amount=euros(amount))

    @property
    def state(self) -> str:
        return TenderReservation.objects.get(id=self.saga).state


def a_card(amount: str = "50.00", **facts: object) -> GiftCard:
    return issue_gift_card(IssueGiftCard(amount=Decimal(amount), currency="EUR", **facts))[0]  # type: ignore[arg-type]


def a_credit(customer: UUID, amount: str = "30.00") -> StoreCredit:
    return grant_credit(GrantCredit(customer=customer, amount=Decimal(amount), currency="EUR"))


def points_of(customer: UUID, points: int, *, per_unit: str = "100") -> UUID:
    """A customer with points, in a channel where so many pay one euro; the account's id."""
    BurnRule.objects.get_or_create(channel="shop", defaults={"points_per_unit": Decimal(per_unit)})
    deliver(paid(customer, str(points)))
    return customer


def figures(tender: str, account: UUID) -> tuple[Decimal, Decimal]:
    """Balance, and what is held of it."""
    row = LEDGERS[tender].accounts._default_manager.get(pk=account)
    return row.balance, row.held


def broken_books() -> list[str]:
    """Accounts whose balance is not the sum of their entries, or whose held is not what reservations hold."""
    wrong = []
    for tender, ledger in LEDGERS.items():
        for account in ledger.accounts._default_manager.all():
            entries = ledger.entries._default_manager.filter(account=account.pk)
            entered = sum((Decimal(row) for row in entries.values_list(ledger.unit, flat=True)), Decimal(0))
            lines = TenderLine.objects.filter(account=account.pk, tender=tender, reservation__state="reserved")
            held = sum(lines.values_list("units", flat=True), Decimal(0))
            if (account.balance, account.held) != (entered, held):
                wrong.append(f"{tender} {account}: {account.balance}, {account.held} and not {entered}, {held}")
    return wrong


def spent_points(customer: UUID) -> PointsAccount:
    return PointsAccount.objects.get(customer=customer)


__all__ = ["POINTS", "Checkout", "a_card", "a_credit", "broken_books", "figures", "points_of", "spent_points"]

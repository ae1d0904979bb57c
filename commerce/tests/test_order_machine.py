"""An order's money and goods under any order of refunds, cancellations, additions, parcels and jobs that fail.

Whatever happens, no more is given back than was taken, ledgers and documents add up to what the payment says, the
provider's books say the same once all jobs are done, and states fit each other.
"""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db.models import Sum
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chassis import clock
from chassis.errors import DomainError
from chassis.sagas import Done, Failed
from chassis.unit_of_work import unit_of_work
from commerce import promises
from commerce.addition.commands import add_by_hand, charge, offer
from commerce.cancellation.commands import request_cancellation
from commerce.cancellation.reactions import cancellation_confirmed, cancellation_refused
from commerce.checkout.items import Item
from commerce.document.models import CREDIT_NOTE, INVOICE
from commerce.models import Addition, Cancellation, Document, Order, OrderLine, Payment, Transaction
from commerce.order.commands import hold_order, refund_order, release_order
from commerce.order.reactions import shipment_sent
from commerce.payment.manual import book_refund
from commerce.tests import books as provider
from commerce.tests.books import CARD, run_jobs
from commerce.tests.conftest import a_ready_cart
from commerce.tests.test_orders_api import ordered, sent
from contracts.logistics import CancellationConfirmed, CancellationRefused

ZERO = Decimal(0)
BOUGHT = 3


class Life(RuleBasedStateMachine):
    """Of one order of three mugs, paid by card, and of mugs that are added to it."""

    books: provider.Books
    order: UUID | None = None

    @initialize()
    def place(self) -> None:
        self.books.lose, self.books.refuse, self.books.decline = [], "", False
        cart, shopper = a_ready_cart(lines={"MUG": BOUGHT})
        self.order = ordered(cart, shopper).id
        self.parcels = 0

    @rule(cents=st.integers(1, 4000))
    def refund(self, cents: int) -> None:
        self._attempt(lambda order: refund_order(order, amount=Decimal(cents) / 100))

    @rule(whole=st.booleans(), which=st.integers(0, 5), quantity=st.integers(1, BOUGHT))
    def ask_to_cancel(self, whole: bool, which: int, quantity: int) -> None:
        known = self._lines()
        lines = None if whole else {known[which % len(known)].id: Decimal(quantity)}
        self._attempt(lambda order: request_cancellation(order, reason="changed my mind", lines=lines))

    @precondition(lambda self: self._asked() is not None)
    @rule(yes=st.booleans())
    def logistics_answers(self, yes: bool) -> None:
        """It confirms what is still there, and only that."""
        asked, untouched = self._asked(), all(line.shipped == 0 for line in self._lines())
        assert asked is not None and self.order is not None
        with unit_of_work("commerce"):
            if yes and (untouched or not asked.whole):
                cancellation_confirmed(CancellationConfirmed(cancellation=asked.id, order=self.order))
            else:
                cancellation_refused(
                    CancellationRefused(cancellation=asked.id, order=self.order, reason="already_sent")
                )

    @rule(quantity=st.integers(1, 2), by_hand=st.booleans(), declined=st.booleans())
    def add(self, quantity: int, by_hand: bool, declined: bool) -> None:
        """Staff offer more, and somebody takes it at once."""
        self.books.decline = declined

        def take(order: UUID) -> None:
            addition = offer(order, wanted={Item("MUG"): Decimal(quantity)})
            if by_hand:
                add_by_hand(addition.id, name="Till", reference=str(addition.id))
            else:
                charge(addition.id, source=CARD)

        self._attempt(take)

    @precondition(lambda self: self._added("charging") is not None)
    @rule(there=st.booleans())
    def units_are_reserved(self, there: bool) -> None:
        until = {"reserved_until": (clock.now() + timedelta(minutes=15)).isoformat()}
        answer = Done(until) if there else Failed("failed", "out_of_stock")
        promises.answer(self._added("charging").saga, "reserve_stock", answer)  # type: ignore[union-attr,arg-type]

    @precondition(lambda self: self._added("added") is not None)
    @rule()
    def more_is_on_the_list(self) -> None:
        promises.answer(self._added("added").saga, "confirm_stock", Done())  # type: ignore[union-attr,arg-type]

    @rule()
    def send_one(self) -> None:
        """Not what is being cancelled: logistics decides one before the other."""
        order, left = Order.objects.get(id=self.order), sum(line.left for line in self._lines())
        if left > 0 and order.state not in ("cancelled", "held") and self._asked() is None:
            self.parcels += 1
            with unit_of_work("commerce"):
                shipment_sent(sent(order, 1, number=f"T{self.parcels}"))

    @rule()
    def hold(self) -> None:
        self._attempt(hold_order)

    @rule()
    def release(self) -> None:
        self._attempt(release_order)

    @rule(lost=st.booleans())
    def jobs(self, lost: bool) -> None:
        """Once with every answer about refunds lost, or as they should."""
        self.books.lose = ["refund"] if lost else []
        run_jobs()

    def _attempt(self, act: Any) -> None:
        """What is refused changes nothing; the invariants look."""
        with suppress(DomainError):
            act(self.order)

    def _lines(self) -> list[OrderLine]:
        return list(OrderLine.objects.filter(order=self.order))

    def _added(self, state: str) -> Addition | None:
        return Addition.objects.filter(order=self.order, state=state).first()

    def _asked(self) -> Cancellation | None:
        return Cancellation.objects.filter(order=self.order, state="requested").first()

    @invariant()
    def money_adds_up(self) -> None:
        if self.order is None:
            return
        order, payments = Order.objects.get(id=self.order), list(Payment.objects.filter(order=self.order))
        captured, refunded = sum(one.captured for one in payments), sum(one.refunded for one in payments)
        about_to = sum(one.set_aside for one in payments)
        assert ZERO <= refunded + about_to == order.refunded <= order.captured == captured
        assert sum(one.amount for one in payments) == order.total == order.shipping + self._sold()
        booked = Transaction.objects.filter(payment__in=payments).values("kind").annotate(sum=Sum("amount"))
        ledger = {row["kind"]: row["sum"] for row in booked}
        assert (ledger.get("capture", ZERO), ledger.get("refund", ZERO)) == (captured, refunded)
        papers = Document.objects.filter(order=order).values("kind").annotate(sum=Sum("total"))
        totals = {row["kind"]: row["sum"] for row in papers}
        assert totals.get(INVOICE, ZERO) == order.total
        assert totals.get(CREDIT_NOTE, ZERO) == refunded
        for one in payments:
            assert not one.is_card or self.books.payments[one.reference]["refunded"] == one.refunded

    def _sold(self) -> Decimal:
        return sum((line.total for line in self._lines()), ZERO)

    @invariant()
    def states_fit_each_other(self) -> None:
        if self.order is None:
            return
        order, lines = Order.objects.get(id=self.order), self._lines()
        assert all(line.shipped + line.cancelled <= line.quantity for line in lines)
        had = Addition.objects.filter(order=order, state__in=("added", "done"))
        assert len(lines) == 1 + had.count(), "each is on the order once"
        assert not (self._asked() and (self._added("charging") or self._added("added")))
        assert (order.state == "cancelled") == (order.fulfilment_state == "cancelled")
        assert (order.state == "cancelling") == Cancellation.objects.filter(
            order=order, state="requested", whole=True
        ).exists()
        if order.state == "completed":
            assert order.fulfilment_state == "fulfilled" and all(line.left == 0 for line in lines)
        refunded = Payment.objects.filter(order=order.id).aggregate(sum=Sum("refunded"))["sum"]
        whole = refunded == order.captured > 0
        assert order.payment_state == ("refunded" if whole else "partially_refunded" if refunded else "paid")

    def teardown(self) -> None:
        """Once everybody answers, nothing is left under way."""
        if self.order is None:
            return
        self.books.lose = []
        for minutes in (0, 30, 120, 600):
            run_jobs(later=timedelta(minutes=minutes))
            for dues in Payment.objects.filter(order=self.order, refunds_due__isnull=False).distinct():
                for due in dues.refunds_due.all():
                    book_refund(dues.id, refund=due.id, reference=str(due.id))
        assert self._added("charging") is None, "time has ended what nobody answered"
        if (listed := self._added("added")) and listed.saga:
            promises.answer(listed.saga, "confirm_stock", Done())
        order, payments = Order.objects.get(id=self.order), list(Payment.objects.filter(order=self.order))
        assert all(one.set_aside == 0 for one in payments)
        assert sum(one.refunded for one in payments) == order.refunded
        held = [one for one in self.books.payments.values() if one["status"] == "authorised"]
        assert not held, "no card holds money of what came to nothing"
        if order.state == "cancelled":
            assert order.refunded == order.captured
        self.money_adds_up()


@pytest.mark.django_db(databases=["commerce"])
def test_an_order_keeps_its_promises_whatever_happens_in_which_order(shop: str, books: provider.Books) -> None:
    life = type("LifeOfAnOrder", (Life,), {"books": books})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        life, settings=settings(max_examples=20, stateful_step_count=15, deadline=None)
    )


@pytest.mark.django_db(databases=["commerce"])
def test_the_machine_sees_money_that_no_ledger_has(shop: str, books: provider.Books) -> None:
    class Leaking(Life):
        @rule()
        def leak(self) -> None:
            Payment.objects.filter(order=self.order).update(refunded=1)

    leaking = type("LeakingOrder", (Leaking,), {"books": books})
    with pytest.raises(AssertionError):
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            leaking, settings=settings(max_examples=20, stateful_step_count=10, deadline=None, phases=[Phase.generate])
        )

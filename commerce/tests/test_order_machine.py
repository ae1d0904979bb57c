"""An order's money and goods under any order of refunds, cancellations, parcels and jobs that fail in between.

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

from chassis.errors import DomainError
from chassis.unit_of_work import unit_of_work
from commerce.cancellation.commands import request_cancellation
from commerce.cancellation.reactions import cancellation_confirmed, cancellation_refused
from commerce.document.models import CREDIT_NOTE, INVOICE
from commerce.models import Cancellation, Document, Order, OrderLine, Payment, Transaction
from commerce.order.commands import hold_order, refund_order, release_order
from commerce.order.reactions import shipment_sent
from commerce.tests import books as provider
from commerce.tests.books import run_jobs
from commerce.tests.conftest import a_ready_cart
from commerce.tests.test_orders_api import ordered, sent
from contracts.logistics import CancellationConfirmed, CancellationRefused

ZERO = Decimal(0)
BOUGHT = 3


class Life(RuleBasedStateMachine):
    """Of one order of three mugs, paid by card."""

    books: provider.Books
    order: UUID | None = None

    @initialize()
    def place(self) -> None:
        self.books.lose, self.books.refuse = [], ""
        cart, shopper = a_ready_cart(lines={"MUG": BOUGHT})
        self.order = ordered(cart, shopper).id
        self.parcels = 0

    @rule(cents=st.integers(1, 4000))
    def refund(self, cents: int) -> None:
        self._attempt(lambda order: refund_order(order, amount=Decimal(cents) / 100))

    @rule(whole=st.booleans(), quantity=st.integers(1, BOUGHT))
    def ask_to_cancel(self, whole: bool, quantity: int) -> None:
        line = OrderLine.objects.get(order=self.order)
        lines = None if whole else {line.id: Decimal(quantity)}
        self._attempt(lambda order: request_cancellation(order, reason="changed my mind", lines=lines))

    @precondition(lambda self: self._asked() is not None)
    @rule(yes=st.booleans())
    def logistics_answers(self, yes: bool) -> None:
        """It confirms what is still there, and only that."""
        asked, line = self._asked(), OrderLine.objects.get(order=self.order)
        assert asked is not None and self.order is not None
        with unit_of_work("commerce"):
            if yes and (line.shipped == 0 or not asked.whole):
                cancellation_confirmed(CancellationConfirmed(cancellation=asked.id, order=self.order))
            else:
                cancellation_refused(
                    CancellationRefused(cancellation=asked.id, order=self.order, reason="already_sent")
                )

    @rule()
    def send_one(self) -> None:
        """Not what is being cancelled: logistics decides one before the other."""
        order, line = Order.objects.get(id=self.order), OrderLine.objects.get(order=self.order)
        if line.left > 0 and order.state not in ("cancelled", "held") and self._asked() is None:
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

    def _asked(self) -> Cancellation | None:
        return Cancellation.objects.filter(order=self.order, state="requested").first()

    @invariant()
    def money_adds_up(self) -> None:
        if self.order is None:
            return
        order, payment = Order.objects.get(id=self.order), Payment.objects.get(order=self.order)
        assert ZERO <= payment.refunded + payment.set_aside == order.refunded <= order.captured == payment.captured
        booked = Transaction.objects.filter(payment=payment).values("kind").annotate(sum=Sum("amount"))
        ledger = {row["kind"]: row["sum"] for row in booked}
        assert (ledger.get("capture", ZERO), ledger.get("refund", ZERO)) == (payment.captured, payment.refunded)
        papers = Document.objects.filter(order=order).values("kind").annotate(sum=Sum("total"))
        totals = {row["kind"]: row["sum"] for row in papers}
        assert totals.get(INVOICE, ZERO) == payment.captured
        assert totals.get(CREDIT_NOTE, ZERO) == payment.refunded
        assert self.books.payments[payment.reference]["refunded"] == payment.refunded

    @invariant()
    def states_fit_each_other(self) -> None:
        if self.order is None:
            return
        order, line = Order.objects.get(id=self.order), OrderLine.objects.get(order=self.order)
        assert line.shipped + line.cancelled <= line.quantity == BOUGHT
        assert (order.state == "cancelled") == (order.fulfilment_state == "cancelled")
        assert (order.state == "cancelling") == Cancellation.objects.filter(
            order=order, state="requested", whole=True
        ).exists()
        if order.state == "completed":
            assert order.fulfilment_state == "fulfilled" and line.left == 0
        refunded = Payment.objects.get(order=order.id).refunded
        whole = refunded == order.captured > 0
        assert order.payment_state == ("refunded" if whole else "partially_refunded" if refunded else "paid")

    def teardown(self) -> None:
        """Once everybody answers, nothing is left under way."""
        if self.order is None:
            return
        self.books.lose = []
        for minutes in (0, 30, 120, 600):
            run_jobs(later=timedelta(minutes=minutes))
        order, payment = Order.objects.get(id=self.order), Payment.objects.get(order=self.order)
        assert payment.set_aside == 0 and payment.refunded == order.refunded
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

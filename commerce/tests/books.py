"""A provider without a process for the tests of placing orders, and the steps by which they go."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis import clock
from chassis.jobs.runner import JobRunner
from chassis.messages import decode_message
from chassis.sagas import Done
from chassis.sagas.runner import answer
from chassis.unit_of_work import unit_of_work
from commerce.cancellation.commands import request_cancellation
from commerce.cancellation.reactions import cancellation_confirmed
from commerce.checkout.models import Cart
from commerce.checkout.placement import place
from commerce.checkout.saga import PlaceOrder
from commerce.models import Order, OutboxEvent
from commerce.payment.providers.interface import (
    Notice,
    OurPayment,
    ProviderPayment,
    ProviderRefused,
    ProviderUnanswered,
)
from commerce.tests.conftest import a_ready_cart
from contracts.logistics import CancellationConfirmed

CARD = "4242424242424242"


class Books:
    """A provider that books by reference, loses answers on demand, and is looked at by the tests."""

    public_key, ready = "", True

    def __init__(self) -> None:
        self.payments: dict[str, dict[str, Any]] = {}
        self.lose: list[str] = []
        self.decline = False
        self.challenge = False
        self.amount: Decimal | None = None
        self.refuse = ""
        self.capture_only: Decimal | None = None
        self.refuse_void_once = False
        self.refused_keys: set[str] = set()

    def authorise(self, ours: OurPayment, *, key: str) -> ProviderPayment:
        reference, amount = ours.reference, ours.amount
        status = "declined" if self.decline else "requires_action" if self.challenge else "authorised"
        held = self.amount or amount
        known = self.payments.setdefault(reference, {"status": status, "amount": held, "captured": Decimal(0)})
        known["refunded"] = Decimal(0)
        if self.refuse == "authorise":
            del self.payments[reference]
            raise ProviderRefused("card_unknown")
        if "authorise" in self.lose:
            self.lose.remove("authorise")
            raise ProviderUnanswered("lost")
        return self.of(reference)

    def of(self, reference: str) -> ProviderPayment:
        known = self.payments[reference]
        return ProviderPayment(
            id=f"p-{reference}",
            reference=reference,
            status=known["status"],
            currency=known.get("currency", "EUR"),
            amount=known["amount"],
            captured=known["captured"],
            pending=known.get("pending", Decimal(0)),
            decline_code="card_declined" if known["status"] == "declined" else "",
            action_url="",
        )

    def find(self, ours: OurPayment) -> ProviderPayment | None:
        return self.of(ours.reference) if ours.reference in self.payments else None

    def capture(self, ours: OurPayment, *, amount: Decimal, key: str) -> ProviderPayment:
        known = self.payments[ours.provider_id.removeprefix("p-")]
        taken = min(amount, self.capture_only or amount)
        known["status"], known["captured"] = "captured" if taken == amount else "partially_captured", taken
        return self.of(ours.reference)

    def void(self, ours: OurPayment, *, key: str) -> ProviderPayment:
        """Refuses the first key when told to, and that key for ever: refusals are kept like any answer."""
        if self.refuse_void_once:
            self.refuse_void_once = False
            self.refused_keys.add(key)
        if key in self.refused_keys:
            raise ProviderUnanswered("409")
        self.payments[ours.provider_id.removeprefix("p-")]["status"] = "voided"
        return self.of(ours.reference)

    def refund(self, ours: OurPayment, *, amount: Decimal, reference: str, key: str) -> str:
        if "refund" in self.lose:
            raise ProviderUnanswered("lost")
        if self.refuse == "refund":
            raise ProviderRefused("refused_by_issuer")
        self.payments[ours.provider_id.removeprefix("p-")]["refunded"] += amount
        return f"r-{reference}"

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> Notice:
        raise AssertionError("these books send no webhooks")


def ours(reference: str, amount: Decimal, *, currency: str = "EUR", provider_id: str = "") -> OurPayment:
    """A payment as a provider is told of it."""
    return OurPayment(
        reference=reference,
        amount=amount,
        currency=currency,
        asked_at=clock.now(),
        provider_id=provider_id,
        source=CARD,
    )


def run_jobs(*, later: timedelta = timedelta(0)) -> None:
    with clock.travel(clock.now() + later):
        JobRunner("commerce").run_due()


def published() -> list[str]:
    return [decode_message(row.message).type for row in OutboxEvent.objects.order_by("seq")]


def reserve(saga: Any, *, minutes: int = 15) -> None:
    answer(
        PlaceOrder,
        saga,
        "reserve_stock",
        Done({"reserved_until": (clock.now() + timedelta(minutes=minutes)).isoformat()}),
    )


def cancel(order_id: UUID, *, reason: str = "changed my mind", lines: dict[UUID, Decimal] | None = None) -> Order:
    """Ask for a cancellation, which logistics confirms."""
    asked = request_cancellation(order_id, reason=reason, lines=lines)
    with unit_of_work("commerce"):
        cancellation_confirmed(CancellationConfirmed(cancellation=asked.id, order=order_id))
    return Order.objects.get(id=order_id)


def begin(view: str) -> tuple[Cart, Any]:
    cart, shopper = a_ready_cart(view=view)
    return place(view=view, cart_id=cart.id, shopper=shopper, source=CARD, expected_total=None)

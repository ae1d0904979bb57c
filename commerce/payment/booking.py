"""Staff's buttons on a payment by hand: money that came, money that will not come, refunds that were sent."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms

from chassis.admin import Transition, shown
from chassis.money import exponent
from commerce.payment.manual import book_money, book_refund, lock_checkout, stop_waiting, withdraw_refund
from commerce.payment.models import Payment

REFERENCE = "Of the bank or the courier: the same is not booked twice."


def money_form(payment: Payment) -> type[forms.Form]:
    """How much has come, at most what is awaited, and by which reference."""
    left, places = payment.amount - payment.captured, exponent(payment.currency)

    class MoneyForm(forms.Form):
        amount = forms.DecimalField(
            min_value=Decimal(1).scaleb(-places),
            max_digits=20,
            decimal_places=places,
            initial=round(left, places),
            help_text=f"Awaited: {shown.amount(left, payment.currency)}.",
        )
        reference = forms.CharField(max_length=200, help_text=REFERENCE)

    return MoneyForm


def _refund_field(payment: Payment, **only: bool) -> forms.ChoiceField:
    due = payment.refunds_due.filter(**only).order_by("asked_at", "id")
    choices = [(str(one.id), f"{shown.amount(one.amount, payment.currency)}, {one.asked_at:%Y-%m-%d}") for one in due]
    return forms.ChoiceField(choices=choices)


def sent_form(payment: Payment) -> type[forms.Form]:
    """Which refund was sent, and by which reference."""

    class SentForm(forms.Form):
        refund = _refund_field(payment)
        reference = forms.CharField(max_length=200, help_text=REFERENCE)

    return SentForm


def withdrawal_form(payment: Payment) -> type[forms.Form]:
    """Which refund will not be sent, and why."""

    class WithdrawalForm(forms.Form):
        refund = _refund_field(payment, again=False)
        reason = forms.CharField(max_length=300)

    return WithdrawalForm


def _book(payment: Payment, data: Mapping[str, Any]) -> None:
    book_money(payment.id, amount=data["amount"], reference=data["reference"])


def _sent(payment: Payment, data: Mapping[str, Any]) -> None:
    book_refund(payment.id, refund=UUID(data["refund"]), reference=data["reference"])


def _withdraw(payment: Payment, data: Mapping[str, Any]) -> None:
    withdraw_refund(payment.id, refund=UUID(data["refund"]), reason=data["reason"])


def _has_refunds(payment: Payment) -> bool:
    return payment.refunds_due.exists()


BOOK_MONEY = Transition(
    name="book_money",
    title="Book money",
    run=_book,
    when=lambda payment: payment.state == "awaiting",
    form=money_form,
    lock_first=lock_checkout,
    explanation="Money has come. Once it is all there the order is paid, and goods that have waited for it may go.",
)
STOP_WAITING = Transition(
    name="void",
    title="Void",
    run=lambda payment, _: stop_waiting(payment.id),
    when=lambda payment: payment.state == "awaiting" and payment.captured == 0,
    lock_first=lock_checkout,
    dangerous=True,
    explanation="No money will come. The order stays as it is: cancel it to give the goods back.",
)
BOOK_REFUND = Transition(
    name="book_refund",
    title="Book a refund",
    run=_sent,
    when=_has_refunds,
    form=sent_form,
    lock_first=lock_checkout,
    explanation="You have sent the money back. The credit note is issued now.",
)
WITHDRAW_REFUND = Transition(
    name="withdraw_refund",
    title="Withdraw a refund",
    run=_withdraw,
    when=lambda payment: payment.refunds_due.filter(again=False).exists(),
    form=withdrawal_form,
    lock_first=lock_checkout,
    dangerous=True,
    explanation="It is not sent. Whoever asked for it is told, and it may be asked for again.",
)

"""Stripe's objects and amounts in this domain's words. Calls nobody.

Amounts at Stripe are whole numbers of a unit that is not always ISO 4217's:
https://docs.stripe.com/currencies#minor-units
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from chassis.errors import Invalid
from chassis.keyring import keyed_hash
from chassis.money import exponent
from commerce.payment.providers.interface import (
    Booked,
    Disputed,
    FailedRefund,
    Notice,
    ProviderPayment,
    ProviderRefused,
)

REFERENCE, INSTALLATION = "sixfold_reference", "sixfold_installation"
"""Where Stripe's metadata hold our reference, and whose it is. Another shop may use the same account."""
UNLIKE_ISO = {"ISK": 2, "UGX": 2, "MGA": 0}
STATUSES = {
    "requires_action": "requires_action",
    "processing": "processing",
    "requires_capture": "authorised",
    "succeeded": "captured",
    "canceled": "voided",
}
GONE_WRONG = ("failed", "canceled")
"""Statuses of a refund that has not reached anybody."""
DISPUTES = {"won": "won", "warning_closed": "won", "lost": "lost"}
"""All other statuses of a dispute are open ones: https://docs.stripe.com/api/disputes/object."""


def marks(reference: str) -> dict[str, str]:
    """Metadata by which an object at Stripe is known as ours."""
    return {REFERENCE: reference, INSTALLATION: installation()}


def installation() -> str:
    """What tells this shop's objects from those of another Sixfold with the same account: derived from its keys."""
    return keyed_hash("installation at stripe", fold=False)[:16]


def is_ours(made: Mapping[str, Any]) -> bool:
    """Whether an object bears a reference and no other installation's mark; the first ones bore none."""
    metadata = made.get("metadata") or {}
    return bool(metadata.get(REFERENCE)) and metadata.get(INSTALLATION) in (None, installation())


def minor(amount: Decimal, currency: str) -> int:
    """An amount in Stripe's units. ProviderRefused for one that Stripe cannot take: smaller parts than it knows."""
    units = amount.scaleb(_places(currency))
    steps = 10 if _places(currency) == 3 else 100 if currency in ("ISK", "UGX") else 1
    if units != int(units) or int(units) % steps:
        raise ProviderRefused("amount_not_representable", f"{amount} {currency}")
    return int(units)


def picture(intent: Mapping[str, Any]) -> ProviderPayment:
    """A PaymentIntent as a payment."""
    currency, status = intent["currency"].upper(), intent["status"]
    total = _amount(intent["amount"], currency)
    error = intent.get("last_payment_error") or {}
    action = (intent.get("next_action") or {}).get("redirect_to_url") or {}
    return ProviderPayment(
        id=intent["id"],
        reference=intent["metadata"].get(REFERENCE, ""),
        status=_status(status, error),
        currency=currency,
        amount=total,
        captured=_amount(intent.get("amount_received") or 0, currency),
        decline_code=error.get("decline_code") or error.get("code") or "",
        action_url=action.get("url") or "",
        pending=total if status == "processing" else Decimal(0),
    )


def entry(intent: Mapping[str, Any], *, lost: int = 0) -> Booked:
    """A PaymentIntent on the statement, of which so much was lost to disputes.

    Its charge, if there is one yet, was asked for whole.
    Stripe calls it refunded, too, when what was never taken is let go.
    """
    shown = picture(intent)
    charge = intent.get("latest_charge") or {}
    never_taken = charge.get("amount", 0) - charge.get("amount_captured", 0) if not shown.holding else 0
    back = max(charge.get("amount_refunded", 0) - never_taken, 0)
    return Booked(**vars(shown), refunded=_amount(back, shown.currency), lost=_amount(lost, shown.currency))


def notice(body: bytes) -> Notice:
    """An event whose signature was checked. It holds its object as that was when it happened, not as it is now."""
    try:
        event = json.loads(body)
        about = event["data"]["object"]
        kind = about["object"]
        if kind == "payment_intent" and is_ours(about):
            return Notice(id=event["id"], payment=picture(about))
        if kind == "refund" and is_ours(about) and about["status"] in GONE_WRONG:
            return Notice(id=event["id"], refund=_failed(about))
        if kind == "dispute" and about.get("payment_intent"):
            return Notice(id=event["id"], dispute=_dispute(about))
        return Notice(id=event["id"])
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise Invalid("the webhook's body is not understood") from error


def _failed(refund: Mapping[str, Any]) -> FailedRefund:
    reason = refund.get("failure_reason") or f"refund_{refund['status']}"
    return FailedRefund(id=refund["id"], payment=refund["payment_intent"], reason=str(reason)[:100])


def _dispute(made: Mapping[str, Any]) -> Disputed:
    currency = made["currency"].upper()
    due = (made.get("evidence_details") or {}).get("due_by")
    return Disputed(
        id=made["id"],
        payment=made["payment_intent"],
        amount=_amount(made["amount"], currency),
        currency=currency,
        status=DISPUTES.get(made["status"], "open"),
        reason=str(made.get("reason") or "")[:100],
        answer_by=datetime.fromtimestamp(due, UTC) if due else None,
    )


def _status(status: str, error: Mapping[str, Any]) -> str:
    """Without a payment method it was declined if it says why; before it is confirmed it lacks one, too."""
    if status == "requires_payment_method" and error:
        return "declined"
    return STATUSES.get(status, "new")


def _amount(units: int, currency: str) -> Decimal:
    return Decimal(units).scaleb(-_places(currency))


def _places(currency: str) -> int:
    return UNLIKE_ISO.get(currency, exponent(currency))

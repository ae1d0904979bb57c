"""The books of an account at Stripe: PaymentIntents and refunds, moved as Stripe documents it.

Statuses, error codes and the rules between them: https://docs.stripe.com/payments/paymentintents/lifecycle and
https://docs.stripe.com/error-codes; the test PaymentMethods: https://docs.stripe.com/testing.
"""

import time
from dataclasses import dataclass, field
from typing import Any

AUTHENTICATE = "https://hooks.stripe.com/3d_secure_2/hosted"
DECLINES = {
    "pm_card_visa_chargeDeclined": "generic_decline",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "insufficient_funds",
}
CHALLENGED = "pm_card_authenticationRequired"
PAYS = "pm_card_visa"


class StripeProblem(Exception):
    """An error as Stripe answers it."""

    def __init__(self, status: int, kind: str, code: str, **more: Any) -> None:
        super().__init__(code)
        self.status = status
        self.body = {"error": {"type": kind, "code": code, "message": f"{code} of pm_secret", **more}}


@dataclass
class Account:
    """`events` are all that happened, each with its object as it was then, oldest first."""

    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    disputes: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)

    def create(self, form: dict[str, Any]) -> dict[str, Any]:
        """Make a PaymentIntent and confirm it; a declined card is an error that holds it."""
        known = form["payment_method"] in (PAYS, CHALLENGED) or form["payment_method"] in DECLINES
        if not known:
            raise StripeProblem(400, "invalid_request_error", "resource_missing", param="payment_method")
        assert form["confirm"] == "true" and form["capture_method"] == "manual" and form["return_url"]
        intent = {
            "id": f"pi_{len(self.intents) + 1}",
            "object": "payment_intent",
            "amount": int(form["amount"]),
            "amount_received": 0,
            "currency": form["currency"],
            "metadata": form["metadata"],
            "status": "requires_payment_method",
            "last_payment_error": None,
            "next_action": None,
            "client_secret": "never to be seen",
            "created": int(time.time()),
        }
        self.intents[intent["id"]] = intent
        self._tell("created", intent)
        self._confirm(intent, form["payment_method"])
        return intent

    def authenticate(self, intent_id: str, *, passed: bool) -> None:
        """The shopper answers the 3-D Secure page."""
        intent = self.intents[intent_id]
        assert intent["status"] == "requires_action"
        intent["next_action"] = None
        if passed:
            self._hold(intent)
        else:
            self._decline(intent, "payment_intent_authentication_failure", "")

    def capture(self, intent: dict[str, Any], form: dict[str, Any]) -> dict[str, Any]:
        self._demand(intent, "requires_capture")
        units = int(form.get("amount_to_capture", intent["amount"]))
        if units > intent["amount"]:
            raise StripeProblem(400, "invalid_request_error", "amount_too_large", param="amount_to_capture")
        intent.update(status="succeeded", amount_received=units)
        self._tell("succeeded", intent)
        return intent

    def cancel(self, intent: dict[str, Any]) -> dict[str, Any]:
        self._demand(intent, "requires_payment_method", "requires_action", "requires_capture")
        intent.update(status="canceled", next_action=None)
        self._tell("canceled", intent)
        return intent

    def refund(self, form: dict[str, Any]) -> dict[str, Any]:
        intent, units = self.intents[form["payment_intent"]], int(form["amount"])
        if self._refunded(intent) + units > intent["amount_received"]:
            raise StripeProblem(400, "invalid_request_error", "charge_already_refunded")
        made = {
            "id": f"re_{len(self.refunds) + 1}",
            "object": "refund",
            "amount": units,
            "payment_intent": intent["id"],
            "metadata": form["metadata"],
            "status": "succeeded",
        }
        self.refunds[made["id"]] = made
        return made

    def expire(self, intent_id: str) -> None:
        """What was held is let go by Stripe, since nobody has captured it in time."""
        self.cancel(self.intents[intent_id])

    def fail_refund(self, refund_id: str) -> dict[str, Any]:
        """The bank sends a refund back days later: the money is in the account again."""
        self.refunds[refund_id].update(status="failed", failure_reason="expired_or_canceled_card")
        return self._tell_of("refund.failed", self.refunds[refund_id])

    def dispute(self, intent_id: str, units: int | None = None) -> dict[str, Any]:
        """The shopper's bank asks a payment back; Stripe takes it off the account meanwhile."""
        intent = self.intents[intent_id]
        made = {
            "id": f"dp_{len(self.disputes) + 1}",
            "object": "dispute",
            "amount": units or intent["amount_received"],
            "currency": intent["currency"],
            "payment_intent": intent_id,
            "charge": f"ch_{intent_id}",
            "reason": "fraudulent",
            "status": "needs_response",
            "evidence_details": {"due_by": int(time.time()) + 7 * 86_400},
            "metadata": {},
            "created": int(time.time()),
        }
        self.disputes[made["id"]] = made
        return self._tell_of("charge.dispute.created", made)

    def close(self, dispute_id: str, status: str) -> dict[str, Any]:
        """The dispute is decided: won, lost or warning_closed."""
        self.disputes[dispute_id]["status"] = status
        return self._tell_of("charge.dispute.closed", self.disputes[dispute_id])

    def with_charge(self, intent: dict[str, Any]) -> dict[str, Any]:
        """The PaymentIntent with its charge in place of the charge's id."""
        over = intent["status"] in ("canceled", "succeeded")
        let_go = intent["amount"] - intent["amount_received"] if over else 0
        charge = {
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": intent["amount_received"],
            "amount_refunded": self._refunded(intent) + let_go,
        }
        return {**intent, "latest_charge": charge}

    def _refunded(self, intent: dict[str, Any]) -> int:
        made = [one for one in self.refunds.values() if one["payment_intent"] == intent["id"]]
        return sum(one["amount"] for one in made if one["status"] != "failed")

    def _confirm(self, intent: dict[str, Any], method: str) -> None:
        if method == CHALLENGED:
            url = f"{AUTHENTICATE}/{intent['id']}"
            intent.update(
                status="requires_action", next_action={"type": "redirect_to_url", "redirect_to_url": {"url": url}}
            )
            self._tell("requires_action", intent)
        elif method in DECLINES:
            self._decline(intent, "card_declined", DECLINES[method])
            error = {**intent["last_payment_error"], "payment_intent": intent}
            raise StripeProblem(402, "card_error", "card_declined", **{k: error[k] for k in error if k != "code"})
        else:
            self._hold(intent)

    def _hold(self, intent: dict[str, Any]) -> None:
        intent["status"] = "requires_capture"
        self._tell("amount_capturable_updated", intent)

    def _decline(self, intent: dict[str, Any], code: str, decline_code: str) -> None:
        error = {"code": code, **({"decline_code": decline_code} if decline_code else {})}
        intent.update(status="requires_payment_method", last_payment_error=error)
        self._tell("payment_failed", intent)

    def _demand(self, intent: dict[str, Any], *statuses: str) -> None:
        if intent["status"] not in statuses:
            raise StripeProblem(400, "invalid_request_error", "payment_intent_unexpected_state")

    def _tell(self, what: str, intent: dict[str, Any]) -> None:
        self._tell_of(f"payment_intent.{what}", intent)

    def _tell_of(self, what: str, about: dict[str, Any]) -> dict[str, Any]:
        event = {"id": f"evt_{len(self.events) + 1}", "object": "event", "type": what}
        self.events.append({**event, "data": {"object": dict(about)}})
        return self.events[-1]

"""Stripe's adapter, by its official library: the only code that calls Stripe.

A payment is a PaymentIntent that is made and confirmed in one call, captured later by ours, and known by our reference
in its metadata. Cards are entered into Stripe's own fields in the browser: what comes here is a PaymentMethod's id.
Stripe's own words for errors are not passed on, since they may quote it.

The library is imported by the first call: processes that never call Stripe need not hold it.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings

from chassis import clock
from chassis.outside import calling_out
from commerce.payment.errors import BadSignature
from commerce.payment.providers.interface import (
    Booked,
    Notice,
    OurPayment,
    ProviderPayment,
    ProviderRefused,
    ProviderUnanswered,
)
from commerce.payment.providers.stripe_objects import (
    DISPUTES,
    GONE_WRONG,
    REFERENCE,
    entry,
    is_ours,
    marks,
    minor,
    notice,
    picture,
)

CONNECT_SECONDS = 2
TOLERANCE_SECONDS = 300
SEARCHABLE_AFTER = timedelta(hours=2)
"""Stripe's search sees a payment within a minute, in their worst days within an hour."""
CLOCKS_APART = timedelta(minutes=5)


class Stripe:
    """Payments by card over Stripe."""

    @property
    def ready(self) -> bool:
        needed = (settings.STRIPE_API_KEY, settings.STRIPE_PUBLIC_KEY, settings.STRIPE_WEBHOOK_SECRET)
        return all((*needed, settings.STRIPE_RETURN_URL))

    @property
    def public_key(self) -> str:
        return str(settings.STRIPE_PUBLIC_KEY)

    def find(self, ours: OurPayment) -> ProviderPayment | None:
        if not ours.provider_id and (recent := _recent(ours)):
            return picture(recent)
        known = ours.provider_id or _searched(ours)
        return picture(_ask(lambda api: api.payment_intents.retrieve(known))) if known else None

    def authorise(self, ours: OurPayment, *, key: str) -> ProviderPayment:
        """The idempotency key is made of the reference: however often staff retry, one reference is held once."""
        asked = {
            "amount": minor(ours.amount, ours.currency),
            "currency": ours.currency.lower(),
            "payment_method": ours.source,
            "payment_method_types": ["card"],
            "capture_method": "manual",
            "confirm": True,
            "return_url": settings.STRIPE_RETURN_URL,
            "metadata": marks(ours.reference),
        }
        once = _once("authorise", ours.reference)
        return picture(_ask(lambda api: api.payment_intents.create(asked, once), declined=True))

    def capture(self, ours: OurPayment, *, amount: Decimal, key: str) -> ProviderPayment:
        """Of a part that is captured Stripe lets the rest go.

        Stripe keeps failures under their key, too, and captures a PaymentIntent once: a new key each hour.
        """
        units = minor(amount, ours.currency)
        once = _once("capture", ours.reference, units, f"{clock.now():%Y%m%d%H}")
        return picture(
            _ask(lambda api: api.payment_intents.capture(ours.provider_id, {"amount_to_capture": units}, once))
        )

    def void(self, ours: OurPayment, *, key: str) -> ProviderPayment:
        return picture(_ask(lambda api: api.payment_intents.cancel(ours.provider_id, {}, _once(ours.reference, key))))

    def refund(self, ours: OurPayment, *, amount: Decimal, reference: str, key: str) -> str:
        """Looked for first: Stripe forgets keys after a day, and the job may have waited for longer."""
        asked = {
            "payment_intent": ours.provider_id,
            "amount": minor(amount, ours.currency),
            "metadata": marks(reference),
        }
        known = {"payment_intent": ours.provider_id, "limit": 100}
        made = _ask(lambda api: _of_reference(reference, api.refunds.list(known).auto_paging_iter()))
        if made is None:
            made = _ask(lambda api: api.refunds.create(asked, _once("refund", reference)))
        if made["status"] in GONE_WRONG:
            raise ProviderRefused(made.get("failure_reason") or f"refund_{made['status']}")
        return str(made["id"])

    def statement(self, since: datetime) -> Iterable[Booked]:
        """Of what the account has, all that is ours, with what of it disputes have taken: they came later than it."""
        asked = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        charged = {**asked, "expand": ["data.latest_charge"]}
        booked = _ask(lambda api: [one.to_dict() for one in api.payment_intents.list(charged).auto_paging_iter()])
        disputes = _ask(lambda api: [one.to_dict() for one in api.disputes.list(asked).auto_paging_iter()])
        lost: Counter[str] = Counter()
        for one in disputes:
            lost[one["payment_intent"]] += one["amount"] if DISPUTES.get(one["status"]) == "lost" else 0
        return [entry(one, lost=lost[one["id"]]) for one in booked if is_ours(one)]

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> Notice:
        import stripe

        try:
            stripe.WebhookSignature.verify_header(
                body, headers.get("stripe-signature"), settings.STRIPE_WEBHOOK_SECRET, TOLERANCE_SECONDS
            )
        except (stripe.SignatureVerificationError, ValueError, TypeError):
            # A body that is no text and a signature beyond ASCII are a ValueError and a TypeError of the library.
            raise BadSignature() from None
        return notice(body)


def _recent(ours: OurPayment) -> dict[str, Any] | None:
    """Among those made lately; the list has what the search does not see yet."""
    since = max(ours.asked_at, clock.now() - SEARCHABLE_AFTER) - CLOCKS_APART
    asked = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    found: dict[str, Any] | None = _ask(
        lambda api: _of_reference(ours.reference, api.payment_intents.list(asked).auto_paging_iter())
    )
    return found


def _searched(ours: OurPayment) -> str:
    """The id of one made at any time, by metadata: its state there may be an old one. Accounts in India may not."""
    asked = {"query": f"metadata['{REFERENCE}']:'{ours.reference}'", "limit": 1}
    with suppress(ProviderRefused):
        found = _ask(lambda api: _of_reference(ours.reference, api.payment_intents.search(asked).data))
        return str(found["id"]) if found else ""
    return ""


def _of_reference(reference: str, objects: Iterable[Any]) -> dict[str, Any] | None:
    plain = (one.to_dict() for one in objects)
    return next((one for one in plain if one["metadata"].get(REFERENCE) == reference), None)


def _once(*parts: object) -> dict[str, str]:
    return {"idempotency_key": ":".join(map(str, parts))}


def _ask(call: Callable[[Any], Any], *, declined: bool = False) -> Any:
    """What Stripe answers, as plain data; `declined` where a declined card is an answer: its PaymentIntent."""
    calling_out("the payment provider")
    import stripe

    client = _client(settings.STRIPE_API_KEY, settings.STRIPE_API_URL, settings.STRIPE_CLIENT_TIMEOUT)
    try:
        answer = call(client.v1)
    except stripe.CardError as error:
        body = (error.json_body or {}).get("error", {})
        if declined and body.get("payment_intent"):
            return body["payment_intent"]
        raise _refusal(body) from None
    except stripe.IdempotencyError as error:
        raise _unanswered(error) from None  # something was booked under this key
    except stripe.InvalidRequestError as error:
        raise _refusal((error.json_body or {}).get("error", {})) from None
    except stripe.StripeError as error:
        raise _unanswered(error) from None
    return answer.to_dict() if isinstance(answer, stripe.StripeObject) else answer


def _refusal(body: Mapping[str, Any]) -> ProviderRefused:
    code = body.get("decline_code") or body.get("code") or body.get("type") or "refused"
    return ProviderRefused(str(code)[:100], f"param {body['param']}"[:100] if body.get("param") else "")


def _unanswered(error: Any) -> ProviderUnanswered:
    facts = (type(error).__name__, error.http_status, error.code, error.request_id)
    return ProviderUnanswered(" ".join(str(fact) for fact in facts if fact))


@lru_cache(maxsize=4)
def _client(key: str, url: str, timeout: int) -> Any:
    """One client per process, made after the fork. Jobs try again, so it does not."""
    import stripe

    stripe.enable_telemetry = False
    logging.getLogger("stripe").setLevel(logging.WARNING)  # below that it writes down what it sends
    return stripe.StripeClient(
        key,
        base_addresses={"api": url},
        http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, timeout)),
        max_network_retries=0,
    )

"""Orders, their payments, the payments' ledger, and what the providers have booked."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from commerce.payment.providers.interface import ProviderPayment
from config.audit.books import Books

OPEN_SAGAS = "SELECT id FROM commerce_sagainstance WHERE state NOT IN ('completed', 'compensated')"


def orders_and_payments(books: Books) -> Iterator[str]:
    """What an order costs is what its payments promise; what it has taken and given back is the sum of theirs."""
    orders = books.query(
        "commerce",
        """SELECT o.number, o.total, o.captured, o.refunded, o.state = 'cancelled' OR o.payment_state = 'voided',
                  coalesce(sum(p.amount) FILTER (WHERE p.state NOT IN ('declined', 'voided')), 0),
                  coalesce(sum(p.captured), 0), coalesce(sum(p.refunded + p.set_aside), 0)
           FROM commerce_order o LEFT JOIN commerce_payment p ON p."order" = o.id
           WHERE NOT o.historical GROUP BY o.id""",
    )
    for number, total, captured, refunded, given_up, promised, taken, returned in orders:
        if promised != total and not given_up:
            yield f"order {number} of {total} has payments of {promised}"
        if taken != captured:
            yield f"order {number} has taken {captured}, its payments {taken}"
        if returned != refunded:
            yield f"order {number} has given back {refunded}, its payments {returned}"


def payments_and_providers(books: Books) -> Iterator[str]:
    """No provider holds money without an order, no order believes in money that its provider does not have."""
    under_way = {saga for (saga,) in books.query("commerce", OPEN_SAGAS)}
    ours: dict[str, dict[str, tuple[Any, ...]]] = {}
    for provider, reference, saga, *facts in books.query(
        "commerce",
        """SELECT p.provider, p.reference, p.saga, o.number, p.amount, p.captured, p.refunded, p.state
           FROM commerce_payment p LEFT JOIN commerce_order o ON o.id = p."order"
           WHERE p.tender = 'card' AND p.created_at >= %s""",
        books.since,
    ):
        if saga not in under_way:
            ours.setdefault(provider, {})[reference] = tuple(facts)
    running = {reference for (reference,) in books.query("commerce", _RUNNING)}
    for provider, payments in ours.items():
        theirs = {one.reference: one for one in books.statement(provider) if one.reference}
        yield from _unexpected(provider, payments, theirs, running)
        for reference, (number, *facts) in payments.items():
            if number is not None:
                yield from _order(number, facts, provider, theirs.get(reference))


_RUNNING = f"SELECT reference FROM commerce_payment WHERE saga IN ({OPEN_SAGAS})"


def _unexpected(
    provider: str, ours: dict[str, tuple[Any, ...]], theirs: dict[str, ProviderPayment], running: set[str]
) -> Iterator[str]:
    for reference, payment in theirs.items():
        kept = payment.amount if payment.holding else payment.captured - payment.refunded
        if kept > 0 and reference not in running and (ours.get(reference) or (None,))[0] is None:
            yield f"{provider} has {kept} {payment.currency} of {reference} without an order"


def _order(number: str, facts: list[Any], provider: str, booked: ProviderPayment | None) -> Iterator[str]:
    amount, captured, refunded, state = facts
    if booked is None:
        yield f"order {number} has no money: {provider} knows nothing of it"
        return
    if state not in ("voided", "voiding") and booked.amount != amount:
        yield f"order {number} has {amount} on a card, {provider} {booked.amount}"
    if booked.captured != captured:
        yield f"order {number} has taken {captured} from a card, {provider} {booked.captured}"
    if booked.refunded != refunded:
        yield f"order {number} has given back {refunded} to a card, {provider} {booked.refunded}"
    if captured == Decimal(0) and state == "authorised" and not booked.holding:
        yield f"order {number} has no money: {provider} has {booked.status}"


def payments_and_their_ledger(books: Books) -> Iterator[str]:
    """What a payment has taken and given back is what its ledger adds up to."""
    rows = books.query(
        "commerce",
        """SELECT p.reference, p.captured, p.refunded,
                  coalesce(sum(t.amount) FILTER (WHERE t.kind = 'capture'), 0),
                  coalesce(sum(t.amount) FILTER (WHERE t.kind = 'refund'), 0)
           FROM commerce_payment p LEFT JOIN commerce_transaction t ON t.payment_id = p.id GROUP BY p.id""",
    )
    for reference, captured, refunded, captures, refunds in rows:
        if (captured, refunded) != (captures, refunds):
            yield f"payment {reference}: {captured} taken and {refunded} back, its ledger says {captures} and {refunds}"

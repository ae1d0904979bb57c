"""Orders, their payments, the payments' ledger, and what the providers have booked."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from commerce.payment.providers.interface import Booked, ProviderRefused, ProviderUnanswered
from commerce.payment.providers.registry import chosen
from config.audit.books import Books
from config.audit.findings import Finding

UNDER_WAY = "SELECT id FROM commerce_sagainstance WHERE state NOT IN ('completed', 'compensated')"
PAID = "('paid', 'partially_refunded', 'refunded')"
LET_GO = ("voided", "declined", "refunded")
"""States of a payment in which its provider holds nothing of it."""


def under_way(books: Books) -> set[UUID]:
    """Checkouts that have not ended; their ids are also those of what other domains hold for them."""
    return {saga for (saga,) in books.query("commerce", UNDER_WAY)}


def orders_and_payments(books: Books) -> Iterator[Finding]:
    """What an order costs is what its payments are for; what it has taken and given back is the sum of theirs.

    One that is paid has all of its money, one that is not lacks some; what was added to it may be promised by a card.
    """
    for number, total, captured, refunded, state, promised, taken, returned in books.query("commerce", _ORDERS):
        if promised != total:
            yield Finding(f"{number} total", f"order {number} of {total} has payments of {promised}")
        if taken != captured:
            yield Finding(f"{number} captured", f"order {number} has taken {captured}, its payments {taken}")
        if returned != refunded:
            yield Finding(f"{number} refunded", f"order {number} has given back {refunded}, its payments {returned}")
        if (promised, taken, returned) == (total, captured, refunded):
            yield Finding(f"{number} state", f"order {number} of {total} is {state} and has taken {captured}")
    for (reference,) in books.query(
        "commerce",
        """SELECT p.reference FROM commerce_payment p WHERE p."order" IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM commerce_order o WHERE o.id = p."order")""",
    ):
        yield Finding(reference, f"payment {reference} is of an order that is not there")


# Of a cancelled order what has come is on its way back, and may be a part. `to_come` is of goods that were added.
_ORDERS = f"""
    SELECT number, total, captured, refunded, payment_state, promised, taken, returned FROM (
        SELECT o.*, coalesce(sum(p.amount), 0) AS promised, coalesce(sum(p.captured), 0) AS taken,
               coalesce(sum(p.refunded + p.set_aside), 0) AS returned,
               coalesce(sum(p.amount - p.captured) FILTER (WHERE p.saga <> o.saga), 0) AS to_come
        FROM commerce_order o LEFT JOIN commerce_payment p ON p."order" = o.id
        WHERE NOT o.historical GROUP BY o.id) AS one
    WHERE promised <> total OR taken <> captured OR returned <> refunded
       OR state <> 'cancelled' AND (captured + to_come >= total) <> (payment_state IN {PAID})"""


def undecided(books: Books) -> Iterator[Finding]:
    """Orders whose money is not what it should be by anybody's mistake: staff have to decide what becomes of them."""
    for sql, sentence in _UNDECIDED.items():
        for number, amount in books.query("commerce", sql):
            yield Finding(f"{number} {sentence}", f"order {number} {sentence.format(amount=amount)}")


_UNDECIDED = {
    """SELECT o.number, sum(p.amount) FROM commerce_order o JOIN commerce_payment p ON p."order" = o.id
       WHERE NOT o.historical AND o.state NOT IN ('cancelled', 'cancelling') AND o.payment_state <> 'voided'
         AND p.state = 'voided' GROUP BY o.id""": "goes on, and {amount} of it will not be paid",
    """SELECT number, captured - refunded FROM commerce_order
       WHERE NOT historical AND state = 'cancelled' AND captured <> refunded""": "is cancelled and keeps {amount}",
    """SELECT number, total - captured FROM commerce_order
       WHERE NOT historical AND captured < total AND fulfilment_state = 'fulfilled'
         AND payment_state IN ('authorised', 'paid', 'partially_refunded')""": (
        "was sent, and {amount} of it was not taken"
    ),
}


@dataclass(frozen=True, kw_only=True)
class _Ours:
    saga: UUID
    order: str | None
    amount: Decimal
    captured: Decimal
    refunded: Decimal
    currency: str
    state: str
    recent: bool


def payments_and_providers(books: Books) -> Iterator[Finding]:
    """No provider holds money without an order, no order believes in money that its provider does not have."""
    running = under_way(books)
    for provider in _used(books):
        booked: dict[str, list[Booked]] = defaultdict(list)
        try:
            for one in books.statement(provider):
                booked[one.reference].append(one)
        except (ProviderUnanswered, ProviderRefused) as error:
            yield Finding(provider, f"{provider} does not tell what it has booked: {error}")
            continue
        ours = _ours(books, provider, list(booked))
        for reference, theirs in booked.items():
            known = ours.get(reference)
            if known is None or known.saga not in running:
                yield from _held(provider, reference, known, theirs)
        for reference, known in ours.items():
            if known.order is not None and known.saga not in running:
                yield from _believed(provider, reference, known, booked.get(reference, []))


def _used(books: Books) -> list[str]:
    """Providers of late; the chosen one also where all that it has booked was lost here."""
    cards = "SELECT DISTINCT provider, created_at >= %s FROM commerce_payment WHERE tender = 'card'"
    known = books.query("commerce", cards, books.since)
    return sorted({name for name, lately in known if lately or name == chosen()})


def _ours(books: Books, provider: str, references: list[str]) -> dict[str, _Ours]:
    """Our payments since then, and whatever else the provider speaks of."""
    names = ("saga", "order", "amount", "captured", "refunded", "currency", "state", "recent")
    return {
        reference: _Ours(**dict(zip(names, facts, strict=True)))
        for reference, *facts in books.query(
            "commerce",
            """SELECT p.reference, p.saga, o.number, p.amount, p.captured, p.refunded, p.currency, p.state,
                      p.created_at >= %s
               FROM commerce_payment p LEFT JOIN commerce_order o ON o.id = p."order"
               WHERE p.tender = 'card' AND p.provider = %s AND (p.created_at >= %s OR p.reference = ANY(%s))""",
            books.since,
            provider,
            books.since,
            references,
        )
    }


def _held(provider: str, reference: str, known: _Ours | None, theirs: list[Booked]) -> Iterator[Finding]:
    keeping = [one for one in theirs if one.kept > 0]
    if len(keeping) > 1:
        yield Finding(f"{reference} twice", f"{provider} has charged {reference} {len(keeping)} times")
    for one in keeping:
        if known is None or known.order is None:
            said = f"{provider} has {one.kept} {one.currency} of {reference} without an order"
            yield Finding(f"{reference} order", said)
        elif known.state in LET_GO and one.holding:
            said = f"order {known.order} has let its card go, and {provider} holds {one.kept} {one.currency} of it"
            yield Finding(f"{reference} held", said)


def _believed(provider: str, reference: str, known: _Ours, theirs: list[Booked]) -> Iterator[Finding]:
    number = known.order
    if not theirs:
        if known.recent:
            yield Finding(f"{reference} gone", f"order {number} has no money: {provider} knows nothing of it")
        return
    one = max(theirs, key=lambda booked: booked.kept)
    if known.state not in LET_GO and (one.amount, one.currency) != (known.amount, known.currency):
        said = f"order {number} has {known.amount} {known.currency} on a card, {provider} {one.amount} {one.currency}"
        yield Finding(f"{reference} amount", said)
    if one.captured != known.captured:
        said = f"order {number} has taken {known.captured} from a card, {provider} {one.captured}"
        yield Finding(f"{reference} captured", said)
    if one.refunded != known.refunded:
        said = f"order {number} has given back {known.refunded} to a card, {provider} {one.refunded}"
        yield Finding(f"{reference} refunded", said)
    if known.state == "authorised" and not one.holding:
        yield Finding(f"{reference} gone", f"order {number} has no money: {provider} has {one.status}")


def payments_and_their_ledger(books: Books) -> Iterator[Finding]:
    """What a payment has taken and given back is what its ledger adds up to."""
    rows = books.query(
        "commerce",
        """SELECT * FROM (
               SELECT p.reference, p.captured, p.refunded,
                      coalesce(sum(t.amount) FILTER (WHERE t.kind = 'capture'), 0) AS captures,
                      coalesce(sum(t.amount) FILTER (WHERE t.kind = 'refund'), 0) AS refunds
               FROM commerce_payment p LEFT JOIN commerce_transaction t ON t.payment_id = p.id GROUP BY p.id) AS one
           WHERE (captured, refunded) <> (captures, refunds)""",
    )
    for reference, captured, refunded, captures, refunds in rows:
        said = f"payment {reference}: {captured} taken and {refunded} back, its ledger says {captures} and {refunds}"
        yield Finding(reference, said)

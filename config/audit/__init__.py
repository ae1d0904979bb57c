"""The books of all six domains and of the payment providers held against each other: `manage.py audit`.

No domain may read another's tables. This does, as the roles that can read and nothing else, because it belongs to none:
it looks at what they have come to together, from outside, and changes nothing.

A shop that is at work is never at one moment in six databases: what is said twice of the same thing, some time apart,
is what stays wrong. What belongs to a checkout that is under way is left out.
"""

import time
from collections.abc import Iterable

from config.audit import carts, coupons, effects, money, stock, tenders
from config.audit.books import Books
from config.audit.findings import Check, Finding

CONTRADICTIONS: tuple[Check, ...] = (
    money.orders_and_payments,
    money.payments_and_providers,
    money.payments_and_their_ledger,
    tenders.accounts,
    tenders.payments_and_reservations,
    carts.orders_and_sagas,
    stock.orders_and_reservations,
    stock.items_and_ledgers,
    coupons.orders_and_redemptions,
    coupons.counters_and_redemptions,
)
"""What can never be true of a shop at rest."""

EVERYTHING: tuple[Check, ...] = (*CONTRADICTIONS, effects.missing)

FOR_STAFF: tuple[Check, ...] = (money.undecided, stock.beyond_the_shelf, effects.failed_mails)
"""What can be true, and wants somebody to decide."""


def contradictions(books: Books) -> list[str]:
    """Every way in which the books do not fit at this moment, a sentence each."""
    return [finding.sentence for check in CONTRADICTIONS for finding in check(books)]


def lasting(books: Books, *, patience: float) -> list[str]:
    """What is still found after `patience` seconds of what was found before them, in its last words."""
    first = _found(EVERYTHING, books)
    if not first or not patience:
        return sorted(first.values())
    time.sleep(patience)
    again = _found(EVERYTHING, books)
    return sorted(again[key] for key in first.keys() & again.keys())


def for_staff(books: Books) -> list[str]:
    """What somebody should look at, though the books fit."""
    return sorted(_found(FOR_STAFF, books).values())


def _found(checks: Iterable[Check], books: Books) -> dict[tuple[Check, str], str]:
    findings: Iterable[tuple[Check, Finding]] = ((check, finding) for check in checks for finding in check(books))
    return {(check, finding.about): finding.sentence for check, finding in findings}

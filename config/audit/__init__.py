"""The books of all six domains and of the payment providers held against each other: `manage.py audit`.

No domain may read another's tables. This does, as the roles that can read and nothing else, because it belongs to none:
it looks at what they have come to together, from outside, and changes nothing.

A shop that is at work is never at one moment in six databases: what is said twice, some time apart, in the same words
is what stays wrong.
"""

import time
from collections.abc import Callable, Iterator

from config.audit import carts, coupons, effects, money, stock, tenders
from config.audit.books import Books

Check = Callable[[Books], Iterator[str]]

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


def contradictions(books: Books, checks: tuple[Check, ...] = CONTRADICTIONS) -> list[str]:
    """Every way in which the books do not fit at this moment, a sentence each."""
    return [sentence for check in checks for sentence in check(books)]


def lasting(books: Books, *, patience: float, checks: tuple[Check, ...] = EVERYTHING) -> list[str]:
    """What is still said after `patience` seconds, of what was said before them."""
    first = set(contradictions(books, checks))
    if not first or not patience:
        return sorted(first)
    time.sleep(patience)
    return sorted(first & set(contradictions(books, checks)))

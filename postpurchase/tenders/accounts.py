"""What pays: the ledger of each tender, which of its accounts may pay for whom, and how much of it an amount takes."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from chassis import clock
from contracts.postpurchase import GIFT_CARD, POINTS, STORE_CREDIT
from postpurchase.credit import ledger as credit
from postpurchase.credit import states
from postpurchase.ledgers import Ledger
from postpurchase.loyalty import burning
from postpurchase.loyalty import ledger as loyalty

LEDGERS: dict[str, Ledger] = {
    GIFT_CARD: credit.GIFT_CARDS,
    STORE_CREDIT: credit.STORE_CREDIT,
    POINTS: loyalty.LEDGER,
}
"""In the order in which their accounts are locked."""
ORDER = {tender: number for number, tender in enumerate(LEDGERS)}

UNKNOWN, BLOCKED, EXPIRED, OTHER_CURRENCY = "unknown", "blocked", "expired", "other_currency"
NOT_OFFERED, NOT_ENOUGH, EMPTY = "not_offered", "not_enough", "empty"


@dataclass(frozen=True, kw_only=True)
class Payer:
    """For whom and in what: an account of another customer or currency pays nothing."""

    channel: str
    currency: str
    customer: UUID | None


def lock(accounts: Iterable[tuple[str, UUID]]) -> None:
    """Lock accounts of any tender: the ledgers in their order, and in each by id."""
    wanted = set(accounts)
    for tender, ledger in LEDGERS.items():
        if ids := {account for kind, account in wanted if kind == tender}:
            ledger.lock(ids)


def usable(tender: str, payer: Payer) -> Q:
    """What an account must be to pay, as a condition of the claim itself."""
    if tender == GIFT_CARD:
        valid = Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now())
        return Q(valid, state=states.ACTIVE, currency=payer.currency)
    if tender == STORE_CREDIT:
        return Q(customer=payer.customer, currency=payer.currency)
    return Q(customer=payer.customer)


def problem(tender: str, account: Any, payer: Payer) -> str:
    """Why an account pays nothing whatever is on it; empty when it may pay."""
    if tender == POINTS and burning.rate(payer.channel) is None:
        return NOT_OFFERED
    if account is None or (tender != GIFT_CARD and account.customer != payer.customer):
        return UNKNOWN
    if tender == GIFT_CARD:
        if account.state in (states.BLOCKED, states.WITHDRAWN):
            return BLOCKED
        if account.state == states.EXPIRED or (account.expires_at is not None and account.expires_at <= clock.now()):
            return EXPIRED
    return OTHER_CURRENCY if tender != POINTS and account.currency != payer.currency else ""


def price(tender: str, amount: Decimal, payer: Payer) -> Decimal | None:
    """How much of an account an amount takes, in the account's unit; None where the tender is not offered."""
    if tender != POINTS:
        return amount
    rate = burning.rate(payer.channel)
    return None if rate is None else burning.price(amount, rate=rate)


def worth(tender: str, units: Decimal, payer: Payer) -> Decimal:
    """What so much of an account pays."""
    if tender != POINTS:
        return units
    rate = burning.rate(payer.channel)
    return Decimal(0) if rate is None else burning.worth(units, rate=rate, currency=payer.currency)

"""What staff do: issue, block and extend gift cards; grant store credit or take it off."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis import clock
from chassis.ids import new_id
from chassis.jobs import JobKind, LeasedJob
from chassis.money import Money
from chassis.unit_of_work import enqueue, unit_of_work
from postpurchase.credit import states
from postpurchase.credit.codes import code_hash, last_four, new_code
from postpurchase.credit.errors import BadAmount, BadCurrency, BadExpiry, TooLittle, UnknownGiftCard
from postpurchase.credit.ledger import GIFT_CARDS, GRANTED, ISSUED, STORE_CREDIT
from postpurchase.credit.models import GiftCard, StoreCredit

EXPIRE = "postpurchase.expire_gift_card"
MOST = Decimal(10) ** 12


@dataclass(frozen=True, kw_only=True)
class IssueGiftCard:
    """A card with so much money on it."""

    amount: Decimal
    currency: str
    expires_at: datetime | None = None
    note: str = ""


def issue_gift_card(command: IssueGiftCard) -> tuple[GiftCard, str]:
    """A new card and its code, which is told this once. Raises BadAmount, BadCurrency or BadExpiry."""
    _check(command.amount, command.currency)
    if command.expires_at is not None and command.expires_at <= clock.now():
        raise BadExpiry(field="/expires_at")
    code = new_code()
    with unit_of_work("postpurchase"):
        card = GiftCard.objects.create(
            code_hash=code_hash(code),
            last_four=last_four(code),
            currency=command.currency,
            expires_at=command.expires_at,
            note=command.note,
        )
        GIFT_CARDS.add(card.id, command.amount, key=f"issue:{card.id}", kind=ISSUED)
        _schedule_expiry(card)
        card.refresh_from_db()
    return card, code


def block_gift_card(card: UUID) -> None:
    """It pays for nothing until it is unblocked; what is held of it already is still taken."""
    with unit_of_work("postpurchase"):
        _locked(card).transition("block")


def unblock_gift_card(card: UUID) -> None:
    """It pays again."""
    with unit_of_work("postpurchase"):
        _locked(card).transition("unblock")


def extend_gift_card(card: UUID, *, expires_at: datetime | None) -> None:
    """It is valid until another day, or for ever. Raises BadExpiry for one that is over."""
    if expires_at is not None and expires_at <= clock.now():
        raise BadExpiry(field="/expires_at")
    with unit_of_work("postpurchase"):
        found = _locked(card)
        found.transition("extend", expires_at=expires_at)
        _schedule_expiry(found)


@dataclass(frozen=True, kw_only=True)
class GrantCredit:
    """Store credit for a customer; below zero it is taken off again. `id` makes it happen once."""

    customer: UUID
    amount: Decimal
    currency: str
    note: str = ""
    id: UUID | None = None


def grant_credit(command: GrantCredit) -> StoreCredit:
    """Add to a customer's credit. Raises BadAmount, BadCurrency, or TooLittle for more off than is free."""
    _check(abs(command.amount), command.currency)
    with unit_of_work("postpurchase"):
        account, _ = StoreCredit.objects.get_or_create(customer=command.customer, currency=command.currency)
        (account,) = STORE_CREDIT.lock([account.pk]).values()  # type: ignore[assignment]
        if account.free + command.amount < 0:
            raise TooLittle(free=str(account.free), field="/amount")
        key = f"grant:{command.id or new_id()}"
        STORE_CREDIT.add(account.pk, command.amount, key=key, kind=GRANTED, note=command.note)
        account.refresh_from_db()
    return account


def _check(amount: Decimal, currency: str) -> None:
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise BadCurrency(field="/currency")
    if not amount.is_finite() or not 0 < amount < MOST or amount != Money(amount, currency).quantized().amount:
        raise BadAmount(field="/amount")


def _locked(card: UUID) -> GiftCard:
    found = GiftCard.objects.select_for_update().filter(id=card).first()
    if found is None:
        raise UnknownGiftCard()
    return found


def _schedule_expiry(card: GiftCard) -> None:
    if card.expires_at is not None:
        moment = card.expires_at.isoformat()
        enqueue(EXPIRE, key=f"{card.id}@{moment}", payload={"card": str(card.id)}, due_at=card.expires_at)


def _expire(job: LeasedJob, _: Any) -> None:
    card = _locked(UUID(job.payload["card"]))
    over = card.expires_at is not None and card.expires_at <= clock.now()
    if over and "expire" in states.GIFT_CARD[card.state]:  # not when it was extended meanwhile
        card.transition("expire")


EXPIRY = JobKind(name=EXPIRE, record=_expire)

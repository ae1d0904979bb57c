"""What a cart pays with beside the card: gift cards, store credit, points.

Post-purchase says what each could pay; the cart keeps that beside its quote, and what each covers of a total follows
from the two. Never knows a gift card's code: that is asked about once and not kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import msgspec

from chassis.clients import Unavailable, client
from chassis.messages import encode
from commerce.checkout.errors import TenderRefused
from commerce.checkout.models import Cart
from contracts.postpurchase import TenderAsked, TenderFound, Tenders

NOT_KNOWN, SIGN_IN = "unknown", "sign_in"


@dataclass(frozen=True, kw_only=True)
class Tender:
    """A way to pay as the cart keeps it. `available` is what it could pay when asked, `most` what the shopper allows.

    One that was just entered has no account yet, and a gift card its code.
    """

    tender: str
    account: UUID | None = None
    label: str = ""
    available: Decimal = Decimal(0)
    most: Decimal | None = None
    code: str = ""

    @property
    def limit(self) -> Decimal:
        """The most that it pays."""
        return self.available if self.most is None else min(self.available, self.most)


@dataclass(frozen=True, kw_only=True)
class Share:
    """What a tender covers of a total."""

    tender: Tender
    amount: Decimal


def tenders_of(cart: Cart) -> tuple[Tender, ...]:
    """What the cart pays with, in the order in which it was entered."""
    return tuple(msgspec.convert(stored, Tender, strict=False) for stored in cart.tenders)


def as_json(tenders: Iterable[Tender]) -> list[dict[str, Any]]:
    """Tenders as they are stored on a cart, without codes."""
    stored = [{name: value for name, value in asdict(one).items() if name != "code"} for one in tenders]
    result: list[dict[str, Any]] = msgspec.json.decode(encode(stored))
    return result


def tender_id(cart: Cart, tender: Tender) -> UUID:
    """What a tender is called in its cart; the account is nobody's business."""
    return uuid5(cart.id, f"{tender.tender}:{tender.account}")


def split(total: Decimal, tenders: Sequence[Tender]) -> list[Share]:
    """What each covers of a total: the first as much as it can, then the next."""
    shares = []
    for one in tenders:
        amount = min(one.limit, total)
        shares.append(Share(tender=one, amount=amount))
        total -= amount
    return shares


def left(total: Decimal, shares: Iterable[Share]) -> Decimal:
    """What remains for the card."""
    return total - sum((share.amount for share in shares), Decimal(0))


def found_again(cart: Cart, tenders: Sequence[Tender], *, customer: UUID | None) -> tuple[Tender, ...]:
    """Tenders with what they can pay now, each account once, the last entered of it.

    TenderRefused for one that was just entered and pays nothing; Unavailable when nobody can say. Those that the cart
    has already stay as they are when nobody says.
    """
    if not tenders:
        return ()
    asked = tuple(TenderAsked(tender=one.tender, code=one.code, account=one.account) for one in tenders)
    try:
        found = client(Tenders).look(channel=cart.channel, currency=cart.currency, customer=customer, tenders=asked)
    except Unavailable:
        if any(one.account is None for one in tenders):
            raise
        return tuple(tenders)
    known = [_merged(one, answer) for one, answer in zip(tenders, found, strict=True)]
    return tuple({(one.tender, one.account): one for one in known}.values())


def not_above(tenders: Iterable[Tender], shown: Iterable[Tender]) -> list[Tender]:
    """Tenders as far as they were shown: who has more by now did not say so to be used."""
    limits = {(one.tender, one.account): one.available for one in shown}
    return [
        replace(one, available=min(one.available, limits.get((one.tender, one.account), Decimal(0)))) for one in tenders
    ]


def _merged(one: Tender, found: TenderFound) -> Tender:
    if one.account is None and (found.problem or found.account is None):
        raise TenderRefused(reason=found.problem or NOT_KNOWN, field="/code" if one.code else "/tender")
    return replace(
        one,
        account=found.account or one.account,
        label=found.label or one.label,
        available=found.available,
        code="",
    )

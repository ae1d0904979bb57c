"""Events and query protocols of post-purchase: returns, points, gift cards and store credit."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from chassis.messages import Personal, event
from contracts.shared import Amount

GIFT_CARD, STORE_CREDIT, POINTS = "gift_card", "store_credit", "points"
"""The tenders that post-purchase keeps."""


@event("postpurchase.points_earned", aggregate="points_account")
@dataclass(frozen=True, kw_only=True)
class PointsEarned:
    """Points were added to a customer's ledger for an order."""

    customer: UUID
    order: UUID
    points: int
    balance: int


@dataclass(frozen=True, kw_only=True)
class AnnouncedLine:
    """So many of an order's line are to come back."""

    line: UUID
    sku: str
    quantity: Decimal


@event("postpurchase.return_requested", aggregate="return_request")
@dataclass(frozen=True, kw_only=True)
class ReturnRequested:
    """Somebody wants to send back lines of an order; staff have yet to decide."""

    return_request: UUID
    number: str
    order: UUID
    channel: str
    customer: UUID | None
    lines: tuple[AnnouncedLine, ...]
    reason: str


@event("postpurchase.return_approved", aggregate="return_request")
@dataclass(frozen=True, kw_only=True)
class ReturnApproved:
    """The goods of a return may be sent."""

    return_request: UUID
    number: str
    order: UUID
    channel: str


@event("postpurchase.return_declined", aggregate="return_request")
@dataclass(frozen=True, kw_only=True)
class ReturnDeclined:
    """There will be no return; `reason` is what the shopper is told."""

    return_request: UUID
    number: str
    order: UUID
    channel: str
    reason: str


@event("postpurchase.refund_requested", aggregate="return_request")
@dataclass(frozen=True, kw_only=True)
class RefundRequested:
    """A received return is to be refunded from what was really paid for its order."""

    return_request: UUID
    order: UUID
    amount: Decimal
    currency: str
    reason: str


@event("postpurchase.return_received", aggregate="return_request")
@dataclass(frozen=True, kw_only=True)
class ReturnReceived:
    """Goods of a return are back; `restock` names what may be sold again."""

    return_request: UUID
    order: UUID
    channel: str
    restock: tuple[tuple[str, Decimal], ...]


@event("postpurchase.tender_reserved", aggregate="saga")
@dataclass(frozen=True, kw_only=True)
class TenderReserved:
    """All tenders of a checkout are held for it until `expires_at`; `amount` is their sum."""

    saga: UUID
    amount: Amount
    expires_at: datetime


@event("postpurchase.tender_refused", aggregate="saga")
@dataclass(frozen=True, kw_only=True)
class TenderRefused:
    """No tender of a checkout is held, because of this one; `reason` is a code."""

    saga: UUID
    payment: UUID
    tender: str
    reason: str


@event("postpurchase.tender_released", aggregate="saga")
@dataclass(frozen=True, kw_only=True)
class TenderReleased:
    """What a checkout held may be spent again: asked for, or expired."""

    saga: UUID
    reason: str


@event("postpurchase.tender_confirmed", aggregate="saga")
@dataclass(frozen=True, kw_only=True)
class TenderConfirmed:
    """What was held was taken for the order; not `confirmed` when it was gone."""

    saga: UUID
    order: UUID
    confirmed: bool


@event("postpurchase.tender_refunded", aggregate="payment")
@dataclass(frozen=True, kw_only=True)
class TenderRefunded:
    """A refund is back on the gift card, the store credit or among the points that had paid."""

    saga: UUID
    payment: UUID
    refund: UUID
    amount: Amount
    return_request: UUID | None = None


@event("postpurchase.gift_card_issued", aggregate="gift_card")
@dataclass(frozen=True, kw_only=True)
class GiftCardIssued:
    """A gift card that an order has bought is there, for whoever is named. `label` tells it from others.

    `code` is encrypted by the keys of personal fields (`chassis.keyring`): who reads it has the money.
    """

    gift_card: UUID
    order: UUID
    order_number: str
    line: UUID
    channel: str
    amount: Amount
    label: str
    code: Personal
    recipient_email: Personal
    recipient_name: Personal = ""
    sender_name: Personal = ""
    message: Personal = ""


@event("postpurchase.gift_cards_withdrawn", aggregate="gift_card_order")
@dataclass(frozen=True, kw_only=True)
class GiftCardsWithdrawn:
    """Gift cards that an order had bought pay nothing any more; `amount` of their price was not spent and goes back."""

    withdrawal: UUID
    order: UUID
    order_number: str
    channel: str
    amount: Amount


@dataclass(frozen=True, kw_only=True)
class TenderAsked:
    """A way to pay: a gift card by its code, store credit or points of a customer, or what was found before."""

    tender: str
    code: str = ""
    account: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class TenderFound:
    """What can be paid with it, at the currency's exponent. `problem` is a code; then `available` is 0.

    `account` is its id, None where there is none. `label` tells it from others without giving a code away.
    """

    tender: str
    account: UUID | None
    label: str
    available: Decimal
    problem: str = ""


class Tenders(Protocol):
    """What gift cards, store credit and points can pay now, in the order asked. Only a reservation decides."""

    def look(
        self, *, channel: str, currency: str, customer: UUID | None, tenders: tuple[TenderAsked, ...]
    ) -> tuple[TenderFound, ...]: ...

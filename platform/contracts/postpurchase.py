"""Events and query protocols of post-purchase: returns and points."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from chassis.messages import event


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

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

"""Which payments a refund is taken from."""

from collections.abc import Iterable
from decimal import Decimal

from commerce.payment.models import CARD, MANUAL, Payment

ORDER = (CARD, MANUAL, "gift_card", "store_credit", "points")
"""The policy: real money first, as far as there was any, then what is spent in the shop only."""


def allocate(payments: Iterable[Payment], amount: Decimal) -> list[tuple[Payment, Decimal]]:
    """Each payment's part of a refund, none above what is refundable of it; ValueError if all are not enough."""
    parts = []
    for payment in sorted(payments, key=_rank):
        part = min(payment.refundable, amount)
        if part > 0:
            parts.append((payment, part))
            amount -= part
    if amount > 0:
        raise ValueError(f"{amount} are covered by no payment")
    return parts


def _rank(payment: Payment) -> tuple[int, object]:
    return (ORDER.index(payment.tender) if payment.tender in ORDER else len(ORDER), payment.id)

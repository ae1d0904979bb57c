"""Reads of what became of gift cards that were bought."""

from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from postpurchase.selling.models import SoldGiftCard


def given_back_for(order: UUID) -> Decimal:
    """What of the price of an order's gift cards has gone back, or is on its way."""
    back = SoldGiftCard.objects.filter(sale=order).aggregate(sum=Sum("returned"))["sum"]
    return back or Decimal(0)

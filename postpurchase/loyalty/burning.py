"""What points pay: a channel's rule says how many are one unit of its currency."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from chassis.money import Money
from postpurchase.loyalty.models import BurnRule


def rate(channel: str) -> Decimal | None:
    """Points per unit of currency; None where points pay nothing."""
    rule = BurnRule.objects.filter(channel=channel).first()
    return rule.points_per_unit if rule else None


def worth(points: Decimal, *, rate: Decimal, currency: str) -> Decimal:
    """What so many points pay, down to the currency's minor unit."""
    return Money(points / rate, currency).quantized(rounding=ROUND_FLOOR).amount


def price(amount: Decimal, *, rate: Decimal) -> Decimal:
    """How many whole points pay an amount."""
    return (amount * rate).to_integral_value(ROUND_CEILING)

"""Geometry of the orders-and-revenue chart. Pure: figures in, numbers for an SVG out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from babel.numbers import format_currency

from operations.analytics.queries import DailySales

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 240, 84, 36, 12, 28


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One day: the rectangle of its revenue, the point of its orders, and its tooltip."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    orders_y: float
    title: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A line across, labelled with revenue on the left."""

    y: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A channel's chart in one currency, with the sums of the range."""

    channel: str
    currency: str
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    line: str
    most_orders: int
    orders: int
    cancelled: int
    revenue: str
    refunded: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - 8


def draw(sales: Sequence[DailySales], *, channel: str, currency: str, first: date, last: date) -> Chart:
    """The chart of one channel and currency; days on which nothing happened are drawn as nothing."""
    by_day = {sale.day: sale for sale in sales}
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    revenue = [by_day[day].revenue if day in by_day else Decimal(0) for day in days]
    orders = [by_day[day].orders if day in by_day else 0 for day in days]
    low, high = min(Decimal(0), *revenue), max(Decimal(1), *revenue)
    most = max(1, *orders)
    room, step = HEIGHT - TOP - BOTTOM, (WIDTH - LEFT - RIGHT) / len(days)

    def height_of(amount: Decimal) -> float:
        return TOP + room * float((high - amount) / (high - low))

    def cash(amount: Decimal) -> str:
        return str(format_currency(amount, currency, locale="en"))

    bars = tuple(
        Bar(
            x=round(LEFT + step * number + step * 0.15, 1),
            y=round(min(height_of(amount), height_of(Decimal(0))), 1),
            width=round(step * 0.7, 1),
            height=round(abs(height_of(amount) - height_of(Decimal(0))), 1),
            middle=round(LEFT + step * (number + 0.5), 1),
            orders_y=round(TOP + room * (1 - count / most), 1),
            title=f"{day.isoformat()}: {count} orders, {cash(amount)}",
            label=day.strftime("%d.%m.") if number % max(1, len(days) // 8) == 0 else "",
        )
        for number, (day, amount, count) in enumerate(zip(days, revenue, orders, strict=True))
    )
    steps = [low + (high - low) * part / 4 for part in range(5)]
    return Chart(
        channel=channel,
        currency=currency,
        bars=bars,
        ticks=tuple(Tick(y=round(height_of(amount), 1), label=cash(amount)) for amount in steps),
        line=" ".join(f"{bar.middle},{bar.orders_y}" for bar in bars),
        most_orders=most,
        orders=sum(orders),
        cancelled=sum(sale.cancelled for sale in sales),
        revenue=cash(sum(revenue, Decimal(0))),
        refunded=cash(sum((sale.refunded for sale in sales), Decimal(0))),
    )

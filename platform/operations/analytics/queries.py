"""Figures as DTOs."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connections


@dataclass(frozen=True, kw_only=True)
class DailySales:
    """A channel's day, in its own time zone and currency.

    orders: placed that day, cancelled ones included; ordered: their totals, and what was added that day to any order.
    paid: taken that day; refunded: given back that day, whenever it was paid.
    """

    channel: str
    currency: str
    day: date
    orders: int
    cancelled: int
    ordered: Decimal
    paid: Decimal
    refunded: Decimal

    @property
    def revenue(self) -> Decimal:
        """Money taken less money given back; below zero on a day of refunds."""
        return self.paid - self.refunded


def daily_sales(*, first: date, last: date, channel: str | None = None) -> list[DailySales]:
    """Days on which something happened, `first` and `last` included, by channel, currency and day."""
    with connections["platform"].cursor() as cursor:
        cursor.execute(
            """SELECT channel, currency, day,
                      count(*) FILTER (WHERE kind = 'placed'), count(*) FILTER (WHERE kind = 'cancelled'),
                      coalesce(sum(amount) FILTER (WHERE kind IN ('placed', 'added')), 0),
                      coalesce(sum(amount) FILTER (WHERE kind IN ('paid', 'added_paid')), 0),
                      coalesce(sum(amount) FILTER (WHERE kind = 'refunded'), 0)
               FROM (
                   SELECT f.channel, f.currency, f.kind, f.amount,
                          (f.at AT TIME ZONE coalesce(c.time_zone, 'UTC'))::date AS day
                   FROM platform_fact f LEFT JOIN platform_channel c ON c.code = f.channel
                   WHERE f.at >= %s AND f.at < %s AND (%s::text IS NULL OR f.channel = %s)
               ) AS local
               WHERE day BETWEEN %s AND %s
               GROUP BY channel, currency, day ORDER BY channel, currency, day""",
            [
                # A day wider on both sides than any zone's days reach: it is the range that picks the partitions.
                first - timedelta(days=1),
                last + timedelta(days=2),
                channel,
                channel,
                first,
                last,
            ],
        )
        return [
            DailySales(
                channel=row[0],
                currency=row[1].strip(),
                day=row[2],
                orders=row[3],
                cancelled=row[4],
                ordered=row[5],
                paid=row[6],
                refunded=row[7],
            )
            for row in cursor.fetchall()
        ]

"""Orders and revenue: from events alone, the same however often, late or mixed up they are told."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.core.management import call_command
from django.db import connections

from chassis.ids import new_id
from operations.analytics.projection import rebuild
from operations.analytics.queries import DailySales, daily_sales
from operations.models import Channel, Fact
from operations.tests.conftest import (
    NOON,
    added,
    cancelled,
    channel,
    deliver,
    more_paid,
    paid,
    placed,
    refunded,
    told,
)

pytestmark = pytest.mark.django_db(databases=["platform"])
MARCH = {"first": date(2026, 3, 1), "last": date(2026, 3, 31)}


def sales(**only: str) -> list[DailySales]:
    return daily_sales(**MARCH, **only)  # type: ignore[arg-type]


def test_a_day_counts_orders_and_what_was_taken_less_what_went_back() -> None:
    first, second = placed(), placed(total=Decimal("100.00"))
    deliver(
        told(first),
        told(second),
        told(paid(first)),
        told(cancelled(second), occurred_at=NOON),
        told(refunded(first, "39.50"), occurred_at=NOON),
    )
    [day] = sales()
    assert (day.channel, day.currency, day.day) == ("eu", "EUR", date(2026, 3, 10))
    assert (day.orders, day.cancelled, day.ordered) == (2, 1, Decimal("1339.50"))
    assert (day.paid, day.refunded, day.revenue) == (Decimal("1239.50"), Decimal("39.50"), Decimal("1200.00"))


def test_what_is_added_to_an_order_is_ordered_and_paid_and_no_order_of_its_own() -> None:
    order = placed()
    goods = added(order, "15.50")
    more = told(more_paid(goods))
    deliver(told(goods), more, told(order), told(paid(order)), more)
    [day] = sales()
    assert (day.orders, day.ordered, day.paid) == (1, Decimal("1255.00"), Decimal("1255.00"))


def test_repeated_and_late_events_in_any_order_leave_the_same_figures() -> None:
    orders = [placed(total=Decimal(number)) for number in range(1, 8)]
    story = [told(order) for order in orders] + [told(paid(order)) for order in orders]
    gone = [refunded(orders[0], "0.25"), refunded(orders[0], "0.25"), cancelled(orders[1])]
    story += [told(event, occurred_at=NOON) for event in gone]
    deliver(*story)
    expected = sales()
    assert expected[0].refunded == Decimal("0.50"), "two refunds of the same amount are two"
    Fact.objects.all().delete()
    for table in ("platform_factkey", "platform_inboxentry"):
        with connections["platform"].cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
    shuffled = story * 2
    Random(7).shuffle(shuffled)
    for start in range(0, len(shuffled), 5):
        deliver(*shuffled[start : start + 5])
    assert sales() == expected


def test_an_event_is_counted_once_even_when_the_inbox_has_forgotten_it() -> None:
    message = told(placed())
    deliver(message)
    with connections["platform"].cursor() as cursor:
        cursor.execute("DELETE FROM platform_inboxentry")
    deliver(message)
    assert sales()[0].orders == 1


def test_a_republished_order_or_refund_under_a_new_event_id_is_not_counted_again() -> None:
    order, refund = placed(), new_id()
    deliver(told(order), told(refunded(order, "5", refund=refund)))
    before = sales()
    later = NOON + timedelta(days=3)
    deliver(told(order, occurred_at=later), told(refunded(order, "5", refund=refund), occurred_at=later))
    assert sales() == before


def test_an_event_that_comes_a_week_late_counts_on_its_own_day() -> None:
    deliver(told(placed(placed_at=NOON - timedelta(days=7)), occurred_at=NOON))
    assert [day.day for day in sales()] == [date(2026, 3, 3)]


def test_a_day_begins_in_the_channels_own_time_zone_also_when_the_channel_is_told_late() -> None:
    late_evening = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
    deliver(told(placed(placed_at=late_evening)), told(placed(channel="us", currency="USD", placed_at=late_evening)))
    assert {day.day for day in sales()} == {date(2026, 3, 10)}
    deliver(told(channel("eu", time_zone="Europe/Berlin")), told(channel("us", time_zone="America/New_York")))
    assert [(day.channel, day.day.day) for day in sales()] == [("eu", 11), ("us", 10)]


def test_channels_and_currencies_are_never_added_up() -> None:
    deliver(*(told(placed(channel=code, currency=money)) for code, money in [("eu", "EUR"), ("us", "USD")]))
    assert [(day.channel, day.currency, day.orders) for day in sales()] == [("eu", "EUR", 1), ("us", "USD", 1)]
    assert [day.currency for day in sales(channel="us")] == ["USD"]


def test_a_channel_with_an_unknown_time_zone_is_reported_in_utc() -> None:
    deliver(told(channel("eu", time_zone="Mars/Olympus")), told(placed()))
    assert sales()[0].day == date(2026, 3, 10)


def test_an_older_channel_does_not_overwrite_a_newer() -> None:
    deliver(told(channel("eu", time_zone="Europe/Berlin"), version=2))
    deliver(told(channel("eu", time_zone="Asia/Tokyo"), version=1))
    assert Channel.objects.get().time_zone == "Europe/Berlin"


def test_a_rebuild_derives_every_figure_again_from_the_kept_events(capsys: pytest.CaptureFixture[str]) -> None:
    orders = [placed(total=Decimal(number), placed_at=NOON + timedelta(days=number)) for number in range(1, 6)]
    deliver(*(told(order) for order in orders), told(paid(orders[0])), told(refunded(orders[0], "0.5")))
    expected = sales()
    with connections["platform"].cursor() as cursor:
        cursor.execute("UPDATE platform_fact SET amount = 0, channel = 'x', currency = 'XXX', at = at - interval '9 y'")
    assert sales() == []
    assert rebuild(chunk=2) == 7
    assert sales() == expected
    call_command("analytics", "rebuild")
    assert sales() == expected


def test_facts_keep_no_personal_data_and_lie_in_the_partition_of_their_year() -> None:
    deliver(told(placed()), told(placed(placed_at=datetime(1999, 5, 1, tzinfo=UTC))))
    with connections["platform"].cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text, message FROM platform_fact ORDER BY at")
        rows = cursor.fetchall()
    assert [table for table, _ in rows] == ["platform_fact_other", "platform_fact_2026"]
    for secret in ("ann@", "Müller", "Weg 1", "53111"):
        assert all(secret not in message for _, message in rows)

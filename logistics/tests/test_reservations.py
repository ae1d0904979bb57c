"""Reservations: all lines or none, given back once, confirmed or expired."""

from datetime import timedelta
from decimal import Decimal

import pytest

from chassis import clock
from chassis.jobs.runner import JobRunner
from contracts.logistics import (
    AvailabilityChanged,
    StockConfirmed,
    StockReleased,
    StockReservationFailed,
    StockReserved,
)
from logistics.reservation.errors import IllegalTransition
from logistics.reservation.models import Allocation, Reservation
from logistics.reservation.states import TRANSITIONS, State, check
from logistics.tests.build import CHANNEL, Checkout, deliver, published, stocked, units
from logistics.warehouse.availability import availability
from logistics.warehouse.commands import AdjustStock, StockChange, adjust_stock

pytestmark = pytest.mark.django_db(databases=["logistics"])


def expire(at: timedelta = timedelta(minutes=16)) -> None:
    with clock.travel(at):
        JobRunner("logistics").run_due()


def free(sku: str) -> Decimal | None:
    return availability(channel=CHANNEL, skus=[sku])[0].available


def test_a_request_reserves_all_lines_and_is_answered() -> None:
    stocked({"north": {"A": 5, "B": 1}})
    checkout = Checkout.new()
    deliver(checkout.request([("A", 2), ("B", 1)]))
    assert [event.saga for event in published(StockReserved)] == [checkout.saga]
    assert units("A") == [(5, 2)] and units("B") == [(1, 1)]
    assert free("A") == 3 and free("B") == 0


def test_one_line_short_leaves_every_line_untouched() -> None:
    stocked({"north": {"A": 5, "B": 1}})
    deliver(Checkout.new().request([("A", 2), ("B", 2), ("nowhere", 1)]))
    assert [event.missing for event in published(StockReservationFailed)] == [("B", "nowhere")]
    assert units("A") == [(5, 0)] and units("B") == [(1, 0)]


def test_two_lines_on_one_sku_are_checked_together() -> None:
    stocked({"north": {"A": 3}})
    deliver(Checkout.new().request([("A", 2), ("A", 2)]))
    assert [event.missing for event in published(StockReservationFailed)] == [("A",)]
    deliver(Checkout.new().request([("A", 2), ("A", 1)]))
    assert units("A") == [(3, 3)]


def test_a_line_is_split_over_sources_by_priority() -> None:
    stocked({"north": {"A": 2}, "south": {"A": 2}, "west": {"A": 9}})
    deliver(Checkout.new().request([("A", "3.5")]))
    assert units("A") == [(2, 2), (2, Decimal("1.5")), (9, 0)]


def test_stock_of_another_channels_source_is_not_taken() -> None:
    stocked({"north": {"A": 2}}, channel="elsewhere")
    deliver(Checkout.new().request([("A", 1)]))
    assert published(StockReservationFailed) and units("A") == [(2, 0)]


def test_stock_that_became_negative_in_one_source_does_not_eat_anothers() -> None:
    stocked({"north": {"A": 0}, "south": {"A": 2}})
    adjust_stock(AdjustStock(changes=[StockChange(source="north", sku="A", change=Decimal(-4))], reason="damaged"))
    assert free("A") == 2
    deliver(Checkout.new().request([("A", 2)]))
    assert published(StockReserved)


def test_backorders_are_taken_beyond_what_is_on_hand() -> None:
    stocked({"north": {"A": 1}, "south": {"A": 0}}, backorders=True)
    deliver(Checkout.new().request([("A", 4)]))
    assert units("A") == [(1, 4), (0, 0)] and published(StockReserved)
    assert free("A") is None


def test_stock_that_is_not_managed_never_runs_out() -> None:
    stocked({"north": {"A": 0}}, managed=False)
    deliver(Checkout.new().request([("A", 1000)]))
    assert published(StockReserved)
    assert availability(channel=CHANNEL, skus=["A"])[0].in_stock


def test_what_needs_no_parcel_may_have_no_stock_but_is_counted_where_it_has() -> None:
    stocked({"north": {"A": 5, "SEATS": 1}})
    first, second = Checkout.new(), Checkout.new()
    deliver(first.request([("A", 2), ("LESSON", 7), ("SEATS", 1)], digital=["LESSON", "SEATS"]))
    assert [event.saga for event in published(StockReserved)] == [first.saga]
    assert units("A") == [(5, 2)] and units("SEATS") == [(1, 1)]
    deliver(second.request([("LESSON", 1), ("SEATS", 1)], digital=["LESSON", "SEATS"]))
    assert [event.missing for event in published(StockReservationFailed)] == [("SEATS",)]


def test_a_release_returns_the_units_once() -> None:
    stocked({"north": {"A": 5}})
    checkout = Checkout.new()
    deliver(checkout.request([("A", 5)]))
    deliver(checkout.release())
    deliver(checkout.release())
    assert units("A") == [(5, 0)] and free("A") == 5
    assert [event.reason for event in published(StockReleased)] == ["declined", "declined"]


def test_a_release_that_arrives_first_makes_the_request_a_no_op() -> None:
    stocked({"north": {"A": 5}})
    checkout = Checkout.new()
    deliver(checkout.release())
    deliver(checkout.request([("A", 5)]))
    assert units("A") == [(5, 0)] and not published(StockReserved)
    assert Reservation.objects.get(id=checkout.saga).state == State.RELEASED


def test_request_and_release_in_one_envelope_leave_the_stock_free() -> None:
    stocked({"north": {"A": 5}})
    checkout, other = Checkout.new(), Checkout.new()
    deliver(other.request([("A", 1)]), checkout.request([("A", 4)]), checkout.release())
    assert units("A") == [(5, 1)]


def test_claims_of_one_envelope_compete_in_order() -> None:
    stocked({"north": {"A": 3}})
    checkouts = [Checkout.new() for _ in range(3)]
    deliver(*(checkout.request([("A", 2)]) for checkout in checkouts))
    assert [event.saga for event in published(StockReserved)] == [checkouts[0].saga]
    assert units("A") == [(3, 2)]


def test_a_repeated_request_is_answered_again_and_reserves_nothing_more() -> None:
    stocked({"north": {"A": 5}})
    checkout = Checkout.new()
    deliver(checkout.request([("A", 2)]))
    deliver(checkout.request([("A", 2)]))
    assert len(published(StockReserved)) == 2 and units("A") == [(5, 2)]


def test_an_unconfirmed_reservation_expires() -> None:
    stocked({"north": {"A": 5}})
    checkout = Checkout.new()
    deliver(checkout.request([("A", 2)]))
    expire(timedelta(minutes=14))
    assert units("A") == [(5, 2)]
    expire()
    assert units("A") == [(5, 0)]
    assert [event.reason for event in published(StockReleased)] == ["expired"]


def test_a_longer_request_extends_the_reservation() -> None:
    stocked({"north": {"A": 5}})
    checkout = Checkout.new()
    deliver(checkout.request([("A", 2)]))
    deliver(checkout.request([("A", 2)], minutes=60))
    expire()
    assert units("A") == [(5, 2)]
    expire(timedelta(minutes=61))
    assert units("A") == [(5, 0)]


def test_an_expired_reservation_that_is_asked_for_again_is_had_again_if_it_can_be() -> None:
    stocked({"north": {"A": 5}})
    first, second = Checkout.new(), Checkout.new()
    deliver(first.request([("A", 3)]), second.request([("A", 2)]))
    expire()
    with clock.travel(timedelta(minutes=20)):
        deliver(first.request([("A", 3)]))
        assert units("A") == [(5, 3)] and Reservation.objects.get(id=first.saga).state == State.RESERVED
        deliver(Checkout.new().request([("A", 2)]))
        deliver(second.request([("A", 2)]))
    assert units("A") == [(5, 5)] and Reservation.objects.get(id=second.saga).state == State.EXPIRED
    assert [event.saga for event in published(StockReservationFailed)] == [second.saga]
    expire(timedelta(minutes=40))
    assert units("A") == [(5, 0)]


def test_a_late_repetition_of_a_request_does_not_revive_it() -> None:
    stocked({"north": {"A": 5}})
    checkout = Checkout.new()
    request = checkout.request([("A", 3)])
    deliver(request)
    expire()
    with clock.travel(timedelta(minutes=16)):
        deliver(request)
    assert units("A") == [(5, 0)]


def test_a_confirmed_reservation_does_not_expire() -> None:
    stocked({"north": {"A": 5}})
    checkout = Checkout.new()
    deliver(checkout.request([("A", 2)]))
    deliver(checkout.confirmation())
    expire()
    assert units("A") == [(5, 2)]
    assert [event.confirmed for event in published(StockConfirmed)] == [True]


def test_confirming_an_expired_reservation_claims_it_again() -> None:
    stocked({"north": {"A": 5}})
    checkout = Checkout.new()
    deliver(checkout.request([("A", 5)]))
    expire()
    deliver(checkout.confirmation())
    assert [event.confirmed for event in published(StockConfirmed)] == [True]
    assert units("A") == [(5, 5)]
    assert sorted(Allocation.objects.values_list("held", flat=True)) == [0, 5]


def test_confirming_an_expired_reservation_that_others_took_says_no() -> None:
    stocked({"north": {"A": 5}})
    checkout = Checkout.new()
    deliver(checkout.request([("A", 5)]))
    expire()
    deliver(Checkout.new().request([("A", 1)]))
    deliver(checkout.confirmation())
    assert [event.confirmed for event in published(StockConfirmed)] == [False]
    assert units("A") == [(5, 1)]


def test_confirming_what_was_never_reserved_says_no() -> None:
    deliver(Checkout.new().confirmation())
    assert [event.confirmed for event in published(StockConfirmed)] == [False]


def test_availability_is_told_once_per_unit_of_work_with_growing_versions() -> None:
    stocked({"north": {"A": 9}, "south": {"A": 1}})
    before = len(published(AvailabilityChanged))
    deliver(*(Checkout.new().request([("A", 1)]) for _ in range(4)))
    told = published(AvailabilityChanged)[before:]
    assert [(event.channel, event.sku, event.available, event.in_stock) for event in told] == [(CHANNEL, "A", 6, True)]
    from chassis import domains
    from chassis.messages import decode_message

    rows = domains.get("logistics").tables.outbox._default_manager.using("logistics").order_by("seq")
    versions = [
        message.aggregate_version
        for message in map(decode_message, rows.values_list("message", flat=True))
        if message.type == "logistics.availability_changed"
    ]
    assert versions == sorted(set(versions))


def test_a_confirmation_changes_nothing_that_shoppers_see() -> None:
    stocked({"north": {"A": 9}})
    checkout = Checkout.new()
    deliver(checkout.request([("A", 1)]))
    before = len(published(AvailabilityChanged))
    deliver(checkout.confirmation())
    assert len(published(AvailabilityChanged)) == before


@pytest.mark.parametrize("target", State)
@pytest.mark.parametrize("current", State)
def test_every_pair_of_states_is_allowed_or_refused_as_the_map_says(current: State, target: State) -> None:
    reservation = Reservation(id=Checkout.new().saga, state=current.value, channel=CHANNEL, created_at=clock.now())
    reservation.save(force_insert=True)
    if target in TRANSITIONS[current]:
        reservation.become(target)
    else:
        with pytest.raises(IllegalTransition):
            reservation.become(target)
        with pytest.raises(IllegalTransition):
            check(current, target)
    stored = Reservation.objects.get(id=reservation.id)
    assert stored.state == (target if target in TRANSITIONS[current] else current)

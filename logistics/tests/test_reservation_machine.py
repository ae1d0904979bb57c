"""Reservations under any order of requests, repetitions, releases, confirmations, expiries and deliveries of goods.

A model in a few lines says what must come of each step; after each the database is held against it.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest
from django.db.models import Sum
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from chassis import clock
from chassis.jobs.runner import JobRunner
from logistics.reservation.models import Allocation, Reservation
from logistics.tests.build import CHANNEL, Checkout, deliver, stocked
from logistics.warehouse.availability import availability
from logistics.warehouse.commands import AdjustStock, StockChange, adjust_stock
from logistics.warehouse.models import StockItem

SOURCES = ("north", "south")
_numbers = count()


@dataclass
class Told:
    """What the model knows of a checkout."""

    checkout: Checkout
    lines: dict[str, int]
    state: str = "unknown"


@dataclass
class Shelf:
    """Units of one SKU in all sources."""

    on_hand: int
    held: dict[int, int] = field(default_factory=dict)

    @property
    def free(self) -> int:
        return self.on_hand - sum(self.held.values())


class Reservations(RuleBasedStateMachine):
    checkouts = Bundle("checkouts")

    @initialize(first=st.integers(0, 6), second=st.integers(0, 6))
    def begin(self, first: int, second: int) -> None:
        self.skus = [f"{letter}{next(_numbers)}" for letter in "AB"]
        stocked({source: dict(zip(self.skus, (first, second), strict=True)) for source in SOURCES})
        self.shelves = {sku: Shelf(2 * units) for sku, units in zip(self.skus, (first, second), strict=True)}
        self.told: dict[int, Told] = {}

    @rule(target=checkouts, first=st.integers(0, 4), second=st.integers(1, 4))
    def shop(self, first: int, second: int) -> int:
        lines = {sku: units for sku, units in zip(self.skus, (first, second), strict=True) if units}
        self.told[number := next(_numbers)] = Told(Checkout.new(), lines)
        return number

    @rule(number=checkouts)
    def ask(self, number: int) -> None:
        """Once, or again: what has expired is claimed again, what was refused stays so."""
        told = self.told[number]
        deliver(told.checkout.request(list(told.lines.items()), minutes=15))
        if told.state == "unknown":
            told.state = "reserved" if self._claimed(number) else "failed"
        elif told.state == "expired" and self._claimed(number):
            told.state = "reserved"

    @rule(number=checkouts)
    def release(self, number: int) -> None:
        """Also before it was asked for, and twice. Commerce releases nothing that an order has."""
        told = self.told[number]
        if told.state != "confirmed":
            deliver(told.checkout.release())
            told.state = "released"
            self._returned(number)

    @rule(number=checkouts)
    def confirm(self, number: int) -> None:
        told = self.told[number]
        if told.state in ("reserved", "expired", "confirmed"):
            deliver(told.checkout.confirmation())
            if told.state != "expired" or self._claimed(number):
                told.state = "confirmed"

    @rule()
    def time_passes(self) -> None:
        with clock.travel(timedelta(minutes=16)):
            JobRunner("logistics").run_due()
        for number, told in self.told.items():
            if told.state == "reserved":
                told.state = "expired"
                self._returned(number)

    @rule(source=st.sampled_from(SOURCES), units=st.integers(1, 5), which=st.integers(0, 1))
    def receive(self, source: str, units: int, which: int) -> None:
        sku = self.skus[which]
        change = StockChange(source=source, sku=sku, change=Decimal(units))
        adjust_stock(AdjustStock(changes=[change], reason="received"))
        self.shelves[sku].on_hand += units

    def _claimed(self, number: int) -> bool:
        wanted = self.told[number].lines
        if any(self.shelves[sku].free < units for sku, units in wanted.items()):
            return False
        for sku, units in wanted.items():
            self.shelves[sku].held[number] = units
        return True

    def _returned(self, number: int) -> None:
        for shelf in self.shelves.values():
            shelf.held.pop(number, None)

    @invariant()
    def the_books_are_the_models(self) -> None:
        if not hasattr(self, "shelves"):
            return
        for sku, shelf in self.shelves.items():
            items = StockItem.objects.filter(sku=sku)
            sums = items.aggregate(on_hand=Sum("on_hand"), reserved=Sum("reserved"))
            held = sum(shelf.held.values())
            assert sums == {"on_hand": shelf.on_hand, "reserved": held}
            assert all(item.reserved <= item.on_hand for item in items)
            (seen,) = availability(channel=CHANNEL, skus=[sku])
            assert seen.available == shelf.free
            assert (Allocation.objects.filter(item__sku=sku).aggregate(held=Sum("held"))["held"] or 0) == held
        states = {row.id: row.state for row in Reservation.objects.all()}
        for told in self.told.values():
            assert states.get(told.checkout.saga, "unknown") == told.state


@pytest.mark.django_db(databases=["logistics"])
def test_reservations_are_what_the_model_says_whatever_comes_in_which_order() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Reservations, settings=settings(max_examples=20, stateful_step_count=20, deadline=None)
    )


@pytest.mark.django_db(databases=["logistics"])
def test_the_model_sees_a_unit_that_is_lost() -> None:
    class Losing(Reservations):
        @rule()
        def lose(self) -> None:
            StockItem.objects.filter(sku=self.skus[0]).update(reserved=1)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            Losing, settings=settings(max_examples=20, stateful_step_count=10, deadline=None, phases=[Phase.generate])
        )

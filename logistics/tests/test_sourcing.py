"""Which source a reservation is taken from, why, and that no strategy refuses what is free."""

import random
from decimal import Decimal

import pytest
from django.test import Client

from chassis.admin.testing import sign_in_as
from contracts.logistics import StockReservationFailed, StockReserved
from logistics.reservation.models import Allocation, Reservation
from logistics.sourcing.covering import EXACT, cover
from logistics.sourcing.distance import kilometres
from logistics.sourcing.models import ParcelCost, Place, SourcingPolicy
from logistics.sourcing.strategies import CHEAPEST, FEWEST, NEAREST, STRATEGIES
from logistics.tests.build import CHANNEL, Checkout, deliver, published, stocked, units
from logistics.warehouse.commands import DefineSource, define_source
from logistics.warehouse.models import Channel, Source

pytestmark = pytest.mark.django_db(databases=["logistics"])


def choose(strategy: str) -> None:
    SourcingPolicy.objects.create(channel=CHANNEL, strategy=strategy)


def reserve(lines: list[tuple[str, int | str]], **destination: str) -> Reservation:
    checkout = Checkout.new()
    deliver(checkout.request(lines, **destination))
    return Reservation.objects.get(id=checkout.saga)


def taken(reservation: Reservation) -> dict[tuple[str, str], Decimal]:
    rows = Allocation.objects.filter(reservation=reservation).select_related("item__source")
    return {(row.item.source.code, row.item.sku): row.quantity for row in rows}


def told(reservation: Reservation) -> dict[str, tuple[str, bool, str]]:
    assert reservation.sourcing is not None
    return {one["source"]: (one["why"], one["chosen"], one["verdict"]) for one in reservation.sourcing["sources"]}


def europe() -> None:
    """Three sources of priority Leipzig, Venlo, Winterthur; two have coordinates, one a postcode."""
    stocked({"leipzig": {"A": 5, "B": 5}, "venlo": {"A": 5, "B": 5}, "winterthur": {"A": 5}})
    where = {"leipzig": ("DE", "51.34", "12.37"), "venlo": ("NL", "51.37", "6.17")}
    for code, (country, latitude, longitude) in where.items():
        define_source(
            DefineSource(
                code=code, name=code, country=country, latitude=Decimal(latitude), longitude=Decimal(longitude)
            )
        )
    define_source(DefineSource(code="winterthur", name="W", country="CH", address={"postcode": "8404"}))
    Place.objects.create(country="CH", area="84", latitude=Decimal("47.5"), longitude=Decimal("8.7"))
    Place.objects.create(country="DE", area="5", latitude=Decimal("50.9"), longitude=Decimal("7"))
    Place.objects.create(country="DE", area="79", latitude=Decimal("48"), longitude=Decimal("7.85"))


def test_the_nearest_source_is_asked_first_by_the_longest_known_beginning_of_the_postcode() -> None:
    europe()
    choose(NEAREST)
    cologne = reserve([("A", 1)], country="DE", area="506")
    assert taken(cologne) == {("venlo", "A"): 1}
    freiburg = reserve([("A", 1)], country="DE", area="791")
    assert taken(freiburg) == {("winterthur", "A"): 1}
    assert told(freiburg)["winterthur"] == ("84 km away", True, "took 1 × A of 5 free")
    assert told(freiburg)["leipzig"][1:] == (False, "passed over: all was had from sources before it")
    assert freiburg.sourcing["strategy"] == NEAREST and freiburg.sourcing["to"] == "DE 791"


def test_of_a_country_without_postcodes_the_middle_counts_and_an_unknown_distance_comes_last() -> None:
    europe()
    choose(NEAREST)
    assert taken(reserve([("A", 1)], country="PL", area="00-")) == {("leipzig", "A"): 1}
    lost = reserve([("A", 1)], country="XX")
    assert told(lost)["venlo"][0] == "distance unknown" and taken(lost) == {("leipzig", "A"): 1}


def test_distances_are_those_of_the_globe() -> None:
    assert kilometres((52.52, 13.405), (48.137, 11.575)) == pytest.approx(504, abs=2)
    assert kilometres((0, 179.5), (0, -179.5)) == pytest.approx(111, abs=1)


def test_one_source_that_has_all_spares_a_second_parcel() -> None:
    stocked({"north": {"A": 5, "B": 0}, "south": {"B": 5}, "west": {"A": 5, "B": 5}})
    by_priority = reserve([("A", 1), ("B", 1)])
    assert {source for source, _ in taken(by_priority)} == {"north", "south"}
    choose(FEWEST)
    fewest = reserve([("A", 1), ("B", 1)])
    assert taken(fewest) == {("west", "A"): 1, ("west", "B"): 1}
    assert told(fewest)["west"] == (
        "alone serves what can be had",
        True,
        "took 1 × A of 5 free, 1 × B of 5 free",
    )
    assert told(fewest)["north"][0] == "not needed for it"


def test_a_cart_that_no_source_serves_alone_is_split_over_as_few_as_can_be() -> None:
    stocked({"a": {"A": 1}, "b": {"A": 1, "B": 1}, "c": {"A": 2}, "d": {"B": 2, "C": 1}})
    choose(FEWEST)
    split = reserve([("A", 2), ("B", 2), ("C", 1)])
    assert taken(split) == {("c", "A"): 2, ("d", "B"): 2, ("d", "C"): 1}
    assert told(split)["c"][0] == "one of 2 sources that serve what can be had"


def test_the_cheapest_parcels_together_count_and_an_unknown_cost_is_the_dearest() -> None:
    stocked({"north": {"A": 5, "B": 5}, "south": {"A": 5}, "west": {"B": 5}, "east": {"A": 5, "B": 5}})
    for code, country, amount in (("north", "", 9), ("south", "", 20), ("south", "DE", 3), ("west", "", 4)):
        ParcelCost.objects.create(source=Source.objects.get(code=code), country=country, amount=amount)
    choose(CHEAPEST)
    assert set(taken(reserve([("A", 1), ("B", 1)], country="DE"))) == {("south", "A"), ("west", "B")}
    abroad = reserve([("A", 1), ("B", 1)], country="US")
    assert set(taken(abroad)) == {("north", "A"), ("north", "B")}
    assert told(abroad)["east"][0] == "a parcel's cost is unknown"


def test_a_switched_off_source_and_one_without_the_goods_are_passed_over_and_it_is_said() -> None:
    stocked({"north": {"A": 5}, "south": {"B": 1}, "west": {"A": 1}})
    define_source(DefineSource(code="north", name="North", enabled=False))
    reservation = reserve([("A", 1)])
    assert told(reservation) == {
        "north": ("priority 0", False, "passed over: it is switched off"),
        "south": ("priority 1", False, "passed over: none of it lies here"),
        "west": ("priority 2", True, "took 1 × A of 1 free"),
    }


def test_a_refusal_says_what_fell_short_and_what_was_free_where() -> None:
    stocked({"north": {"A": 1, "B": 4}, "south": {"A": 1}})
    refused = reserve([("A", 3), ("B", 1)])
    assert refused.state == "failed"
    assert told(refused)["north"][1:] == (False, "nothing taken: A fell short; free here: 1 × A, 4 × B")


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("seed", range(4))
def test_no_strategy_refuses_what_is_free_somewhere_or_takes_more(strategy: str, seed: int) -> None:
    dice = random.Random(seed)
    places = [f"s{number}" for number in range(dice.choice((3, EXACT + 3)))]
    stocked({place: {sku: dice.randint(0, 3) for sku in "ABC"} for place in places})
    choose(strategy)
    for _ in range(12):
        free = {sku: sum(on_hand - reserved for on_hand, reserved in units(sku)) for sku in "ABC"}
        lines = [(sku, dice.randint(1, 4)) for sku in "ABC" if dice.random() < 0.7] or [("A", 1)]
        reservation = reserve(lines, country="DE", area="101")
        fits = all(free[sku] >= quantity for sku, quantity in lines)
        assert reservation.state == ("reserved" if fits else "failed"), (lines, free)
        if fits:
            got = taken(reservation)
            for sku, quantity in lines:
                assert sum(units for (_, one), units in got.items() if one == sku) == quantity
    assert len(published(StockReserved)) + len(published(StockReservationFailed)) == 12


def test_the_exact_cover_is_never_larger_than_the_greedy_one() -> None:
    dice = random.Random(7)
    for _ in range(40):
        free = [{sku: Decimal(dice.randint(0, 3)) for sku in "ABCD"} for _ in range(6)]
        wanted = {sku: Decimal(dice.randint(1, 5)) for sku in "ABCD"}
        few = cover(wanted, free, [Decimal(1)] * 6)
        many = cover(wanted, [*free, *([{"A": Decimal(1)}] * 6)], [Decimal(1)] * 12)
        for sku, need in wanted.items():
            most = min(need, sum(one[sku] for one in free))
            assert sum(free[at][sku] for at in few) >= most
        assert len(few) <= max(len(many), 1) or any(one >= 6 for one in many)


def test_an_expired_reservation_that_is_confirmed_is_sourced_and_explained_anew() -> None:
    from datetime import timedelta

    from chassis import clock
    from chassis.jobs.runner import JobRunner

    stocked({"north": {"A": 1}, "south": {"A": 1}})
    checkout = Checkout.new()
    deliver(checkout.request([("A", 1)]))
    with clock.travel(timedelta(minutes=16)):
        JobRunner("logistics").run_due()
    deliver(Checkout.new().request([("A", 1)]))
    deliver(checkout.confirmation())
    again = Reservation.objects.get(id=checkout.saga)
    assert told(again)["south"][1] and not told(again)["north"][1]


def test_only_the_beginning_of_a_postcode_is_kept() -> None:
    stocked({"north": {"A": 1}})
    assert reserve([("A", 1)], country="GB", area="sw1a 1aa").destination == {"country": "GB", "area": "SW1"}


def test_staff_choose_the_strategy_and_read_why(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_as(monkeypatch, "logistics.*")
    stocked({"north": {"A": 5}, "south": {"A": 5}})
    wrong = {"channel": "nowhere", "strategy": FEWEST, "metadata": "{}"}
    assert client.post("/admin/logistics/sourcingpolicy/add/", wrong).status_code == 200
    Channel.objects.create(code=CHANNEL, name="Shop", currency="EUR", version=1)
    for strategy, status in (("magic", 200), (FEWEST, 302)):
        data = {"channel": CHANNEL, "strategy": strategy, "metadata": "{}"}
        assert client.post("/admin/logistics/sourcingpolicy/add/", data).status_code == status
    page = client.get(f"/admin/logistics/reservation/{reserve([('A', 2)]).id}/change/").content.decode()
    assert "fewest shipments, to anywhere" in page and "took 2 × A of 5 free" in page
    for place, status in (({"country": "DEU"}, 200), ({"latitude": "91"}, 200), ({}, 302)):
        data = {"country": "DE", "area": "10", "latitude": "52.5", "longitude": "13.4", "metadata": "{}"} | place
        assert client.post("/admin/logistics/place/add/", data).status_code == status, place

"""The lowest price of 30 days, for any course of prices."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from catalog.pricing.choice import BASE, SPECIAL, Entered
from catalog.pricing.timeline import BEFORE, Point, advance, lowest_before, moments

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def prices(amount: int, special: int | None = None) -> list[Entered]:
    found = [Entered(kind=BASE, amount=Decimal(amount))]
    return found if special is None else [*found, Entered(kind=SPECIAL, amount=Decimal(special))]


def history(*course: tuple[int, list[Entered]]) -> list[Point]:
    points: list[Point] = []
    for day, now in course:
        points = advance(points, now, at=[START + day * DAY], group="")
    return points


def test_a_reduction_names_the_lowest_price_of_the_30_days_before_it() -> None:
    points = history((0, prices(100)), (40, prices(80)), (50, prices(100)), (60, prices(100, 70)))
    assert points[-1].lowest_before == 80


def test_what_was_longer_ago_does_not_count() -> None:
    points = history((0, prices(60)), (5, prices(100)), (40, prices(100, 70)))
    assert points[-1].lowest_before == 100


def test_a_second_reduction_is_compared_with_the_first() -> None:
    assert history((0, prices(100)), (40, prices(100, 80)), (45, prices(100, 70)))[-1].lowest_before == 80


def test_a_regular_price_that_was_only_raised_to_be_cut_shows() -> None:
    assert history((0, prices(80)), (40, prices(100, 80)))[-1].lowest_before == 80


def test_a_first_price_that_is_reduced_has_no_lowest_before() -> None:
    assert history((0, prices(100, 80)))[-1].lowest_before is None


def test_nothing_is_told_of_a_price_that_is_not_reduced_or_stays_the_same() -> None:
    points = history((0, prices(100)), (3, prices(100)), (9, prices(90)))
    assert [(point.amount, point.lowest_before) for point in points] == [(100, None), (90, None)]
    assert points[0].ends_at == points[1].starts_at


def test_windows_that_passed_unseen_are_in_the_history_with_their_own_moments() -> None:
    special = Entered(kind=SPECIAL, amount=Decimal(50), starts_at=START + DAY, ends_at=START + 2 * DAY)
    entered = [*prices(100), special]
    first = advance([], entered, at=[START], group="")
    late = moments(entered, since=START + DAY, now=START + 5 * DAY)
    points = advance(first, entered, at=late, group="")
    assert [(point.amount, (point.starts_at - START).days) for point in points] == [(100, 0), (50, 1), (100, 2)]


def test_a_group_inherits_what_everybody_paid_before_it_had_a_price_of_its_own() -> None:
    everybody = history((0, prices(100)))
    own = advance([], prices(100, 60), at=[START + 40 * DAY], group="trade", inherited=everybody)
    assert own[-1].lowest_before == 100


courses = st.lists(
    st.tuples(st.integers(0, 120), st.integers(1, 100), st.none() | st.integers(1, 100)),
    min_size=1,
    max_size=10,
    unique_by=lambda step: step[0],
).map(sorted)


@given(course=courses)
def test_the_lowest_price_is_that_of_each_day_of_the_30_before(
    course: list[tuple[int, int, int | None]],
) -> None:
    points = history(*[(day, prices(amount, special)) for day, amount, special in course])

    def on(moment: datetime) -> Decimal | None:
        known = [(amount, special) for day, amount, special in course if START + day * DAY <= moment]
        return Decimal(min(filter(None, known[-1]))) if known else None

    for point in points:
        before = [on(point.starts_at - days * DAY) for days in range(1, BEFORE.days + 1)]
        known = [amount for amount in before if amount is not None]
        assert lowest_before(points, point.starts_at) == min(known, default=None)
        assert point.lowest_before == (min(known, default=None) if point.reduced else None)

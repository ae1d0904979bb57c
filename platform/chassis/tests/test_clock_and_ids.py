import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from chassis import clock, ids

MOMENT = datetime(2025, 3, 1, 12, tzinfo=UTC)


def test_now_is_aware_and_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_travel_nests_and_comes_back() -> None:
    with clock.travel(MOMENT):
        assert clock.now() == MOMENT
        with clock.travel(timedelta(days=1)):
            assert clock.now() == MOMENT + timedelta(days=1)
        assert clock.now() == MOMENT
    assert clock.now() > datetime(2025, 4, 1, tzinfo=UTC)


def test_a_thread_shares_the_travelled_time() -> None:
    seen: list[datetime] = []
    with clock.travel(MOMENT):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert seen == [MOMENT]


def test_a_ticking_clock_goes_on_from_the_moment() -> None:
    with clock.travel(MOMENT, ticking=True):
        first = clock.now()
        assert MOMENT <= first <= clock.now() < MOMENT + timedelta(minutes=1)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError), clock.travel(MOMENT.replace(tzinfo=None)):
        pass


def test_new_ids_are_version_seven_and_rise() -> None:
    made = [ids.new_id() for _ in range(2000)]
    assert made == sorted(made) and len(set(made)) == 2000
    assert {(type(one), one.version) for one in made} == {(uuid.UUID, 7)}


def test_a_migrated_id_depends_on_all_three_parts_and_never_changes() -> None:
    known = ids.migrated_id("magento", "product", 42)
    assert known == ids.migrated_id("magento", "product", "42") and known.version == 5
    assert str(known) == "d86062fb-6ded-5725-a2ee-2d96df764c34"
    others = {
        ids.migrated_id("other", "product", 42),
        ids.migrated_id("magento", "order", 42),
        ids.migrated_id("magento", "product", 43),
        ids.migrated_id("magento", "product4", 2),
    }
    assert known not in others and len(others) == 4

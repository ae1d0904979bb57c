"""The inbox: once in effect whatever comes twice, also where a letter and an inbox row tell of the same event."""

import pytest

from chassis import inbox, letters
from chassis.messages import decode_message
from chassis.subscriptions import Received, projection, reaction
from chassis.tests import bench
from chassis.unit_of_work import publish, unit_of_work

pytestmark = pytest.mark.django_db(databases=[bench.ALIAS])

heard: list[str] = []


def hear(batch: list[Received[bench.BellRung]]) -> None:
    heard.extend(received.event.bell for received in batch)


HEAR = reaction(bench.BellRung, hear)


@pytest.fixture(autouse=True)
def silence() -> None:
    heard.clear()


def test_an_event_that_comes_twice_takes_effect_once() -> None:
    with bench.domain(subscriptions=(HEAR,)):
        message = bench.ring()
        assert inbox.receive(bench.envelope(message, message)) == 1
        assert inbox.receive(bench.envelope(message)) == 0
    assert heard == ["b1"]


def test_a_letter_of_an_event_that_took_effect_after_all_is_settled_without_a_second_effect() -> None:
    """A connection lost while it commits leaves both: the effect and a letter that says it failed."""
    with bench.domain(subscriptions=(HEAR,)):
        message = bench.ring()
        inbox.receive(bench.envelope(message))
        letter = bench.letter(message, handler=HEAR.name, state="retrying")
        letters.retry(bench.ALIAS, letter.id)
    letter.refresh_from_db()
    assert (letter.state, heard) == ("replayed", ["b1"])


def test_an_event_parked_by_an_older_release_is_not_replayed_over_its_own_repetition() -> None:
    with bench.domain():
        message = bench.ring()
        inbox.receive(bench.envelope(message))  # this release has no handler for it
    letter = bench.rows("letter").get()
    assert (letter.state, heard) == ("dead", [])
    with bench.domain(subscriptions=(HEAR,)):
        inbox.receive(bench.envelope(message))  # the acknowledgement was lost: it comes again after the upgrade
        assert heard == ["b1"]
        letters.retry(bench.ALIAS, letter.id)
    letter.refresh_from_db()
    assert (letter.state, heard) == ("replayed", ["b1"])


def test_an_event_parked_by_an_older_release_takes_effect_when_replayed() -> None:
    with bench.domain():
        message = bench.ring()
        inbox.receive(bench.envelope(message))
    with bench.domain(subscriptions=(HEAR,)):
        assert letters.retry(bench.ALIAS, bench.rows("letter").get().id)
        inbox.receive(bench.envelope(message))
    assert heard == ["b1"]


def test_what_is_told_again_to_rebuild_copies_is_not_reacted_to() -> None:
    copied: list[str] = []

    def copy(batch: list[Received[bench.BellRung]]) -> None:
        copied.extend(received.event.bell for received in batch)

    with bench.domain(subscriptions=(HEAR, projection(bench.BellRung, copy))):
        with unit_of_work(bench.ALIAS):
            publish(bench.BellRung(bell="b1"), aggregate_id="b1", to=bench.ALIAS)
        message = decode_message(bench.rows("outbox").get().message)
        inbox.receive(bench.envelope(message))
    assert (heard, copied) == ([], ["b1"])

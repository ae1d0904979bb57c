"""Of a row's changes the newer counts, whoever sends them, and what does not differ is not sent."""

from itertools import permutations

import pytest

from chassis.messages import Lane, decode_event, decode_message
from chassis.unit_of_work import unit_of_work
from strangler.changes import Change, send
from strangler.messaging import OutboxEvent
from strangler.runs import GONE, RowSent

pytestmark = pytest.mark.django_db(databases=["platform"])


def change(name: str | None, *, position: int, key: str = "1", parents: tuple[str, ...] = ()) -> Change:
    after = None if name is None else {"store_id": key, "name": name}
    return Change(table="store", key=(key,), after=after, position=position, parents=parents)


def give(*changes: Change, source: str = "magento", again: bool = False) -> int:
    with unit_of_work("strangler"):
        return send(changes, source=source, lane=Lane.FAST, again=again)


def told(source: str = "magento") -> list[tuple[str | None, int]]:
    events = [decode_event(decode_message(row.message)) for row in OutboxEvent.objects.order_by("seq")]
    return [(e.after and e.after["name"], e.position) for e in events if e.source == source]


def test_whatever_the_order_nothing_older_is_sent_after_what_is_newer() -> None:
    changes = [change("a", position=1), change("b", position=2), change(None, position=3), change("a", position=4)]
    for number, order in enumerate(permutations(changes)):
        source = str(number)
        for one in order:
            give(one, source=source)
        positions = [position for _, position in told(source)]
        assert positions == sorted(positions), order
        assert told(source)[-1][0] == "a", order
        kept = RowSent.objects.get(source=source)
        assert (kept.position, kept.digest) == (4, change("a", position=4).digest)


def test_what_was_deleted_is_remembered_so_that_an_equal_row_is_sent_anew() -> None:
    give(change("a", position=1))
    give(change(None, position=3))
    assert give(change("a", position=2)) == 0
    assert give(change("a", position=4)) == 1
    assert told() == [("a", 1), (None, 3), ("a", 4)]
    give(change(None, position=5))
    assert RowSent.objects.get().digest == GONE


def test_a_row_that_does_not_differ_is_sent_only_if_asked_for() -> None:
    give(change("a", position=1))
    assert give(change("a", position=2)) == 0
    assert give(change("a", position=2), again=True) == 1
    assert give(change("a", position=1), again=True) == 0


def test_of_several_changes_of_a_row_in_one_commit_the_newest_is_sent() -> None:
    assert give(change("a", position=1), change("x", position=2, key="2"), change("b", position=3)) == 2
    assert told() == [("x", 2), ("b", 3)]
    assert give(change("c", position=5), change("a", position=4)) == 1
    assert told()[-1] == ("c", 5)


def test_parents_are_those_of_the_row_as_it_was_last_sent() -> None:
    give(change("a", position=1, parents=('website:["1"]',)))
    give(change("b", position=2, parents=('website:["2"]',)))
    assert RowSent.objects.get().parents == ['website:["2"]']

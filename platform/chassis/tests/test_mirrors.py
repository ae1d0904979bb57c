"""Mirrors: rows in any order come to the same, a thing is made once for all of its rows, nothing is lost in silence."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import permutations
from typing import Any

import psycopg
import pytest
from django.db import connections

from chassis import clock, domains
from chassis.ids import new_id
from chassis.jobs.runner import JobRunner
from chassis.messages import Lane, Message
from chassis.mirrors import PATIENCE, SETTLE, Busy, Found, Mirror, Mirrored, MirroredRow, MirrorFinding, TouchedThing
from chassis.subscriptions import Received
from chassis.unit_of_work import unit_of_work

pytestmark = pytest.mark.django_db(databases=["postpurchase"], transaction=True)


class KeptRow(MirroredRow):
    class Meta(MirroredRow.Meta):
        abstract = False
        app_label = "postpurchase"


class Touched(TouchedThing):
    class Meta(TouchedThing.Meta):
        abstract = False
        app_label = "postpurchase"


class Finding(MirrorFinding):
    class Meta(MirrorFinding.Meta):
        abstract = False
        app_label = "postpurchase"


MIRROR = Mirror(
    rows=KeptRow,
    touched=Touched,
    findings=Finding,
    job="postpurchase.make_mirrored",
    tables={
        "shelf": Mirrored(owner=("shelf", "id")),
        "book": Mirrored(owner=("book", "id")),
        "page": Mirrored(owner=("book", "book_id")),
        "place": Mirrored(owner=("book", "book_id"), touches=(("shelf", "shelf_id"),)),
    },
)


@dataclass(frozen=True, kw_only=True)
class Change:
    table: str
    key: tuple[str, ...]
    after: dict[str, str | None] | None
    position: int
    source: str = "old"


class Library:
    """Makers that write down what they were asked for and what they saw."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []
        self.books: dict[str, list[str | None]] = {}

    def make_book(self, source: str, owners: list[str]) -> None:
        self.asked.append(("book", owners))
        for owner, rows in MIRROR.rows_of(source, "book", owners).items():
            pages = [row["text"] for row in rows.all("page")]
            if "unreadable" in pages:
                raise ValueError(f"{owner} cannot be read")
            self.books[owner] = pages
            if "torn" in pages:
                found = [Found(owner=owner, code="torn_page", detail="one", whole=len(pages) == 1)]
                MIRROR.replace_findings(source, "book", [owner], found)

    def make_shelf(self, source: str, owners: list[str]) -> None:
        self.asked.append(("shelf", owners))

    @property
    def makers(self) -> Any:
        return {"shelf": self.make_shelf, "book": self.make_book}


@pytest.fixture(autouse=True)
def library(monkeypatch: pytest.MonkeyPatch, django_db_setup: None, transactional_db: None) -> Iterator[Library]:
    library = Library()
    monkeypatch.setitem(domains.get("postpurchase").kinds, MIRROR.job, MIRROR.job_kind(library.makers))
    models = (KeptRow, Touched, Finding)
    with connections["postpurchase"].schema_editor() as editor:
        for model in models:
            editor.create_model(model)
    yield library
    with connections["postpurchase"].schema_editor() as editor:
        for model in models:
            editor.delete_model(model)


def page(number: int, text: str | None, *, position: int = 1, book: str = "1") -> Change:
    after = None if text is None else {"id": str(number), "book_id": book, "text": text}
    return Change(table="page", key=(str(number),), after=after, position=position)


def keep(*changes: Change, lane: Lane = Lane.FAST) -> None:
    batch = [
        Received(
            event=change,
            message=Message(
                id=new_id(), type="old.row", version=1, occurred_at=clock.now(), aggregate_type="row",
                aggregate_id="x", aggregate_version=1, lane=lane,
            ),
        )
        for change in changes
    ]  # fmt: skip
    with unit_of_work("postpurchase"):
        MIRROR.keep(batch)


def texts() -> list[str | None]:
    return [row["text"] for row in MIRROR.rows_of("old", "book", ["1"])["1"].all("page")]


def test_any_order_and_any_repetition_of_changes_come_to_the_newest() -> None:
    changes = [page(1, "a", position=1), page(1, "b", position=2), page(1, None, position=3), page(1, "c", position=4)]
    for number, order in enumerate(permutations(changes)):
        book = f"{number}"
        for change in (*order, order[0]):
            keep(Change(**{**change.__dict__, "source": book}))
        assert [r["text"] for r in MIRROR.rows_of(book, "book", ["1"])["1"].all("page")] == ["c"], order
    keep(*changes[::-1])
    assert texts() == ["c"]


def test_a_deletion_is_remembered_so_that_an_older_row_does_not_come_back() -> None:
    keep(page(1, None, position=5))
    keep(page(1, "late", position=4))
    assert texts() == []


def test_a_thing_is_made_once_for_all_of_its_rows(library: Library) -> None:
    keep(Change(table="book", key=("1",), after={"id": "1"}, position=1), *(page(n, f"p{n}") for n in range(9)))
    keep(page(9, "p9"))
    JobRunner("postpurchase").run_due()
    assert library.asked == [("book", ["1"])]
    assert library.books == {"1": [f"p{n}" for n in range(10)]}


def test_what_is_referred_to_is_made_first_and_a_moved_row_touches_both_ends(library: Library) -> None:
    place = {"id": "7", "book_id": "1", "shelf_id": "a"}
    keep(Change(table="place", key=("7",), after=place, position=1))
    JobRunner("postpurchase").run_due()
    keep(Change(table="place", key=("7",), after={**place, "shelf_id": "b"}, position=2))
    JobRunner("postpurchase").run_due()
    assert library.asked == [("shelf", ["a"]), ("book", ["1"]), ("shelf", ["a", "b"]), ("book", ["1"])]
    assert MIRROR.touching("old", "shelf", ["a", "b"]) == {"a": [], "b": [("place", {**place, "shelf_id": "b"})]}


def test_a_deleted_row_touches_what_it_was_part_of(library: Library) -> None:
    keep(page(1, "a"), page(2, "b"))
    JobRunner("postpurchase").run_due()
    keep(page(1, None, position=2))
    JobRunner("postpurchase").run_due()
    assert library.books == {"1": ["b"]}


def test_bulk_rows_wait_for_the_rest_of_their_thing_and_fast_ones_do_not(library: Library) -> None:
    keep(page(1, "a"), lane=Lane.BULK)
    JobRunner("postpurchase").run_due()
    assert library.asked == []
    with clock.travel(SETTLE + timedelta(seconds=1)):
        JobRunner("postpurchase").run_due()
    keep(page(1, "b", position=2))
    JobRunner("postpurchase").run_due()
    assert library.asked == [("book", ["1"])] * 2


def test_bulk_rows_wait_while_others_of_their_source_come_but_not_for_ever(library: Library) -> None:
    def run_due() -> None:
        # As after the touch of the last one, whose own job is still to come.
        with unit_of_work("postpurchase"):
            MIRROR.touch("another", "book", ["9"])
        JobRunner("postpurchase").run_due()

    keep(page(1, "a"), lane=Lane.BULK)
    for second in range(1, 4):
        with clock.travel(timedelta(seconds=2 * second)):
            keep(page(2, "a", book="2", position=second), lane=Lane.BULK)
            keep(page(3, "a", book="3", position=second))
            run_due()
    assert library.books.keys() == {"3", "9"}
    with clock.travel(PATIENCE + timedelta(minutes=1)):
        keep(page(2, "b", book="2", position=9), lane=Lane.BULK)
        run_due()
    # Both have waited long enough, though one of them has only just changed again.
    assert library.books.keys() == {"3", "9", "1", "2"}
    assert library.books["2"] == ["b"]


def test_one_that_fails_does_not_keep_others_and_waits_with_its_reason_for_a_change(library: Library) -> None:
    keep(*(page(n, "fine", book=str(n)) for n in (1, 2, 4)), page(3, "unreadable", book="3"))
    JobRunner("postpurchase").run_due()
    assert set(library.books) == {"1", "2", "4"}
    (book,) = [kind for kind in MIRROR.summary("old").kinds if kind.kind == "book"]
    assert (book.things, book.carried, book.waiting) == (4, 3, 0)
    assert book.failed == (("3", "ValueError: 3 cannot be read"),)
    keep(page(3, "mended", book="3", position=2))
    JobRunner("postpurchase").run_due()
    assert library.books["3"] == ["mended"]
    assert MIRROR.summary("old").kinds[1].failed == ()


def test_an_error_that_is_nobodys_fault_is_not_hidden(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(page(1, "a"))

    def broken(self: Mirror, source: str, *, limit: int) -> Any:
        raise LookupError("broken")

    monkeypatch.setattr(Mirror, "_take", broken)
    with pytest.raises(LookupError):
        MIRROR.make_due(library.makers)


def test_findings_are_replaced_when_the_thing_is_made_anew(library: Library) -> None:
    keep(page(1, "torn"), page(2, "fine", book="2"))
    JobRunner("postpurchase").run_due()
    (_shelf, book) = MIRROR.summary("old").kinds
    assert (book.things, book.carried, book.left_out, dict(book.findings)) == (2, 1, 1, {"torn_page": 1})
    assert book.examples == {"torn_page": (("1", "one"),)}
    keep(page(3, "fine"))
    JobRunner("postpurchase").run_due()
    book = MIRROR.summary("old").kinds[1]
    assert (book.carried, book.left_out, dict(book.findings)) == (2, 0, {"torn_page": 1})
    keep(page(1, "mended", position=2))
    JobRunner("postpurchase").run_due()
    assert MIRROR.summary("old").kinds[1].findings == {}
    assert MIRROR.summary("old").rows == {"page": 3}


def test_two_processes_do_not_make_things_at_once(library: Library) -> None:
    keep(page(1, "a"))
    other = connections["postpurchase"].settings_dict
    url = f"postgresql://{other['USER']}:{other['PASSWORD']}@{other['HOST']}:{other['PORT']}/{other['NAME']}"
    with psycopg.connect(url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('sixfold.mirror'), hashtext('postpurchase'))")
        with pytest.raises(Busy):
            MIRROR.make_due(library.makers)
        JobRunner("postpurchase").run_due()
        assert library.asked == []
    with clock.travel(timedelta(seconds=10)):
        JobRunner("postpurchase").run_due()
    assert library.asked == [("book", ["1"])]


def test_a_row_that_arrives_while_its_thing_is_made_has_it_made_again(library: Library) -> None:
    keep(page(1, "a"))
    make_book = library.make_book

    def meanwhile(source: str, owners: list[str]) -> None:
        make_book(source, owners)
        if len(library.asked) == 1:
            other = connections["postpurchase"].settings_dict
            url = f"postgresql://{other['USER']}:{other['PASSWORD']}@{other['HOST']}:{other['PORT']}/{other['NAME']}"
            with psycopg.connect(url) as connection:
                connection.execute(
                    """INSERT INTO postpurchase_keptrow (source, "table", key, kind, owner, touches, after, position)
                       VALUES ('old', 'page', '["2"]', 'book', '1', '{}',
                               '{"id": "2", "book_id": "1", "text": "b"}', 2)"""
                )
                connection.execute("SET lock_timeout = '50ms'")
                with pytest.raises(psycopg.errors.LockNotAvailable):
                    # What `keep` does next: it waits here until the thing was made, and so is not missed.
                    connection.execute(
                        """INSERT INTO postpurchase_touched (source, kind, owner, since, due_at, hurry, error)
                           VALUES ('old', 'book', '1', now(), now(), true, '')"""
                    )
                connection.rollback()

    MIRROR.make_due({**library.makers, "book": meanwhile})
    assert len(library.asked) == 1
    keep(page(2, "b", position=2))
    MIRROR.make_due(library.makers)
    assert library.books == {"1": ["a", "b"]}


def elsewhere() -> psycopg.Connection[Any]:
    """A connection that is not this test's."""
    given = connections["postpurchase"].settings_dict
    return psycopg.connect(
        host=given["HOST"], port=given["PORT"], dbname=given["NAME"], user=given["USER"], password=given["PASSWORD"]
    )


@pytest.mark.parametrize("after", [{"id": "1", "book_id": "2", "text": "moved"}, None], ids=["moved", "deleted"])
def test_a_row_whose_first_two_changes_are_kept_at_once_touches_what_both_name(
    library: Library, after: dict[str, str | None] | None
) -> None:
    second = Change(table="page", key=("1",), after=after, position=2)
    failures: list[BaseException] = []

    def keep_second() -> None:
        try:
            keep(second)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    thread = threading.Thread(target=keep_second)
    with elsewhere() as first, elsewhere() as watch:
        # The first is written and its book made, and only then is it committed that the second has to wait for.
        first.execute(
            """INSERT INTO postpurchase_keptrow (source, "table", key, kind, owner, touches, after, position)
               VALUES ('old', 'page', '["1"]', 'book', '1', '{}', '{"id": "1", "book_id": "1", "text": "a"}', 1)"""
        )
        thread.start()
        watch.autocommit = True
        waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        deadline = time.monotonic() + 20
        while watch.execute(waits).fetchone() == (0,):
            assert time.monotonic() < deadline, "the second change waits for nobody"
            time.sleep(0.01)
        first.commit()
    thread.join()
    assert failures == []
    assert ("old", "book", "1") in set(Touched.objects.values_list("source", "kind", "owner"))
    (row,) = KeptRow.objects.all()
    assert (row.owner, row.position) == ("2" if after else "1", 2)


def test_things_of_two_sources_are_made_in_units_of_work_of_their_own(library: Library) -> None:
    seen: list[tuple[str, int]] = []

    def make(source: str, owners: list[str]) -> None:
        with connections["postpurchase"].cursor() as cursor:
            cursor.execute("SELECT txid_current()")
            seen.append((source, cursor.fetchone()[0]))

    for source in ("north", "south"):
        keep(Change(table="book", key=("1",), after={"id": "1"}, position=1, source=source))
        keep(Change(table="shelf", key=("1",), after={"id": "1"}, position=1, source=source))
    assert MIRROR.make_due({"shelf": make, "book": make}) == 4
    assert [source for source, _ in seen] == ["north", "north", "south", "south"]
    assert len({unit for _, unit in seen}) == 2

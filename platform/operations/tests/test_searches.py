"""What was searched for, by event: counted once on the channel's own day, shown in the admin, forgotten in time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from chassis import clock
from chassis.admin.testing import sign_in_as
from chassis.jobs.runner import JobRunner
from contracts.catalog import SearchCount, SearchesMade
from operations.analytics.searches import KEPT, searched_for
from operations.models import SearchFigure
from operations.tests.conftest import channel, deliver, run_jobs, told

pytestmark = pytest.mark.django_db(databases=["platform"])


def made(*counts: tuple[str, int, int, int], view: str = "en", until: datetime | None = None) -> Any:
    event = SearchesMade(
        view=view,
        channel="eu",
        until=until or clock.now(),
        counts=tuple(
            SearchCount(query=query, searches=searches, without_result=without, corrected=corrected)
            for query, searches, without, corrected in counts
        ),
    )
    return told(event, aggregate_id=view)


def figures() -> list[tuple[str, str, int, int, int]]:
    found = searched_for(days=30)
    return [(row.view, row.query, row.searches, row.without_result, row.corrected) for row in found]


def test_counts_of_many_processes_add_up_and_a_repeated_event_does_not() -> None:
    first = made(("tent", 3, 0, 0), ("teapot", 2, 2, 0))
    deliver(first, made(("tent", 1, 0, 1), ("teapot", 5, 5, 0)))
    deliver(first)
    deliver(made(("teapot", 1, 1, 0), view="de"))
    assert figures() == [("en", "teapot", 7, 7, 0), ("en", "tent", 4, 0, 1), ("de", "teapot", 1, 1, 0)]
    assert [row.query for row in searched_for(days=30, only_without_result=True, view="en")] == ["teapot"]
    assert len(searched_for(days=30, most=1)) == 1


def test_a_day_is_that_of_the_channel() -> None:
    deliver(told(channel("eu", time_zone="Asia/Tokyo")))
    deliver(made(("tent", 1, 0, 0), until=datetime(2026, 3, 9, 16, tzinfo=UTC)))
    assert SearchFigure.objects.get().day.isoformat() == "2026-03-10"


def test_the_report_shows_what_was_searched_for_in_vain(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    held = sign_in_as(monkeypatch, "platform.*")
    deliver(made(("tent", 3, 0, 0), ("<b>teapot", 2, 2, 0)), made(("kettle", 1, 1, 0), view="de"))
    page = client.get("/admin/platform/searchfigure/").content.decode()
    assert "&lt;b&gt;teapot" in page and "tent" in page and "kettle" in page
    page = client.get("/admin/platform/searchfigure/?view=de&days=7").content.decode()
    assert "kettle" in page and "teapot" not in page
    assert client.get("/admin/platform/searchfigure/?view=none&days=x").status_code == 200
    held.clear()
    assert client.get("/admin/platform/searchfigure/").status_code in (302, 403)


def test_figures_are_forgotten_in_time() -> None:
    deliver(made(("old", 1, 1, 0), until=clock.now() - KEPT - timedelta(days=2)), made(("new", 1, 1, 0)))

    JobRunner("platform").plan()
    run_jobs()
    with connections["platform"].cursor() as cursor:
        cursor.execute("SELECT query FROM platform_searchfigure")
        assert cursor.fetchall() == [("new",)]

"""Staff look at extractions and start none."""

import pytest
from django.test import Client

from chassis import clock
from chassis.admin.testing import queries_of_lists, queries_of_page, sign_in_as
from strangler.models import Run, TableCursor

pytestmark = pytest.mark.django_db(databases=["platform"])


def a_run(*, tables: int) -> Run:
    run = Run.objects.create(
        source="luma", started_at=clock.now(), finished_at=clock.now(), binlog_file="b.1", binlog_offset=4, gtid="0-1-2"
    )
    for number in range(tables):
        TableCursor.objects.create(run=run, table=f"t{number}", rows=1000, done=number % 2 == 0)
    return run


def page(run: Run) -> str:
    return f"/admin/strangler/run/{run.pk}/change/"


def test_a_run_shows_how_far_its_tables_are(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_as(monkeypatch, "strangler.*.view")
    run = a_run(tables=3)
    text = client.get(page(run)).content.decode()
    assert "2 of 3 begun" in text and "3,000" in text
    assert client.post(page(run), {"source": "x"}).status_code == 403
    assert client.get("/admin/strangler/run/add/").status_code == 403


def test_lists_and_pages_take_the_same_queries_whatever_is_in_them(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_as(monkeypatch, "strangler.*.view")
    run = a_run(tables=1)
    few, small = queries_of_lists(client, "strangler"), queries_of_page(client, "strangler", page(run))
    run = a_run(tables=20)
    assert queries_of_lists(client, "strangler") == few
    assert queries_of_page(client, "strangler", page(run)) == small

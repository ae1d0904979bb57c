"""Staff look at extractions and start none."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from chassis import clock
from chassis.admin.testing import queries_of_lists, queries_of_page, sign_in_as
from chassis.observe.metrics import exposition
from strangler.models import Doubt, Run, Stream, TableCursor

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


def a_stream(**values: object) -> Stream:
    begun = clock.now()
    return Stream.objects.create(
        **{
            "source": "luma",
            "server": "1 db 3306",
            "begun_at": begun,
            "current_until": begun,
            "gtid": "0-1-7",
            **values,
        }
    )


def test_a_stream_shows_how_far_behind_it_is_and_what_fails(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_as(monkeypatch, "strangler.*.view")
    a_stream(failing=True, errors=3, last_error="ConnectionLost: The connection to the source was lost.")
    Doubt.objects.create(source="luma", table="store", position=1)
    address = "/admin/strangler/stream/luma/change/"
    with clock.travel(timedelta(seconds=90)):
        text = client.get(address).content.decode()
    assert "0-1-7" in text and "ConnectionLost" in text and re.search(r"\b9\d\.\d", text)
    assert client.post(address, {"gtid": "0-1-1"}).status_code == 403
    assert "sources that cannot be followed" in client.get("/admin/").content.decode()


def test_metrics_tell_of_every_source() -> None:
    a_stream(failing=True, changes=12)
    Stream.objects.create(source="never followed")
    with clock.travel(timedelta(seconds=5)):
        lines = exposition().decode().splitlines()
    found = dict(line.rsplit(" ", 1) for line in lines if line.startswith("sixfold_capture_"))
    assert 5 <= float(found['sixfold_capture_lag_seconds{source="luma"}']) < 60
    assert 'sixfold_capture_failing{source="luma"} 1.0' in lines
    assert 'sixfold_capture_changes{source="luma"} 12.0' in lines
    assert found['sixfold_capture_failing{source="never followed"}'] == "0.0"

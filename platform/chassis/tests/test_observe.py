"""What is seen from outside: one line per request, no personal data, metrics of all processes, one trace."""

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, RequestFactory, override_settings

from chassis.context import bind, current
from chassis.messages import Personal
from chassis.observe import logs, metrics, tracing
from chassis.tests import edge

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@dataclass(frozen=True, kw_only=True)
class Address:
    city: str
    street: Personal


@dataclass(frozen=True, kw_only=True)
class Placed:
    number: str
    contact: Personal
    to: Address


PLACED = Placed(number="A-1", contact="Ann Miller", to=Address(city="Huế", street="1 Main St"))


@pytest.fixture
def written() -> Iterator[Any]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JSONFormatter())
    logger = logging.getLogger("chassis.request")
    logger.addHandler(handler)
    logger.setLevel("INFO")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)


LOG = logging.getLogger("chassis.request")


def test_a_line_is_json_with_the_correlation_id(written: Any) -> None:
    with bind(correlation="c-1234567", actor="customer:ann"):
        LOG.info("took %s of %d\nnext line", "A-1", 3, extra={"order": "A-1", "lines": [1, 2]})
    (line,) = written()
    assert line["message"] == "took A-1 of 3\nnext line" and line["correlation"] == "c-1234567"
    assert (line["order"], line["lines"], line["level"]) == ("A-1", [1, 2], "INFO")


def test_personal_fields_and_secrets_never_reach_a_line(written: Any) -> None:
    hidden = ("Miller", "Main St", "hunter2", "ann@example.org", "eyJhbGciOi")
    LOG.info("event %s", PLACED)
    LOG.info("given", extra={"event": PLACED, "password": "hunter2", "body": {"api_key": "hunter2", "x": [PLACED]}})
    LOG.info("mail to ann@example.org with Bearer hunter2hunter2 and eyJhbGciOiJFZDI1NTE5In0.eyJzdWIiOiJhbm4ifQ.c2ln")
    LOG.info("%(event)s", {"event": PLACED})
    try:
        raise ValueError("no account ann@example.org")
    except ValueError:
        LOG.exception("failed")
    text = json.dumps(written(), ensure_ascii=False)
    assert [one for one in hidden if one in text] == []
    assert "Huế" in text and "A-1" in text and "ValueError" in text and logs.MASK in text


def test_masking_keeps_what_says_nothing_of_a_person() -> None:
    assert logs.masked({"number": "A-1", "total": 3, "email": "", "phone": "+1"}) == {
        "number": "A-1",
        "total": 3,
        "email": "",
        "phone": logs.MASK,
    }


def test_a_request_is_counted_by_its_route_and_never_by_its_path() -> None:
    with override_settings(ROOT_URLCONF="chassis.tests.edge", MIDDLEWARE=edge.MIDDLEWARE):
        client = Client(raise_request_exception=False)
        client.get("/api/failing/domain")
        client.generic("INVENTED", "/api/nowhere/secret-path")
        text = metrics.exposition().decode()
    assert 'route="/api/failing/<str:what>",status="4xx"' in text
    assert 'method="other",route="unmatched"' in text and "secret-path" not in text


def test_a_reading_that_fails_does_not_hide_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics._readings, "known", {})

    def broken() -> Any:
        raise ConnectionError

    metrics.reading("outbox_backlog", "Rows not sent.", lambda: [({"alias": "a"}, 3.0)], labels=("alias",))
    metrics.reading("broken", "Never there.", broken)
    text = metrics.exposition().decode()
    assert 'outbox_backlog{alias="a"} 3.0' in text and "broken" not in text


def test_metrics_ask_for_their_token_when_there_is_one() -> None:
    def ask(sent: str) -> int:
        return metrics.metrics(RequestFactory().get("/metrics", headers={"Authorization": sent})).status_code

    assert ask("") == 200
    with override_settings(METRICS_TOKEN="t0ken"):
        assert [ask(""), ask("Bearer wrong"), ask("Bearer é"), ask("Bearer t0ken")] == [401, 401, 401, 200]


def test_metrics_of_several_processes_are_added_up(tmp_path: Path) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    work = "from chassis.observe import metrics as m; m.observe_request('GET', '/x', 200, 0.01)"
    for program in (work, work, work + "; print(m.exposition().decode())"):
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
    assert 'http_request_seconds_count{method="GET",route="/x",status="2xx"} 3.0' in done.stdout


@pytest.fixture
def spans() -> Iterator[Any]:
    yield tracing.set_up("test", exporter="memory")
    tracing.set_up("test", exporter="none")


def test_one_trace_joins_a_request_with_its_consumer(spans: Any) -> None:
    with override_settings(ROOT_URLCONF="chassis.tests.edge", MIDDLEWARE=edge.MIDDLEWARE):
        Client().get("/api/me", headers={"traceparent": PARENT})
    with tracing.span("publish", traceparent=PARENT) as outer:
        stored = current().traceparent
        with tracing.span("inner", kind="client", db__system="postgresql"):
            assert tracing.outgoing_headers()["traceparent"] != stored
    assert stored == outer.traceparent and current().traceparent == ""
    with tracing.span("consume", traceparent=stored, kind="consumer"):
        pass
    request, inner, publish, consume = spans.get_finished_spans()
    assert request.name == "GET /api/me" and request.attributes["http.response.status_code"] == 200
    assert {one.context.trace_id for one in (request, inner, publish, consume)} == {int(PARENT[3:35], 16)}
    assert consume.parent.span_id == inner.parent.span_id == publish.context.span_id
    assert inner.attributes["db.system"] == "postgresql"


def test_an_exception_is_recorded_and_goes_on(spans: Any) -> None:
    with pytest.raises(ZeroDivisionError), tracing.span("work"):
        raise ZeroDivisionError
    (span,) = spans.get_finished_spans()
    assert span.status.status_code.name == "ERROR"


def test_without_tracing_a_trace_of_others_passes_through() -> None:
    with tracing.span("consume", traceparent=PARENT) as span:
        assert span.traceparent == current().traceparent == PARENT
        span.note(any="thing")
        assert tracing.outgoing_headers()["traceparent"] == PARENT


@pytest.mark.parametrize(
    "sent", ["", "x", PARENT[:-1], PARENT + "\n", PARENT.upper(), "00-" + "0" * 32 + PARENT[35:], "ff" + PARENT[2:]]
)
def test_an_unfit_traceparent_is_dropped(sent: str) -> None:
    with tracing.span("request", traceparent=sent) as span:
        assert span.traceparent == ""

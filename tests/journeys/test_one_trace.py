"""One order seen from outside: a single trace and a single correlation id from the request to the last job.

The receiver is ours and speaks OTLP over HTTP, as a collector does.
"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.processes import eventually
from tests.shelves import stock
from tests.shoppers import Shopper
from tests.stack import Stack

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"
CORRELATION = "journey-0001"


class Receiver(ThreadingHTTPServer):
    """Keeps the spans that it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.spans: list[Any] = []

    def of(self, trace: str) -> dict[str, Any]:
        """Spans of a trace, by their id."""
        return {span.span_id.hex(): span for span in self.spans if span.trace_id.hex() == trace}


class Taking(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        sent = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
        for resource in sent.resource_spans:
            for scope in resource.scope_spans:
                self.server.spans += scope.spans
        self.send_response(200 if self.path == "/v1/traces" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Nothing: the test looks at the spans."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def traced(tmp_path: Path, django_db_setup: None, receiver: Receiver) -> Iterator[Stack]:
    stack = Stack(
        tmp_path,
        OTEL_TRACES_EXPORTER="otlp",
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{receiver.server_port}",
        OTEL_BSP_SCHEDULE_DELAY="200",
        LOG_FORMAT="json",
    )
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def test_an_order_is_one_trace_and_one_correlation_from_request_to_last_job(traced: Stack, receiver: Receiver) -> None:
    stock(traced, MUG=5)
    shopper = Shopper.at(traced.base).fill({"MUG": 1})
    shopper.http.headers["traceparent"] = f"00-{TRACE}-{CALLER}-01"
    shopper.http.headers["X-Correlation-ID"] = CORRELATION
    assert shopper.place()["outcome"] == "placed"

    wanted = {
        "POST /api/v1/<slug:view>/carts/<uuid:cart>/place",
        "send logistics.fast",
        "process commerce.stock_requested",
        "send commerce.fast",
        "process logistics.stock_reserved",
        "job commerce.authorise",
        "process logistics.stock_confirmed",
        "job commerce.capture",
    }
    eventually(lambda: not wanted - {span.name for span in receiver.of(TRACE).values()}, "a span of every hop")

    # Each process sends its spans when it likes: a parent may come after its child.
    def without_a_way_back() -> list[str]:
        spans = receiver.of(TRACE)
        return [span.name for span in spans.values() if span.parent_span_id.hex() not in {CALLER, *spans}]

    eventually(lambda: not without_a_way_back(), "a way back to the request from every span")
    first = [span.name for span in receiver.of(TRACE).values() if span.parent_span_id.hex() == CALLER]
    assert all(name.startswith(("POST", "GET")) for name in first), first

    for alias, type_ in (("commerce", "stock_requested"), ("logistics", "stock_reserved"), ("commerce", "order_paid")):
        sql = f"SELECT message FROM {alias}_outboxevent WHERE type = %s"
        found = eventually(lambda: traced.query(alias, sql, f"{alias}.{type_}"), f"{type_} published")  # noqa: B023
        assert {json.loads(message)["correlation"] for (message,) in found} == {CORRELATION}
    assert lines(traced, "web", "place 201") and lines(traced, "worker-commerce", "job commerce.capture")


def lines(stack: Stack, process: str, about: str) -> list[dict[str, Any]]:
    """Log lines of a process about something, all of which must be JSON and of our correlation."""
    found = [json.loads(line) for line in stack.processes.log(process).splitlines() if about in line]
    assert {line["correlation"] for line in found} <= {CORRELATION}
    return found


def test_health_and_metrics_tell_of_the_parts(traced: Stack) -> None:
    ready = httpx.get(f"{traced.base}/readyz", timeout=10)
    assert ready.status_code == 200 and ready.json()["parts"]["database:commerce"] == "ok"
    stock(traced, MUG=5)
    traced.processes.kill("worker-logistics")
    shopper = Shopper.at(traced.base).fill({"MUG": 1})
    shopper.http.post(
        f"/carts/{shopper.cart}/place", json={"payment_source": "4242424242424242"}, headers={"Prefer": "wait=0"}
    )
    where = 'domain="commerce",lane="fast",subscriber="logistics"'

    def told() -> dict[str, float]:
        text = httpx.get(f"{traced.base}/metrics", timeout=10).text
        lines = [line.rpartition(" ") for line in text.splitlines() if line.startswith("sixfold_unack")]
        return {name.partition("{")[0]: float(value) for name, _, value in lines if sorted_labels(name) == where}

    eventually(lambda: told().get("sixfold_unacknowledged") == 1, "the metrics telling of logistics' backlog")
    assert told()["sixfold_unacknowledged_oldest_seconds"] > 0
    assert httpx.get(f"{traced.base}/healthz", timeout=10).status_code == 200


def sorted_labels(series: str) -> str:
    return ",".join(sorted(series.partition("{")[2].rstrip("}").split(",")))

"""OpenTelemetry traces from the request through outbox to the last consumer.

Off unless `set_up` was called with an exporter, and then every helper here costs the test of a variable. While off, a
traceparent that came in is still passed on, so that the callers' trace does not break here. The id in use stands
in the message context: outbox rows copy it, consumers open `span(..., traceparent=message.traceparent)`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from django.conf import settings

from chassis.context import bind, current

Exporter = Literal["none", "console", "otlp", "memory"]
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
_tracer: Any = None
_provider: Any = None


@dataclass(frozen=True)
class Span:
    """A running piece of work; `traceparent` is what the next one needs. Without tracing it records nothing."""

    traceparent: str = ""
    recorded: Any = None

    def note(self, **attributes: str | int | float | bool) -> None:
        """Set attributes. Never put personal data into one."""
        if self.recorded is not None:
            self.recorded.set_attributes(attributes)

    def finish_request(self, *, route: str, status: int) -> None:
        """Name a server span once its route is known."""
        if self.recorded is not None:
            method = self.recorded.attributes.get("http.request.method", "")
            self.recorded.update_name(f"{method} {route}")
            self.recorded.set_attributes({"http.route": route, "http.response.status_code": status})


def set_up(service: str, *, exporter: Exporter = "none", endpoint: str = "", ratio: float = 1.0) -> Any:
    """Start tracing as `service`; call it after a fork. Answers the exporter ("memory" keeps its spans for a test).

    "otlp" sends by HTTP to `endpoint`, or where OTEL_EXPORTER_OTLP_ENDPOINT says. `ratio` is the share of traces
    begun here that is kept; a caller's decision is followed. "none" switches tracing off.
    """
    global _tracer, _provider
    if _provider is not None:
        _provider.shutdown()
    _tracer = _provider = None
    if exporter == "none":
        return None
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio

    # Our own provider, not the global one: that can be set only once in a process.
    _provider = TracerProvider(
        resource=Resource.create({"service.name": service}), sampler=ParentBasedTraceIdRatio(ratio)
    )
    sink = _sink(exporter, endpoint)
    _provider.add_span_processor((BatchSpanProcessor if exporter == "otlp" else SimpleSpanProcessor)(sink))
    _tracer = _provider.get_tracer("sixfold")
    return sink


def from_settings() -> None:
    """Start tracing in this process as OTEL_TRACES_EXPORTER, OTEL_TRACES_SAMPLER_ARG and OTEL_SERVICE_NAME say."""
    exporter: Exporter = settings.TRACES_EXPORTER  # type: ignore[misc]
    if exporter != "none":
        set_up(os.environ.get("OTEL_SERVICE_NAME", "sixfold"), exporter=exporter, ratio=settings.TRACES_RATIO)  # type: ignore[misc]


def flush() -> None:
    """Send what was recorded, before a process ends in a way that runs no exit handlers."""
    if _provider is not None:
        _provider.force_flush(2000)


@contextmanager
def span(
    name: str, *, traceparent: str = "", kind: str = "internal", links: Iterable[str] = (), **attributes: Any
) -> Iterator[Span]:
    """Trace a block as a child of `traceparent`, else of the running span, else of the context's traceparent.

    `kind` is internal, server, client, producer or consumer; `links` are the traceparents of other causes. The
    context inside carries the new traceparent, also while tracing is off (then the given one). An exception is
    recorded and goes on.
    """
    parent = valid(traceparent)
    if _tracer is None:
        if parent and parent != current().traceparent:
            with bind(traceparent=parent):
                yield Span(parent)
        else:
            yield Span(current().traceparent)
        return
    from opentelemetry.trace import Link, SpanKind

    running = _running()
    parent = parent or ("" if running else valid(current().traceparent))
    with _tracer.start_as_current_span(
        name,
        context=_remote(parent) if parent else None,
        kind=SpanKind[kind.upper()],
        links=[Link(_span_context(link)) for link in links if valid(link)],
        attributes={key.replace("__", "."): value for key, value in attributes.items()},
    ) as recorded:
        own = _text(recorded.get_span_context())
        with bind(traceparent=own):
            yield Span(own, recorded)


def span_of_many(name: str, causes: Iterable[str], *, kind: str, **attributes: Any) -> Any:
    """A span of work with many causes: a child of the first one's trace, linked to the others."""
    first, *others = dict.fromkeys(cause for cause in causes if cause) or ("",)
    return span(name, traceparent=first, links=others, kind=kind, **attributes)


def server_span(method: str, *, traceparent: str = "") -> Any:
    """The span of a request, as a context manager; its caller names the route when it is known."""
    return span(method or "HTTP", traceparent=traceparent, kind="server", http__request__method=method)


def outgoing_headers() -> dict[str, str]:
    """Headers that carry trace and correlation to the next service."""
    context = current()
    sent = {"traceparent": _running() or context.traceparent, "X-Correlation-ID": context.correlation}
    return {name: value for name, value in sent.items() if value}


def valid(traceparent: str) -> str:
    """The traceparent if it is one (W3C, version 00), else an empty text: it comes from outside."""
    return traceparent if _TRACEPARENT.fullmatch(traceparent) else ""


def _running() -> str:
    if _tracer is None:
        return ""
    from opentelemetry import trace

    context = trace.get_current_span().get_span_context()
    return _text(context) if context.is_valid else ""


def _text(context: Any) -> str:
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def _remote(traceparent: str) -> Any:
    from opentelemetry import trace

    return trace.set_span_in_context(trace.NonRecordingSpan(_span_context(traceparent)))


def _span_context(traceparent: str) -> Any:
    from opentelemetry import trace

    match = _TRACEPARENT.fullmatch(traceparent)
    assert match is not None
    return trace.SpanContext(
        int(match[1], 16), int(match[2], 16), is_remote=True, trace_flags=trace.TraceFlags(int(match[3], 16))
    )


def _sink(exporter: Exporter, endpoint: str) -> Any:
    if exporter == "otlp":
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        return OTLPSpanExporter(endpoint=endpoint or None)
    if exporter == "memory":
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        return InMemorySpanExporter()
    from opentelemetry.sdk.trace.export import ConsoleSpanExporter

    return ConsoleSpanExporter()

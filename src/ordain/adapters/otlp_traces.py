"""Traces for a collector that speaks OTLP over HTTP: what a request, a task, a command took, and within what.

The library is imported by who makes one: a process without a collector does not pay for it.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from opentelemetry.trace import Span

    from ordain.flows.ports import Kind

KINDS = {"request": SpanKind.SERVER, "task": SpanKind.CONSUMER, "command": SpanKind.CLIENT}


class _Span:
    """Something that takes its time."""

    def __init__(self, span: Span) -> None:
        self._span = span

    def note(self, name: str, **attributes: str | int) -> None:
        """What is known of it by now."""
        self._span.update_name(name)
        self._span.set_attributes(
            {key.replace("__", " ").replace("_", ".").replace(" ", "_"): value for key, value in attributes.items()}
        )

    def failed(self, why: str) -> None:
        """It did not end well."""
        self._span.set_status(Status(StatusCode.ERROR, why))


class OtlpTraces:
    """The traces of this process. They leave in the background; a collector that is not there holds up nobody."""

    def __init__(self, url: str, version: str) -> None:
        about = Resource.create({"service.name": "ordain", "service.version": version})
        self._provider = TracerProvider(resource=about)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{url}/v1/traces", timeout=5)))
        self._tracer = self._provider.get_tracer("ordain", version)
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def span(self, name: str, kind: Kind, parent: str = "") -> Iterator[_Span]:
        """While it lasts: whatever begins meanwhile is within it. `parent`: a traceparent (W3C) from elsewhere."""
        within = self._propagator.extract({"traceparent": parent}) if parent else None
        with self._tracer.start_as_current_span(name, within, KINDS[kind]) as span:
            yield _Span(span)

    def past(self, name: str, micros: int, attributes: Mapping[str, str]) -> None:
        """A command that ended just now, after so many microseconds."""
        end = time.time_ns()
        span = self._tracer.start_span(name, kind=KINDS["command"], start_time=end - micros * 1000)
        span.set_attributes(attributes)
        span.end(end)

    async def close(self) -> None:
        """Send what is left, for five seconds at most."""
        await asyncio.to_thread(self._provider.shutdown)

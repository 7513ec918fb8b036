"""Traces as a collector gets them: requests, tasks and commands within each other, and no secret in any."""

from __future__ import annotations

import asyncio
import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ordain import app
from ordain.adapters.epp_tally import TALLY
from ordain.adapters.otlp_traces import OtlpTraces
from ordain.api.traced import traced
from ordain.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Collector:
    """Somebody who collects."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        heard = self.heard

        class _Heard(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                told = ExportTraceServiceRequest.FromString(body)
                heard.extend(s for r in told.resource_spans for scope in r.scope_spans for s in scope.spans)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Heard)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        """Go home."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def span(self, name: str) -> Any:
        """The one span of a name."""
        [found] = [span for span in self.heard if span.name == name]
        return found


@pytest.fixture
def collector() -> Iterator[Collector]:
    """Somebody who collects."""
    one = Collector()
    yield one
    one.close()


def told(span: Any) -> dict[str, Any]:
    """A span's attributes."""
    return {
        a.key: a.value.int_value if a.value.HasField("int_value") else a.value.string_value for a in span.attributes
    }


def test_an_order_is_told_as_requests_and_tasks_and_nothing_of_what_was_sent(
    world: World, collector: Collector
) -> None:
    traces = OtlpTraces(collector.url, "1.2.3")
    world.engine.running.traces = traces
    world.api = traced(world.api, traces)  # type: ignore[assignment]  # an ASGI application as well
    order_id = world.order("secret-name.fr")
    assert world.pay(order_id).status == 200
    worker = Worker()

    async def deliver() -> None:
        working = asyncio.create_task(worker.run(world.engine))
        while not any(name.startswith("task ") for name in names()):
            await asyncio.sleep(0.05)
            await asyncio.to_thread(traces._provider.force_flush)  # noqa: SLF001 - sooner than its five seconds
        worker.stop()
        await working

    def names() -> list[str]:
        return [span.name for span in collector.heard]

    world.runner.run(deliver())
    world.runner.run(traces.close())
    pay = collector.span("POST /me/order/{orderId}/payWithRegisteredPaymentMean")
    assert told(pay)["http.response.status_code"] == 200
    assert told(pay)["http.route"] == "/me/order/{orderId}/payWithRegisteredPaymentMean"
    assert told(pay)["ordain.query"].startswith("ORDAIN.ext-1.")
    assert any(name.startswith("task ") for name in names())
    assert all("secret-name" not in str(span) and world.nics["camille"] not in str(span) for span in collector.heard)


def test_a_request_is_within_its_callers_trace_and_a_failure_is_told(world: World, collector: Collector) -> None:
    traces = OtlpTraces(collector.url, "1.2.3")
    application = traced(world.api, traces)

    async def ask(path: str, **headers: str) -> None:
        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(_: Any) -> None:
            """Nobody reads it."""

        scope = world.scope("GET", path, b"", headers)
        scope["headers"] = [(name.encode(), value.encode()) for name, value in headers.items()]
        await application(scope, receive, send)

    world.runner.run(ask("/1.0/auth/time", traceparent=CALLER))
    world.runner.run(ask("/1.0/nowhere", traceparent="rubbish"))
    world.runner.run(world.engine.database.close())
    world.runner.run(ask("/contracts/afnic-terms/example-1"))
    world.runner.run(ask("/sign-in?then=/keys"))
    world.runner.run(traces.close())
    known = collector.span("GET /auth/time")
    assert (known.trace_id.hex(), known.parent_span_id.hex()) == (CALLER[3:35], CALLER[36:52])
    other = next(span for span in collector.heard if told(span)["http.response.status_code"] == 404)
    assert other.parent_span_id == b""


def test_a_registrys_command_is_within_what_asked_it(collector: Collector) -> None:
    traces = OtlpTraces(collector.url, "1.2.3")
    TALLY.told = traces.past
    try:
        with traces.span("task DomainCreate", "task") as span:
            TALLY.add("registry.example", "create domain", "1000", 250_000)
            span.failed("it was refused")
    finally:
        TALLY.told = None
    asyncio.run(traces.close())
    command, task = collector.span("EPP create domain"), collector.span("task DomainCreate")
    assert command.parent_span_id == task.span_id
    assert command.end_time_unix_nano - command.start_time_unix_nano == 250_000_000
    assert told(command) == {"ordain.registry": "registry.example", "ordain.outcome": "1000"}
    assert (task.status.code, task.status.message) == (2, "it was refused")


def test_without_a_collector_there_is_nothing_and_with_one_that_is_away_nobody_waits(world: World) -> None:
    assert world.engine.running.traces is None
    assert app.served(world.engine).__class__.__name__ == "Api"
    traces = OtlpTraces("http://127.0.0.1:9", "1.2.3")
    with traces.span("a request", "request"):
        assert world.get("/me").status == 200
    asyncio.run(traces.close())

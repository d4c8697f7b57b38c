"""Spans for whoever watches with OpenTelemetry: of requests, works, handlers, jobs and model calls; none without an address to send them to."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from retinue.kernel.errors import Refusal
from retinue.kernel.telemetry import TRACE, new_trace

_tracer: Any = None


class NoTracing(Refusal):
    """RETINUE_OTLP_ENDPOINT is set, but the packages that send traces are not installed."""

    status = 500
    next = "Install them with `pip install 'retinue[otel]'`, or unset it."


@contextmanager
def span(name: str, **attributes: str | int | float) -> Iterator[None]:
    """Attributes are ids, names and numbers. Of an error only the class is kept: its message may quote somebody."""
    if _tracer is None:
        yield
        return
    with _tracer.start_as_current_span(name, attributes=attributes, record_exception=False, set_status_on_exception=False) as current:
        try:
            yield
        except BaseException as error:
            current.set_attribute("error.type", type(error).__name__)
            raise


def export_to(endpoint: str, service: str = "retinue") -> Callable[[], None]:
    """Send spans over OTLP/HTTP to `endpoint` (as `http://127.0.0.1:4318`) from now on; answers what ends it. Raises NoTracing."""
    global _tracer
    try:
        trace = importlib.import_module("opentelemetry.sdk.trace")
        batches = importlib.import_module("opentelemetry.sdk.trace.export")
        resource = importlib.import_module("opentelemetry.sdk.resources").Resource.create({"service.name": service})
        exporter = importlib.import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter").OTLPSpanExporter
        ids = importlib.import_module("opentelemetry.sdk.trace.id_generator").RandomIdGenerator
    except ImportError:
        raise NoTracing() from None

    def of_ours(_: Any) -> int:
        """A span without a parent belongs to the trace that events, jobs and log lines name."""
        return int(TRACE.get() or new_trace(), 16)

    generator = type("Ids", (ids,), {"generate_trace_id": of_ours})()
    provider = trace.TracerProvider(resource=resource, id_generator=generator)
    provider.add_span_processor(batches.BatchSpanProcessor(exporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")))
    _tracer = provider.get_tracer("retinue")

    def end() -> None:
        global _tracer
        _tracer = None
        provider.shutdown()

    return end

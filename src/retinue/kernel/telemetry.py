"""What an operator can see: JSON logs with a trace id, Prometheus figures, and how long providers took."""

import logging
import os
import secrets
import sys
import time
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import Counter, Gauge, Histogram

TRACE: ContextVar[str] = ContextVar("trace", default="")
PROVIDER_SECONDS: ContextVar[list[float] | None] = ContextVar("provider_seconds", default=None)

FILE_BYTES = 20_000_000
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
REQUESTS = Histogram("retinue_http_request_seconds", "Time to answer a request", ["method", "route", "status"], buckets=BUCKETS)
HANDLED = Counter("retinue_events_handled_total", "Events handled", ["room"])
FAILED = Counter("retinue_event_tries_failed_total", "Tries to handle events that failed", ["room"])
PARKED = Counter("retinue_events_parked_total", "Events set aside after all tries", ["room"])
BEHIND = Gauge("retinue_room_behind", "1 while another release than this process's is in charge of the room", ["room"])
STOPPED = Gauge("retinue_room_stopped", "1 when a room stopped taking events after failing in three organizations", ["room"])
LAG = Histogram("retinue_event_delay_seconds", "From an event's time to its handling", ["room"], buckets=BUCKETS)
JOBS = Counter("retinue_jobs_total", "Jobs ended", ["job", "outcome"])
ASKS_OPEN = Gauge("retinue_asks_open", "Answers that are awaited, in the whole installation", ["ask"])
ASKS_FAILED = Counter("retinue_asks_failed_total", "Answers given up after all tries", ["ask"])
JOBS_FORGOTTEN = Counter("retinue_jobs_forgotten_total", "Failed jobs deleted after a week", ["job"])
MODEL_TOKENS = Counter("retinue_model_tokens_total", "Tokens of model calls", ["organization", "purpose", "model", "direction"])
MODEL_COST = Counter("retinue_model_cost_usd_total", "Cost of model calls at list price", ["organization", "purpose", "model"])
MODEL_SECONDS = Histogram("retinue_model_call_seconds", "Time that model calls took", ["model", "outcome"], buckets=BUCKETS)


def model_called(
    organization: str, purpose: str, model: str, outcome: str, seconds: float, tokens: tuple[int, int], cost_usd: float | None
) -> None:
    """`tokens`: in and out."""
    MODEL_SECONDS.labels(model, outcome).observe(seconds)
    for direction, count in zip(("input", "output"), tokens, strict=True):
        MODEL_TOKENS.labels(organization, purpose, model, direction).inc(count)
    MODEL_COST.labels(organization, purpose, model).inc(cost_usd or 0.0)


def new_trace() -> str:
    """A W3C trace id: 32 hex digits."""
    return secrets.token_hex(16)


def whereabouts(error: BaseException) -> str:
    """Class and places of an error, without its message: messages of databases and validators quote personal data."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    return "\n".join(
        [
            type(error).__name__ + (f" (SQLSTATE {state})" if state else ""),
            *(f"{f.filename.rpartition('/src/')[2]}:{f.lineno} {f.name}" for f in frames),
        ]
    )


def _where(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception, also a library's, becomes its places; what led to it comes first."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else given[1] if isinstance(given, tuple) else sys.exc_info()[1] if given else None
    led: list[str] = []
    while error is not None and len(led) < 5:
        led.insert(0, whereabouts(error))
        error = error.__cause__ or error.__context__
    if led:
        event["exception"] = "\nled to\n".join(led)
    return event


def _named(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The field names that the platform's log readers are promised."""
    renamed = {
        "timestamp": event.pop("timestamp", ""),
        "level": event.pop("level", ""),
        "service": event.pop("logger", "retinue"),
        "module": event.pop("module", ""),
        "function": event.pop("func_name", ""),
        "message": event.pop("event", ""),
        "trace_id": TRACE.get(),
    }
    error = event.pop("exception", None)
    return renamed | {"context": event} | ({"error": error} if error else {})


def configure_logs(level: str = "INFO", file: Path | None = None) -> None:
    """JSON lines, our own records and the libraries' alike: on standard error, or in a file that begins anew when it is full, and then only
    warnings on standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.CallsiteParameterAdder(
            [structlog.processors.CallsiteParameter.MODULE, structlog.processors.CallsiteParameter.FUNC_NAME]
        ),
    ]
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if file is not None:
        handlers[0].setLevel(logging.WARNING)
        handlers.append(RotatingFileHandler(file, maxBytes=FILE_BYTES, backupCount=1))
        file.chmod(0o600)
        if os.path.samestat(os.fstat(sys.stderr.fileno()), file.stat()):  # left running by a command: both are that file
            del handlers[0]
    form = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _where,
            _named,
            structlog.processors.JSONRenderer(default=str),
        ],
    )
    for handler in handlers:
        handler.setFormatter(form)
    root = logging.getLogger()
    root.handlers = handlers
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "procrastinate", "uvicorn.access", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for own in ("uvicorn", "uvicorn.error"):
        logging.getLogger(own).handlers = []
    logging.getLogger("uvicorn.error").addFilter(_without_addresses)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _without_addresses(record: logging.LogRecord) -> bool:
    """Uvicorn tells the whole address of every socket, and programs may still have put a token into it."""
    return '"WebSocket %s"' not in str(record.msg)


def log(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger


@contextmanager
def provider_time() -> Iterator[None]:
    """Time spent waiting for somebody else's service, so that an answer can say how much of it was ours."""
    started = time.perf_counter()
    try:
        yield
    finally:
        spent = PROVIDER_SECONDS.get()
        if spent is not None:
            spent[0] += time.perf_counter() - started

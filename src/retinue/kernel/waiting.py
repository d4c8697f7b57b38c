"""How long a request waits for its answer, and how a stream or socket tells it."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import Request

from retinue.kernel.errors import Refusal
from retinue.kernel.problems import problem
from retinue.kernel.telemetry import log

LOG = log("asks")
WAIT_SECONDS, WAIT_AT_MOST = 20.0, 60.0
Json = dict[str, Any]


@dataclass
class Running:
    """An ask that this process is answering: which try of it, its lease, its end, and what it has told so far."""

    organization: UUID
    id: UUID
    tries: int
    lease: timedelta
    task: "asyncio.Task[tuple[Json, int | None]]"
    told: "asyncio.Queue[Json]"


def location_of(id: UUID) -> str:
    return f"/api/v1/jobs/{id}"


def wait_of(request: Request) -> float:
    """Seconds of `Prefer: wait=` (RFC 7240), bounded."""
    for part in request.headers.get("prefer", "").split(","):
        name, _, value = part.strip().partition("=")
        if name == "wait":
            try:
                return min(max(float(value), 0.0), WAIT_AT_MOST)
            except ValueError:
                return WAIT_SECONDS
    return WAIT_SECONDS


async def told(running: Running) -> AsyncIterator[tuple[str, Json]]:
    """What a stream or socket says of an ask: `delta` as told, then `message` and `done`, or `error`. Leaving early stops nothing."""
    while not running.task.done() or not running.told.empty():
        next_ = asyncio.ensure_future(running.told.get())
        await asyncio.wait({next_, running.task}, return_when=asyncio.FIRST_COMPLETED)
        if next_.done():
            yield "delta", next_.result()
        else:
            next_.cancel()
    try:
        body, number = running.task.result()
    except Exception as error:  # noqa: BLE001 - what was begun can only be told of in it
        if not isinstance(error, Refusal):
            LOG.error("ask failed", error=type(error).__name__)
        yield "error", problem(error)
    else:
        yield "message", body
        yield "done", {"event": number}


async def events_of(running: Running) -> AsyncIterator[bytes]:
    """Server-sent events."""
    async for event, data in told(running):
        yield f"event: {event}\ndata: {json.dumps(data, default=str)}\n\n".encode()

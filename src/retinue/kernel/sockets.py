"""What a WebSocket says of itself, the frames that all of them have, and how its parts end together."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from fastapi import WebSocketDisconnect
from pydantic import BaseModel

from retinue.kernel.ending import stop
from retinue.kernel.errors import Refusal


@dataclass(frozen=True)
class Socket:
    """Below /api/v1. Each model it tells has a `type` of one word; `hears` is what it understands."""

    name: str
    path: str
    hears: type[BaseModel]
    tells: Sequence[type[BaseModel]]

    @property
    def frames(self) -> dict[str, type[BaseModel]]:
        """What it tells, by the word of its `type`."""
        return {get_args(frame.model_fields["type"].annotation)[0]: frame for frame in self.tells}


class Pong(BaseModel):
    type: Literal["pong"]


class Trouble(BaseModel):
    """A problem of the API; `type` is this one word here."""

    type: Literal["error"]
    status: int
    title: str
    detail: str
    next: str | None = None
    trace_id: str | None = None


async def together(*parts: Coroutine[Any, Any, None]) -> Refusal | None:
    """Until one of them ends, whichever it is: a socket of which a part is gone would be deaf or dumb. Answers why, when it was refused."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await stop(*(task for task in tasks if not task.done()))
    # Another may have ended meanwhile, most often as the first did: all are heard, and the page is told of one.
    errors = [error for task in tasks if not task.cancelled() and (error := task.exception())]
    for error in errors:
        if not isinstance(error, Refusal | WebSocketDisconnect):
            raise error
    return next((error for error in errors if isinstance(error, Refusal)), None)

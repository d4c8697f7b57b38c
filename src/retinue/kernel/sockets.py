"""What a WebSocket says of itself, and the frames that all of them have."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import BaseModel


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

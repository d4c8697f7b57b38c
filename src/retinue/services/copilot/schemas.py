"""Shapes of the dossier, the timeline, the log and of jobs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel


class Moment(BaseModel):
    """One line of a timeline. `number` is the event's; `section` one of the dossier's."""

    client_id: UUID
    number: int
    event_id: UUID
    kind: str
    section: str
    title: str
    lineage_id: UUID | None
    cause_id: UUID | None
    actor_id: UUID | None
    occurred_at: datetime


class Dossier(BaseModel):
    """`sections`: section → thing → field → value; only those that the reader may see."""

    client_id: UUID
    sections: dict[str, dict[str, dict[str, Any]]]
    timeline: list[Moment]


class LoggedEvent(BaseModel):
    """An event as the log holds it. Personal fields are null for readers of the log."""

    number: int
    event_id: UUID
    client_id: UUID
    kind: str
    topic: str
    occurred_at: datetime
    lineage_id: UUID | None
    cause_id: UUID | None
    actor_id: UUID | None
    trace_id: str
    body: dict[str, Any]


class Parked(BaseModel):
    """An event that a room could not handle in five tries. `error` says where, not with which data."""

    room: str
    client_id: UUID
    number: int
    kind: str
    error: str | None
    parked_at: datetime


class Job(BaseModel):
    """A request that waits for an answer. `result` is what the request would have answered."""

    job_id: UUID
    name: str
    status: str
    tries: int
    result: dict[str, Any] | None

"""Shapes of the dossier, the timeline, the live socket, the log and of jobs."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from retinue.engines.dossier.cards import HOUSE
from retinue.kernel.http import NUMBER_AT_MOST
from retinue.kernel.shapes import Body


class Words:
    """One of the words that rooms bring: listed in the contract once all of them are known."""

    def __init__(self, words: Callable[[], Iterable[str]]) -> None:
        self.words = words

    def __get_pydantic_json_schema__(self, *_: Any) -> dict[str, Any]:
        return {"type": "string", "enum": sorted(self.words())}


SubjectType = Annotated[str, Words(lambda: HOUSE.subjects)]


class Subject(BaseModel):
    """What a moment is about, so that a card can lead to its page."""

    type: SubjectType
    id: UUID


class Moment(BaseModel):
    """One line of a timeline. `number` is the event's; `section` one of the dossier's; `detail` one line more, without personal data."""

    client_id: UUID
    number: int
    event_id: UUID
    kind: str
    section: str
    title: str
    detail: str | None
    subject: Subject | None
    lineage_id: UUID | None
    cause_id: UUID | None
    cause_number: int | None
    actor_id: UUID | None
    actor_name: str | None
    occurred_at: datetime


class FactCount(BaseModel):
    facts: int
    sources: int


class Dossier(BaseModel):
    """`sections`: section → thing → field → value; only those that the reader may see. `seen_number`: how far the reader has read."""

    client_id: UUID
    sections: dict[str, dict[str, dict[str, Any]]]
    counts: dict[str, FactCount]
    seen_number: int
    timeline: list[Moment]


class DayCount(BaseModel):
    day: date
    events: int


class TimelineCounts(BaseModel):
    sections: dict[str, int]
    days: list[DayCount]


class EventDetail(BaseModel):
    """An event with all that stands around it: `causes` the nearest first, `effects` and `lineage` in order (200 at most). Personal fields of
    `body` are null once their person is erased."""

    moment: Moment
    topic: str
    trace_id: str
    body: dict[str, Any]
    causes: list[Moment]
    effects: list[Moment]
    lineage: list[Moment]


class Seen(Body):
    client_id: UUID
    number: Annotated[int, Field(ge=0, le=NUMBER_AT_MOST)]


class AwayLine(BaseModel):
    text: str
    event_ids: list[UUID]


class Away(BaseModel):
    """What happened since the reader last said how far they have read; `since` is null when they never did."""

    since: datetime | None
    number: int
    events: int
    sections: dict[str, int]
    lines: list[AwayLine]
    answered_by: Literal["rules"] = "rules"


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


class FromTab(Body):
    """What a page says over its live socket: `token` with auth, `heads` (client → last number seen) with watch."""

    type: Literal["auth", "watch", "ping"]
    token: Annotated[str, Field(max_length=4096)] = ""
    heads: Annotated[dict[UUID, Annotated[int, Field(ge=0, le=NUMBER_AT_MOST)]] | None, Field(max_length=10_000)] = None


Stage = Literal["prospect", "research", "requirements", "rollout", "live"]
NeedKind = Annotated[str, Words(lambda: [*HOUSE.needs, "event_parked"])]


class LastMoment(BaseModel):
    number: int
    kind: str
    section: str
    title: str
    occurred_at: datetime


class NextNeed(BaseModel):
    kind: NeedKind
    title: str
    since: datetime
    due_at: datetime | None


class ClientCard(BaseModel):
    """A client on the board. `facts` are claims with a source, `sources` the pages they were read on; `needs`, `next`, `waiting` and `last`
    count what the reader may see; `unread`: there is something newer than what they said they have seen."""

    client_id: UUID
    name: str
    slug: str
    website: str | None
    industry: str | None
    stage: Stage
    stage_since: datetime
    assigned_to: UUID | None
    assigned_name: str | None
    last: LastMoment | None
    needs: int
    next: NextNeed | None
    facts: int
    sources: int
    documents: int
    conversations: int
    waiting: int
    unread: bool


class StageCount(BaseModel):
    """`median_days`: of the days that its clients have been in it; null without clients."""

    stage: Stage
    clients: int
    median_days: float | None


class MinuteCount(BaseModel):
    minute: datetime
    events: int


class BoardSummary(BaseModel):
    stages: list[StageCount]
    clients: int
    needs: int
    events_last_hour: int
    activity: list[MinuteCount]


class Need(BaseModel):
    """Something that waits for a person. `subject_id` is of the requirements, the conversation, the research job or the event."""

    need_id: UUID
    client_id: UUID
    client_name: str | None
    kind: NeedKind
    title: str
    detail: str | None
    since: datetime
    due_at: datetime | None
    subject_id: UUID


class SearchResult(BaseModel):
    """`id` is of the client, the staff member or contact, the conversation, the document or the event."""

    type: Literal["client", "person", "conversation", "document", "event"]
    id: UUID
    client_id: UUID
    client_name: str | None
    title: str
    snippet: str | None
    occurred_at: datetime
    subject: Subject | None


class SearchResults(BaseModel):
    results: list[SearchResult]

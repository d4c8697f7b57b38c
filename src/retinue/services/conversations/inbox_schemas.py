"""Shapes of what staff see: the inbox, a thread with its handovers, why an answer was given, suggestions and contacts."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, StringConstraints, model_validator

from retinue.kernel.shapes import Body
from retinue.services.conversations.schemas import Citation, ContactDetails, Conversation, Message, Role

Box = Literal["yours", "waiting", "all"]
COUNTED = 1000  # conversations of a box at most
Channel = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,30}$")]


class InboxLine(Conversation):
    """A conversation as a list shows it. `taken_by_name` is null for somebody who does not look after the client."""

    client_name: str | None
    taken_by_name: str | None
    last_role: Role | None
    last_line: str | None


class BoxCounts(BaseModel):
    """Each at most `at_most`, which then means as many or more."""

    yours: int
    waiting: int
    all: int
    at_most: int = COUNTED


class StaffMessage(Message):
    """`author` is who wrote it, of the staff; `why`: whether the path of the answer was recorded."""

    author: UUID | None = None
    author_name: str | None = None
    ms: int | None = None
    cost_usd: float | None = None
    model: str | None = None
    why: bool = False


class Handover(BaseModel):
    """It happened after the message at `after_position`."""

    handover_id: UUID
    what: Literal["requested", "taken", "returned"]
    actor: UUID | None
    actor_name: str | None
    reason: str | None
    after_position: int
    created_at: datetime


class Thread(BaseModel):
    """Messages newest first; `handovers` are those between them, and after the last."""

    items: list[StaffMessage]
    handovers: list[Handover]
    next_cursor: str | None = None


class Why(BaseModel):
    """`steps` are what was done for the answer, in order, each with its own milliseconds; only what ran is there. Null: nothing was recorded.

    Step names: policy_in, understood, model, found, tool, supported, answered.
    """

    message_id: UUID
    conversation_id: UUID
    client_id: UUID
    question: str | None
    content: str
    answered_by: str | None
    author: UUID | None
    author_name: str | None
    model: str | None
    grounded: bool | None
    confidence: float | None
    config_id: UUID
    config_version: int | None
    cost_usd: float | None
    ms: int | None
    provider_ms: int | None
    lineage_id: UUID
    citations: list[Citation]
    steps: list[dict[str, Any]] | None
    created_at: datetime


class Suggestion(BaseModel):
    text: str
    citations: list[Citation]
    confidence: float


class Suggestions(BaseModel):
    """At most three, each from what the client has published. None: nothing there answers. `to` is the visitor's message."""

    to: UUID | None
    items: list[Suggestion]
    answered_by: str
    model: str | None
    cost_usd: float | None
    ms: int


class Address(BaseModel):
    """`verified`: the client's own site has signed it, or `verified_by` of the staff said so; else the visitor only said it."""

    address_id: UUID
    kind: str
    shown: str
    verified: bool
    verified_by: UUID | None
    verified_by_name: str | None
    created_at: datetime


class Part(BaseModel):
    """A contact that staff merged, as it was; it can be separated again."""

    contact_id: UUID
    name: str | None
    source: str
    merged_into: UUID
    merged_by: UUID | None
    merged_by_name: str | None
    merged_at: datetime | None


class Possibly(BaseModel):
    """Another contact with the same address, for staff to judge: `verified` says whether it is proven there."""

    contact_id: UUID
    name: str | None
    kind: str
    shown: str
    verified: bool


class ContactCard(BaseModel):
    """One person as staff know them: `parts` are the contacts that were merged into it, `possibly` those that may be the same person."""

    contact_id: UUID
    client_id: UUID
    name: str | None
    source: str
    addresses: list[Address]
    parts: list[Part]
    possibly: list[Possibly]
    created_at: datetime
    updated_at: datetime


class MergeContact(Body):
    """`into`: the contact that this one turns out to be."""

    into: UUID


class CorrectContact(ContactDetails):
    """What is given replaces the name, or is added to the addresses."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.name or self.email or self.phone):
            raise ValueError("give a name, an email address or a telephone number")
        return self


class Forgotten(BaseModel):
    """How many conversations were emptied."""

    conversations: int

"""What conversations tells. `person` is the visitor, also before a name is known."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from retinue.kernel.events import Event, Personal


class _Conversation(Event):
    topic: ClassVar[str] = "conversation_events"
    conversation_id: UUID


class ConversationStarted(_Conversation):
    channel: str
    config_id: UUID
    config_version: int


class MessageReceived(_Conversation):
    message_id: UUID
    content: Personal[str] = None


class AnswerGiven(_Conversation):
    """`cited` are document ids. `provider_ms` is the part of `ms` spent waiting for a provider."""

    message_id: UUID
    in_answer_to: UUID | None
    grounded: bool
    answered_by: str
    confidence: float
    cited: list[UUID]
    config_version: int
    ms: int
    provider_ms: int
    cost_usd: float | None
    content: Personal[str] = None


class ContactCaptured(_Conversation):
    contact_id: UUID
    name: Personal[str] = None
    email: Personal[str] = None
    phone: Personal[str] = None


class HandoverRequested(_Conversation):
    reason: str


class HandoverTaken(_Conversation):
    by: UUID


class HandoverReturned(_Conversation):
    by: UUID


class ConversationEnded(_Conversation):
    messages: int


class ContactCorrected(Event):
    """Somebody of the staff said who a contact is; what was left as it was is None."""

    topic: ClassVar[str] = "conversation_events"
    contact_id: UUID
    by: UUID
    name: Personal[str] = None
    email: Personal[str] = None
    phone: Personal[str] = None


class AddressConfirmed(Event):
    """Somebody of the staff said that an address, claimed until then, is this contact's. `address_kind`: email or phone."""

    topic: ClassVar[str] = "conversation_events"
    contact_id: UUID
    by: UUID
    address_kind: str
    address: Personal[str] = None


class ContactsMerged(Event):
    """Somebody of the staff said that two contacts are one person; `into` is what both are now."""

    topic: ClassVar[str] = "conversation_events"
    contact_id: UUID
    into: UUID
    by: UUID


class ContactsSeparated(Event):
    """A merge was taken back: the contact is somebody again, and no longer `left`."""

    topic: ClassVar[str] = "conversation_events"
    contact_id: UUID
    left: UUID
    by: UUID


class ModelBudgetSpent(Event):
    """What models may cost the client in a day is spent; until then rules answer."""

    topic: ClassVar[str] = "conversation_events"
    until: datetime


class PersonForgotten(_Conversation):
    """What was kept of a visitor is gone, in every conversation; `persons` are all that they proved to be, or were merged with."""

    by: UUID
    conversations: int
    persons: list[UUID]

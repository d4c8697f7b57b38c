"""What toy_calls tells."""

from typing import ClassVar
from uuid import UUID

from retinue.kernel.events import Event, Personal


class CallEnded(Event):
    topic: ClassVar[str] = "conversation_events"
    call_id: UUID
    minutes: int
    caller: Personal[str] = None


class CallSummarised(Event):
    topic: ClassVar[str] = "conversation_events"
    call_id: UUID
    summary: str


class CallNoted(Event):
    """Nobody listens to this."""

    topic: ClassVar[str] = "conversation_events"
    note: str = ""


class PersonErased(Event):
    """Handlers delete their copies of `person`."""

    topic: ClassVar[str] = "conversation_events"

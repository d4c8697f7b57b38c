"""What the guestbook tells."""

from typing import ClassVar
from uuid import UUID

from retinue.kernel.events import Event


class EntryWritten(Event):
    topic: ClassVar[str] = "client_events"
    entry_id: UUID
    words: str


class EntryThanked(Event):
    topic: ClassVar[str] = "client_events"
    entry_id: UUID

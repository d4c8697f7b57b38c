"""What toy_billing tells."""

from typing import ClassVar
from uuid import UUID

from retinue.kernel.events import Event


class CallCharged(Event):
    topic: ClassVar[str] = "billing_events"
    call_id: UUID

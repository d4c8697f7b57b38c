"""What identity tells."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from retinue.kernel.events import Event, Personal


class OrganizationCreated(Event):
    topic: ClassVar[str] = "org_events"
    name: str
    operator: bool


class ClientRegistered(Event):
    """In the operator's log; `ClientCreated` follows in the client's own."""

    topic: ClassVar[str] = "client_events"
    client_id: UUID
    name: str
    slug: str


class ClientCreated(Event):
    """An assisted account exists. `person` is the contact."""

    topic: ClassVar[str] = "client_events"
    client_id: UUID
    name: str
    slug: str
    website: str | None
    claim_expires_at: datetime
    contact_email: Personal[str] = None


class ClientClaimed(Event):
    """`person` is who claimed it."""

    topic: ClassVar[str] = "client_events"
    client_id: UUID
    email: Personal[str] = None


class AgentAssigned(Event):
    """A staff member now looks after the client. `person` is the staff member."""

    topic: ClassVar[str] = "agent_events"
    agent_id: UUID
    role: str
    automatic: bool
    name: Personal[str] = None


class ClientHandedOver(Event):
    """In the operator's log: `to` looks after the client now. `AgentAssigned` follows in the client's own."""

    topic: ClassVar[str] = "agent_events"
    client_id: UUID
    to: UUID
    by: UUID | None


class _Staff(Event):
    topic: ClassVar[str] = "agent_events"
    client_id: UUID
    user_id: UUID
    role: str
    by: UUID | None
    name: Personal[str] = None


class StaffPutOn(_Staff):
    """Somebody of the operator's staff is on the client, `until` then if it is for a time. In the operator's log, then in the client's own."""

    until: datetime | None
    stands_in_for: UUID | None


class StaffTakenOff(_Staff):
    """`by` is null when the time was over."""


class KeyIssued(Event):
    topic: ClassVar[str] = "auth_events"
    key_id: UUID
    name: str
    scopes: list[str]
    expires_at: datetime | None


class KeyRevoked(Event):
    topic: ClassVar[str] = "auth_events"
    key_id: UUID


class OriginsChanged(Event):
    """The pages from which a public key may be used; none: all."""

    topic: ClassVar[str] = "auth_events"
    key_id: UUID
    origins: list[str]


class SignedIn(Event):
    topic: ClassVar[str] = "auth_events"
    user_id: UUID


class PersonAdded(Event):
    """Somebody may now sign in to this organization. `person` is who."""

    topic: ClassVar[str] = "org_events"
    user_id: UUID
    roles: list[str]
    email: Personal[str] = None


class RolesChanged(Event):
    """No roles: the person may no longer sign in."""

    topic: ClassVar[str] = "org_events"
    user_id: UUID
    roles: list[str]


class SessionsRevoked(Event):
    """Everybody who holds a refresh token of this person must sign in again. `reason`: token_reused, password_changed or roles_removed."""

    topic: ClassVar[str] = "auth_events"
    user_id: UUID
    reason: str


class ClaimExpired(Event):
    """In the operator's log."""

    topic: ClassVar[str] = "client_events"
    client_id: UUID

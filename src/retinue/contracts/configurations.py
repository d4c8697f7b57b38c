"""What configurations tells."""

from typing import ClassVar
from uuid import UUID

from retinue.kernel.events import Event


class _Configuration(Event):
    topic: ClassVar[str] = "config_events"
    config_id: UUID
    version: int


class ConfigurationCreated(_Configuration):
    """A validated version exists; `body_hash` names its content."""

    product_type: str
    requirements_id: UUID | None
    body_hash: str
    message: str
    answered_by: str


class ConfigurationDeployed(_Configuration):
    """New conversations take this version; running ones keep theirs."""

    environment: str
    previous_version: int | None


class ConfigurationRolledBack(_Configuration):
    environment: str
    from_version: int

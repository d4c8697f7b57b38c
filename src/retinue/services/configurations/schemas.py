"""Request and response shapes of configurations."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from retinue.kernel.shapes import Body as Shape

Environment = Literal["development", "staging", "production"]
Message = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
Number = Annotated[int, Field(ge=1, le=2_000_000_000)]
Body = dict[str, Any] | str


class Fault(BaseModel):
    """`path` is the place in the configuration, such as `tools_available[2].status`."""

    path: str
    reason: str


class Deployment(BaseModel):
    """`previous_version` is what rolling back returns to. `deployed_by` is None where nobody had to decide."""

    environment: Environment
    version: int
    previous_version: int | None
    deployed_by: UUID | None
    deployed_at: datetime


class ConfigurationItem(BaseModel):
    """`deployed`: environment to version."""

    config_id: UUID
    product_type: str
    newest_version: int
    deployed: dict[str, int]
    deployments: list[Deployment]
    created_at: datetime


class VersionItem(BaseModel):
    """`created_by` is None for what was generated."""

    config_id: UUID
    version: int
    product_type: str
    message: str
    answered_by: str
    requirements_id: UUID | None
    lineage_id: UUID | None
    body_hash: str
    created_by: UUID | None
    created_at: datetime
    deployed_in: list[str]


class Configuration(ConfigurationItem):
    """With the newest version's content, what blocks its deployment, and what an agent on it does without."""

    body: dict[str, Any]
    blockers: list[Fault]
    missing: list[Fault]


class Version(VersionItem):
    body: dict[str, Any]
    blockers: list[Fault]
    missing: list[Fault]


class Create(Shape):
    """`body`: the configuration as JSON, or a string of YAML."""

    body: Body
    message: Message = "First version"


class AddVersion(Shape):
    """`based_on` is the version that was changed."""

    body: Body
    message: Message
    based_on: Number


class Validate(Shape):
    body: Body


class Validation(BaseModel):
    """`faults` keep it from being saved, `blockers` from being deployed; an agent does without what is `missing`."""

    valid: bool
    deployable: bool
    faults: list[Fault] = []
    blockers: list[Fault] = []
    missing: list[Fault] = []


class Deploy(Shape):
    version: Number
    environment: Environment = "production"


class RollBack(Shape):
    """`from_version`: what is deployed as you see it; another one is refused."""

    environment: Environment = "production"
    from_version: Number | None = None


class Difference(BaseModel):
    path: str
    op: Literal["add", "remove", "replace"]
    before: Any
    after: Any


class Differences(BaseModel):
    config_id: UUID
    from_version: int
    to_version: int
    changes: list[Difference]


class GenerationItem(BaseModel):
    """What became of approved requirements. `overtaken`: others were approved later."""

    requirements_id: UUID
    requirements_version: int
    automatic: bool
    status: Literal["waiting", "created", "unchanged", "overtaken", "failed"]
    config_id: UUID | None
    version: int | None
    reason: str | None
    next: str | None
    created_at: datetime
    settled_at: datetime | None

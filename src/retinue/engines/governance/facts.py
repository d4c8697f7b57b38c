"""What the gate writes down about everything that passed or was stopped: hashes and figures, never the content."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Kind = Literal["model.call", "tool.call", "channel.send", "web.fetch"]
Outcome = Literal["allowed", "redacted", "escalated", "blocked", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Principal:
    """On whose behalf something is done; `purpose` names the task or the room."""

    organization: UUID
    actor: UUID | None = None
    purpose: str = ""
    lineage: UUID | None = None


@dataclass(frozen=True, slots=True)
class AuditFact:
    """`digest` is SHA-256 of what was asked; `target` a provider and model, a tool, a channel or a host."""

    at: datetime
    principal: Principal
    kind: Kind
    target: str
    outcome: Outcome
    digest: str
    rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    ms: float = 0.0


Record = Callable[[AuditFact], Awaitable[None]]


def digest_of(*texts: str) -> str:
    seen = hashlib.sha256()
    for text in texts:
        seen.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return seen.hexdigest()

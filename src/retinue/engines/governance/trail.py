"""The audit trail: one row for each action that passed or was stopped at the gate, appended and never changed."""

import json
from collections.abc import Sequence
from typing import Any

from retinue.engines.governance.facts import AuditFact, Record
from retinue.kernel.work import Database, Work, uuid7

APPEND = """
insert into governance.audit select :o, f.id, f.at, f.actor, f.purpose, f.lineage, f.kind, f.target, f.outcome, f.digest, f.rules, f.reasons,
  f.input_tokens, f.output_tokens, f.cost_usd, f.ms
from jsonb_to_recordset(cast(:facts as jsonb)) f (id uuid, at timestamptz, actor uuid, purpose text, lineage uuid, kind text, target text,
  outcome text, digest text, rules text[], reasons text[], input_tokens int, output_tokens int, cost_usd double precision, ms double precision)
"""


def recorder(database: Database, room: str) -> Record:
    """Rows are appended under the role of `room`, any of this process: all rooms may append."""

    async def record(fact: AuditFact) -> None:
        async with database.work(room, fact.principal.organization) as work:
            await append(work, [fact])

    return record


def within(work: Work, before: Sequence[AuditFact] = ()) -> Record:
    """Rows are appended in this Work: what it keeps and the record of it are there together, or neither is. `before` goes in with the first."""
    waiting = list(before)

    async def record(fact: AuditFact) -> None:
        await append(work, [*waiting, fact])
        waiting.clear()

    return record


async def append(work: Work, facts: Sequence[AuditFact]) -> None:
    """In one statement, in their order."""
    await work.execute(APPEND, o=work.organization, facts=json.dumps([_row(fact) for fact in facts], default=str))


def _row(fact: AuditFact) -> dict[str, Any]:
    who = fact.principal
    return {
        "id": uuid7(),
        "at": fact.at.isoformat(),
        "actor": who.actor,
        "purpose": who.purpose,
        "lineage": who.lineage,
        "kind": fact.kind,
        "target": fact.target,
        "outcome": fact.outcome,
        "digest": fact.digest,
        "rules": fact.rules,
        "reasons": fact.reasons,
        "input_tokens": fact.input_tokens,
        "output_tokens": fact.output_tokens,
        "cost_usd": fact.cost_usd,
        "ms": fact.ms,
    }

"""The audit trail: one row for each action that passed or was stopped at the gate, appended and never changed."""

from retinue.engines.governance.facts import AuditFact, Record
from retinue.kernel.work import Database, Work, uuid7

APPEND = """
insert into governance.audit values (:o, :id, :at, :actor, :purpose, :lineage, :kind, :target, :outcome, :digest, :rules, :reasons,
  :input_tokens, :output_tokens, :cost_usd, :ms)
"""


def recorder(database: Database, room: str) -> Record:
    """Rows are appended under the role of `room`, any of this process: all rooms may append."""

    async def record(fact: AuditFact) -> None:
        async with database.work(room, fact.principal.organization) as work:
            await append(work, fact)

    return record


def within(work: Work) -> Record:
    """Rows are appended in this Work: what it keeps and the record of it are there together, or neither is."""

    async def record(fact: AuditFact) -> None:
        await append(work, fact)

    return record


async def append(work: Work, fact: AuditFact) -> None:
    await work.execute(
        APPEND,
        o=work.organization,
        id=uuid7(),
        at=fact.at,
        actor=fact.principal.actor,
        purpose=fact.principal.purpose,
        lineage=fact.principal.lineage,
        kind=fact.kind,
        target=fact.target,
        outcome=fact.outcome,
        digest=fact.digest,
        rules=list(fact.rules),
        reasons=list(fact.reasons),
        input_tokens=fact.input_tokens,
        output_tokens=fact.output_tokens,
        cost_usd=fact.cost_usd,
        ms=fact.ms,
    )

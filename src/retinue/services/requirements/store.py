"""The rows of requirements, and which lock guards what."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from retinue.contracts.research import Claim as FoundClaim
from retinue.kernel.errors import NotFound
from retinue.kernel.work import Work
from retinue.services.requirements.tables import Claim, Client, Document, Research

GATHERING, DRAFTING, DRAFTED, UNCHANGED, OVERTAKEN, FAILED = "gathering", "drafting", "drafted", "unchanged", "overtaken", "failed"
DRAFT, APPROVED, SUPERSEDED = "draft", "approved", "superseded"


async def lock(work: Work) -> None:
    """Of this organization's documents as a whole: two that are drafted or approved at once see each other."""
    await work.execute("select pg_advisory_xact_lock(hashtextextended(:key, 0))", key=f"requirements:{work.organization}")


async def name_client(work: Work, name: str, number: int) -> None:
    await work.execute(
        "insert into requirements.client values (:o, :o, :name, :n) on conflict (organization_id, id) do update"
        " set name = excluded.name, number = excluded.number where client.number < excluded.number",
        o=work.organization,
        name=name,
        n=number,
    )


async def company(work: Work) -> str | None:
    return await work.session.scalar(select(Client.name).where(Client.organization_id == work.organization))


async def research(work: Work, job_id: UUID) -> Research:
    """Locked; made at the first event of the job, whichever that is."""
    await work.execute(
        "insert into requirements.research (organization_id, id, status) values (:o, :id, :s) on conflict do nothing",
        o=work.organization,
        id=job_id,
        s=GATHERING,
    )
    return (
        await work.session.scalars(
            select(Research).where(Research.organization_id == work.organization, Research.id == job_id).with_for_update()
        )
    ).one()


async def research_seen(work: Work, job_id: UUID) -> Research:
    """Raises NotFound."""
    row = await work.session.scalar(select(Research).where(Research.id == job_id))
    if row is None:
        raise NotFound()
    return row


async def keep_claims(work: Work, job_id: UUID, number: int, claims: Sequence[FoundClaim]) -> None:
    rows = [
        {"organization_id": work.organization, "id": claim.claim_id, "research_job_id": job_id, "number": number, "place": place}
        | {name: getattr(claim, name) for name in ("field", "value", "quote", "source_url", "confidence", "inferred", "basis")}
        for place, claim in enumerate(claims)
    ]
    if rows:
        await work.session.execute(insert(Claim).on_conflict_do_nothing(), rows)


async def count_claims(work: Work, job_id: UUID) -> int:
    asked = select(func.count()).where(Claim.organization_id == work.organization, Claim.research_job_id == job_id)
    return await work.session.scalar(asked) or 0


async def claims(work: Work, organization: UUID, job_id: UUID) -> Sequence[Claim]:
    """In the order in which they were told."""
    asked = select(Claim).where(Claim.organization_id == organization, Claim.research_job_id == job_id)
    return (await work.session.scalars(asked.order_by(Claim.number, Claim.place))).all()


async def overtaken(work: Work, number: int) -> bool:
    """Whether research that completed later has been settled."""
    asked = select(Research.id).where(
        Research.organization_id == work.organization, Research.number > number, Research.status.in_((DRAFTED, UNCHANGED))
    )
    return await work.session.scalar(asked.limit(1)) is not None


async def standing(work: Work) -> Document | None:
    """The newest document that was not superseded, locked."""
    return await work.session.scalar(
        select(Document)
        .where(Document.organization_id == work.organization, Document.status != SUPERSEDED)
        .order_by(Document.id.desc())
        .limit(1)
        .with_for_update()
    )


async def supersede(work: Work, status: str, but: UUID) -> None:
    await work.execute(
        "update requirements.document set status = :new where organization_id = :o and status = :old and id <> :but",
        new=SUPERSEDED,
        o=work.organization,
        old=status,
        but=but,
    )


async def document(work: Work, id: UUID, *, lock: bool = False) -> Document:
    """Raises NotFound. With `lock` only of the organization that this Work writes."""
    asked = select(Document).where(Document.id == id)
    if lock:
        asked = asked.where(Document.organization_id == work.organization).with_for_update()
    row = await work.session.scalar(asked)
    if row is None:
        raise NotFound()
    return row


async def documents(work: Work, before: UUID | None, status: str | None, size: int) -> Sequence[Document]:
    asked = select(Document).order_by(Document.id.desc()).limit(size)
    if before:
        asked = asked.where(Document.id < before)
    if status:
        asked = asked.where(Document.status == status)
    return (await work.session.scalars(asked)).all()

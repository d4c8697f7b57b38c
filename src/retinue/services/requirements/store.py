"""The rows of requirements, and which lock guards what."""

from collections.abc import Sequence
from uuid import UUID

from retinue.contracts.research import Claim as FoundClaim
from retinue.kernel.errors import NotFound
from retinue.kernel.work import Work
from retinue.services.requirements.tables import Claim, Document, Research

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
    named: str | None = (
        await work.execute("select name from requirements.client where organization_id = :o", o=work.organization)
    ).scalar()
    return named


async def research(work: Work, job_id: UUID) -> Research:
    """Locked; made at the first event of the job, whichever that is."""
    await work.execute(
        "insert into requirements.research (organization_id, id, status) values (:o, :id, :s) on conflict do nothing",
        o=work.organization,
        id=job_id,
        s=GATHERING,
    )
    return (await work.select(Research, "where organization_id = :o and id = :id for update", o=work.organization, id=job_id)).one()


async def research_seen(work: Work, job_id: UUID) -> Research:
    """Raises NotFound."""
    row = (await work.select(Research, "where id = :id", id=job_id)).first()
    if row is None:
        raise NotFound()
    return row


async def keep_claims(work: Work, job_id: UUID, number: int, claims: Sequence[FoundClaim]) -> None:
    """Told again, they are there already."""
    rows = [
        Claim(
            organization_id=work.organization,
            id=claim.claim_id,
            research_job_id=job_id,
            number=number,
            place=place,
            **{name: getattr(claim, name) for name in ("field", "value", "quote", "source_url", "confidence", "inferred", "basis")},
        )
        for place, claim in enumerate(claims)
    ]
    await work.add(*rows, unless_there=True)


async def count_claims(work: Work, job_id: UUID) -> int:
    counted = "select count(*) from requirements.claim where organization_id = :o and research_job_id = :job"
    return int((await work.execute(counted, o=work.organization, job=job_id)).scalar_one())


async def claims(work: Work, organization: UUID, job_id: UUID) -> Sequence[Claim]:
    """In the order in which they were told."""
    rest = "where organization_id = :o and research_job_id = :job order by number, place"
    return await work.select(Claim, rest, o=organization, job=job_id)


async def overtaken(work: Work, number: int) -> bool:
    """Whether research that completed later has been settled."""
    later = "select id from requirements.research where organization_id = :o and number > :number and status = any(:settled) limit 1"
    return bool(await work.execute(later, o=work.organization, number=number, settled=[DRAFTED, UNCHANGED]))


async def standing(work: Work) -> Document | None:
    """The newest document that was not superseded, locked."""
    rest = "where organization_id = :o and status <> :superseded order by id desc limit 1 for update"
    return (await work.select(Document, rest, o=work.organization, superseded=SUPERSEDED)).first()


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
    own = " and organization_id = :o for update" if lock else ""
    row = (await work.select(Document, f"where id = :id{own}", id=id, o=work.organization)).first()
    if row is None:
        raise NotFound()
    return row


async def documents(work: Work, before: UUID | None, status: str | None, size: int) -> Sequence[Document]:
    conditions = (" and id < :before" if before else "") + (" and status = :status" if status else "")
    return await work.select(Document, f"where true{conditions} order by id desc limit :size", before=before, status=status, size=size)

"""Research's own rows."""

from collections.abc import Sequence
from uuid import UUID

from retinue.kernel.errors import NotFound
from retinue.kernel.work import Work
from retinue.services.research.tables import FoundClaim, ResearchJob, SourcePage, Upload

READ = ("read", "unchanged")


async def job(work: Work, id: UUID, *, lock: bool = False) -> ResearchJob:
    """Raises NotFound."""
    row = (await work.select(ResearchJob, "where id = :id" + (" for update" if lock else ""), id=id)).first()
    if row is None:
        raise NotFound()
    return row


async def running(work: Work, source: str) -> ResearchJob | None:
    return (
        await work.select(
            ResearchJob,
            "where organization_id = :o and source = :source and status in ('queued', 'running') limit 1",
            o=work.organization,
            source=source,
        )
    ).first()


async def earlier(work: Work, source: str, but: UUID) -> ResearchJob | None:
    """The last completed job of this source."""
    return (
        await work.select(
            ResearchJob,
            "where source = :source and status = 'completed' and id <> :but order by created_at desc limit 1",
            source=source,
            but=but,
        )
    ).first()


async def pages(work: Work, job_id: UUID, *, only_read: bool = False) -> Sequence[SourcePage]:
    read = " and status = any(:read)" if only_read else ""
    return await work.select(SourcePage, f"where job_id = :job{read} order by position", job=job_id, read=list(READ))


async def has_page(work: Work, job_id: UUID, asked: str) -> bool:
    return bool(await work.execute("select id from research.page where job_id = :job and asked = :asked", job=job_id, asked=asked))


async def claims(work: Work, job_id: UUID) -> Sequence[FoundClaim]:
    return await work.select(FoundClaim, "where job_id = :job order by position", job=job_id)


async def uploads(work: Work, ids: Sequence[UUID]) -> Sequence[Upload]:
    return await work.select(Upload, "where id = any(:ids)", ids=list(ids))


async def uploads_of(work: Work, job_id: UUID) -> Sequence[Upload]:
    return await work.select(Upload, "where job_id = :job order by name", job=job_id)


async def jobs(work: Work, before: UUID | None, size: int) -> Sequence[ResearchJob]:
    earlier = "where id < :before " if before else ""
    return await work.select(ResearchJob, f"{earlier}order by id desc limit :size", before=before, size=size)

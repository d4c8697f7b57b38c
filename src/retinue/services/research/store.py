"""Research's own rows."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from retinue.kernel.errors import NotFound
from retinue.kernel.work import Work
from retinue.services.research.tables import FoundClaim, ResearchJob, SourcePage, Upload

READ = ("read", "unchanged")


async def job(work: Work, id: UUID, *, lock: bool = False) -> ResearchJob:
    """Raises NotFound."""
    asked = select(ResearchJob).where(ResearchJob.id == id)
    row = await work.session.scalar(asked.with_for_update() if lock else asked)
    if row is None:
        raise NotFound()
    return row


async def running(work: Work, source: str) -> ResearchJob | None:
    return await work.session.scalar(
        select(ResearchJob)
        .where(
            ResearchJob.organization_id == work.organization, ResearchJob.source == source, ResearchJob.status.in_(("queued", "running"))
        )
        .limit(1)
    )


async def earlier(work: Work, source: str, but: UUID) -> ResearchJob | None:
    """The last completed job of this source."""
    return await work.session.scalar(
        select(ResearchJob)
        .where(ResearchJob.source == source, ResearchJob.status == "completed", ResearchJob.id != but)
        .order_by(ResearchJob.created_at.desc())
        .limit(1)
    )


async def pages(work: Work, job_id: UUID, *, only_read: bool = False) -> Sequence[SourcePage]:
    asked = select(SourcePage).where(SourcePage.job_id == job_id).order_by(SourcePage.position)
    if only_read:
        asked = asked.where(SourcePage.status.in_(READ))
    return (await work.session.scalars(asked)).all()


async def has_page(work: Work, job_id: UUID, asked: str) -> bool:
    return await work.session.scalar(select(SourcePage.id).where(SourcePage.job_id == job_id, SourcePage.asked == asked)) is not None


async def claims(work: Work, job_id: UUID) -> Sequence[FoundClaim]:
    return (await work.session.scalars(select(FoundClaim).where(FoundClaim.job_id == job_id).order_by(FoundClaim.position))).all()


async def uploads(work: Work, ids: Sequence[UUID]) -> Sequence[Upload]:
    return (await work.session.scalars(select(Upload).where(Upload.id.in_(ids)))).all()


async def uploads_of(work: Work, job_id: UUID) -> Sequence[Upload]:
    return (await work.session.scalars(select(Upload).where(Upload.job_id == job_id).order_by(Upload.name))).all()


async def jobs(work: Work, before: UUID | None, size: int) -> Sequence[ResearchJob]:
    asked = select(ResearchJob).order_by(ResearchJob.id.desc()).limit(size)
    if before:
        asked = asked.where(ResearchJob.id < before)
    return (await work.session.scalars(asked)).all()

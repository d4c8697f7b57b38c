"""When research starts, what it tells of each page, and when it is done; every verb may be called again after a crash."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from retinue.contracts.research import Claim, ClaimsFound, PageRead, PageRefused, ResearchCompleted, ResearchFailed, ResearchStarted
from retinue.kernel.errors import NotFound, Refusal
from retinue.kernel.work import Work, uuid7
from retinue.services.research import store
from retinue.services.research.tables import FoundClaim, ResearchJob, SourcePage, Upload

CLAIMS_AN_EVENT, BYTES_AN_EVENT = 40, 48_000


class AlreadyRunning(Refusal):
    """This source is being researched right now (job {job_id})."""

    next = "Wait for that job: GET /api/v1/research/jobs/{job_id}"

    def __init__(self, job_id: UUID) -> None:
        super().__init__(job_id=job_id)
        self.next = self.next.format(job_id=job_id)


class Stopped(Refusal):
    """It was stopped before it was done."""

    next = "Start it again when you want it; what was read until then stays in its report."


@dataclass(frozen=True)
class ReadPage:
    """A page as the crawl gave it, stored: files by hash, or the refusal."""

    asked: str
    url: str
    depth: int
    links: list[str]
    fetched_at: datetime
    status: str
    title: str = ""
    kind: str | None = None
    content_file: str | None = None
    text_file: str | None = None
    characters: int = 0
    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None
    reason: str | None = None
    next: str | None = None


async def start(work: Work, source: str, files: Sequence[UUID] = ()) -> ResearchJob:
    await work.execute("select pg_advisory_xact_lock(hashtextextended(:key, 0))", key=f"research:{work.organization}:{source}")
    running = await store.running(work, source)
    if running:
        raise AlreadyRunning(job_id=running.id)
    sent = await store.uploads(work, files)
    if len(sent) != len(set(files)):
        raise NotFound()
    job = ResearchJob(
        organization_id=work.organization,
        id=uuid7(),
        source=source,
        status="queued",
        pages=0,
        refused=0,
        expected=len(sent),
        claims=0,
        lineage=uuid7(),
        created_by=work.actor,
        created_at=work.now,
    )
    await work.add(job)
    for upload in sent:
        await work.change(upload, job_id=job.id)
    work.defer("research.research", job_id=str(job.id))
    return job


async def keep_upload(work: Work, name: str, content_file: str, media_type: str | None, size: int) -> Upload:
    row = Upload(
        organization_id=work.organization,
        id=uuid7(),
        name=name,
        content_file=content_file,
        media_type=media_type,
        size=size,
        created_at=work.now,
    )
    await work.add(row)
    return row


async def begin(work: Work, job_id: UUID) -> ResearchJob | None:
    """The job to be done; None when it has ended. Told once, however often the job's process dies."""
    job = await store.job(work, job_id, lock=True)
    if job.status == "queued":
        await work.change(job, status="running", started_at=work.now)
        work.emit(ResearchStarted(job_id=job.id, source=job.source, lineage=job.lineage))
    return job if job.status == "running" else None


async def keep_page(work: Work, job_id: UUID, page: ReadPage, expected: int) -> bool:
    """False when the job has ended meanwhile, for instance because somebody stopped it."""
    job = await store.job(work, job_id, lock=True)
    position = job.pages + job.refused
    if job.status != "running":
        return False
    if await store.has_page(work, job_id, page.asked):
        return True
    await work.add(SourcePage(organization_id=work.organization, id=uuid7(), job_id=job_id, position=position, **vars(page)))
    refused = page.status == "refused"
    await work.change(job, expected=max(expected, position + 1), pages=job.pages + (not refused), refused=job.refused + refused)
    if refused:
        work.emit(PageRefused(job_id=job_id, url=page.url, reason=page.reason or "", next=page.next or "", lineage=job.lineage))
        return True
    work.emit(
        PageRead(
            job_id=job_id,
            url=page.url,
            title=page.title,
            document_kind=page.kind or "",
            content_file=page.content_file or "",
            text_file=page.text_file or "",
            characters=page.characters,
            lineage=job.lineage,
        )
    )
    return True


async def complete(work: Work, job_id: UUID, claims: Sequence[dict[str, Any]], answered_by: str) -> None:
    """`claims`: fields of a FoundClaim, in their order."""
    job = await store.job(work, job_id, lock=True)
    if job.status != "running":
        return
    rows = [
        FoundClaim(organization_id=work.organization, id=uuid7(), job_id=job_id, position=position, **claim)
        for position, claim in enumerate(claims)
    ]
    await work.add(*rows)
    told = [
        Claim(
            claim_id=row.id,
            field=row.field,
            value=row.value,
            source_url=row.source_url,
            quote=row.quote,
            start=row.start,
            end=row.end,
            confidence=row.confidence,
            inferred=row.inferred,
            basis=row.basis,
        )
        for row in rows
    ]
    for together in batches(told):
        work.emit(ClaimsFound(job_id=job_id, claims=together, lineage=job.lineage))
    await work.change(job, status="completed", completed_at=work.now, claims=len(rows), answered_by=answered_by)
    work.emit(
        ResearchCompleted(
            job_id=job_id,
            source=job.source,
            pages=job.pages,
            refused=job.refused,
            claims=len(rows),
            answered_by=answered_by,
            seconds=round((work.now - (job.started_at or work.now)).total_seconds(), 1),
            lineage=job.lineage,
        )
    )


def batches(claims: Sequence[Claim]) -> Iterator[list[Claim]]:
    """As many as one event carries."""
    together: list[Claim] = []
    size = 0
    for claim in claims:
        bytes_ = len(json.dumps(claim.model_dump(mode="json")))
        if together and (len(together) == CLAIMS_AN_EVENT or size + bytes_ > BYTES_AN_EVENT):
            yield together
            together, size = [], 0
        together.append(claim)
        size += bytes_
    if together:
        yield together


async def fail(work: Work, job_id: UUID, refusal: Refusal) -> None:
    """What was read before stays read."""
    job = await store.job(work, job_id, lock=True)
    if job.status not in ("queued", "running"):
        return
    await work.change(job, status="failed", completed_at=work.now, reason=str(refusal), next=refusal.next)
    work.emit(ResearchFailed(job_id=job_id, source=job.source, reason=str(refusal), next=refusal.next, lineage=job.lineage))


async def stop(work: Work, job_id: UUID) -> ResearchJob:
    """Ends a job that has not ended; one that has stays as it is."""
    await fail(work, job_id, Stopped())
    return await store.job(work, job_id)

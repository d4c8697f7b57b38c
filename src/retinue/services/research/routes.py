"""HTTP in for research."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, UploadFile

from retinue.engines.documents import EmptyFile
from retinue.kernel.bodies import OF_A_FILE, takes_files
from retinue.kernel.errors import Refusal
from retinue.kernel.files import Files
from retinue.kernel.http import PAGE, PAGE_AT_MOST, Page, Router, cursor_id, page_of, permitted, process_of, works
from retinue.kernel.work import Work
from retinue.services.research import domain, store
from retinue.services.research.schemas import Claim, Progress, RefusedPage, Report, Started, StartResearch, Uploaded
from retinue.services.research.tables import ResearchJob

router = Router(
    "research", prefix="/research", tag="research", about="Reading a company's site or files into a profile of claims with sources."
)


class BadName(Refusal):
    """A file needs a name of at most 300 characters, with its extension."""

    status = 422
    next = "Name the file, for instance prices.csv, and send it again."


def progress(row: ResearchJob) -> Progress:
    return Progress(
        job_id=row.id,
        source=row.source,
        status=row.status,
        pages=row.pages,
        refused=row.refused,
        expected=row.expected,
        claims=row.claims,
        answered_by=row.answered_by,
        reason=row.reason,
        next=row.next,
        lineage_id=row.lineage,
        created_at=row.created_at,
        started_at=row.started_at,
        completed_at=row.completed_at,
    )


@router.post("/jobs", status_code=202, summary="Start research of a site or of files")
async def start(body: StartResearch, work: Work = works("research", "research:write")) -> Started:
    """Read a site, or files sent before, and make a profile. The job tells of each page as it goes."""
    job = await domain.start(work, body.source, body.files)
    return Started(job_id=job.id, status=job.status)


@dataclass(frozen=True)
class Kept:
    """A file that was sent, and where it is kept."""

    name: str
    media_type: str | None
    size: int
    content_file: str


async def kept(file: UploadFile, request: Request) -> Kept:
    """Before any transaction. Raises BadName, EmptyFile."""
    organization = await permitted(request, "research", "research:write")
    name = (file.filename or "").strip()
    if not 0 < len(name) <= 300 or "\x00" in name:
        raise BadName()
    data = await file.read()
    if not data:
        raise EmptyFile(name=name)
    return Kept(name, file.content_type, len(data), await process_of(request).get(Files).put(organization, data))


@router.post("/files", status_code=201, summary="Send a file to be researched")
@takes_files(OF_A_FILE)
async def upload(given: Annotated[Kept, Depends(kept)], work: Work = works("research", "research:write")) -> Uploaded:
    """A file to be researched. Whether it can be read is told by the job."""
    row = await domain.keep_upload(work, given.name, given.content_file, given.media_type, given.size)
    return Uploaded(file_id=row.id, name=row.name, size=row.size)


@router.get("/jobs", summary="List research jobs")
async def jobs(
    cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=PAGE_AT_MOST)] = PAGE, work: Work = works("research", "research:read")
) -> Page[Progress]:
    """Newest first."""
    rows = await store.jobs(work, cursor_id(cursor), limit + 1)
    return page_of(rows, limit, lambda row: str(row.id), progress)


@router.get("/jobs/{job_id}", summary="Read how far a research job is")
async def job(job_id: UUID, work: Work = works("research", "research:read")) -> Progress:
    return progress(await store.job(work, job_id))


@router.post("/jobs/{job_id}/stop", summary="Stop a research job")
async def stop(job_id: UUID, work: Work = works("research", "research:write")) -> Progress:
    """Read no further. What was read stays; no profile is made of it."""
    return progress(await domain.stop(work, job_id))


@router.get("/jobs/{job_id}/report", summary="Read what research found")
async def report(job_id: UUID, work: Work = works("research", "research:read")) -> Report:
    """The profile: every claim with its source, quote, time and confidence; and which pages were read or refused."""
    row = await store.job(work, job_id)
    pages = await store.pages(work, job_id)
    return Report(
        job_id=row.id,
        source=row.source,
        answered_by=row.answered_by,
        claims=[
            Claim(
                claim_id=c.id,
                field=c.field,
                value=c.value,
                source_url=c.source_url,
                quote=c.quote,
                start=c.start,
                end=c.end,
                fetched_at=c.fetched_at,
                confidence=c.confidence,
                in_markup=c.in_markup,
                inferred=c.inferred,
                basis=c.basis,
            )
            for c in await store.claims(work, job_id)
        ],
        pages=[page.url for page in pages if page.status in store.READ],
        refused=[RefusedPage(url=page.url, reason=page.reason, next=page.next) for page in pages if page.status == "refused"],
    )

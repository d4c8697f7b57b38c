"""Reading, cutting and embedding a document: outside any transaction, settled in one."""

import asyncio
from dataclasses import replace
from typing import cast
from urllib.parse import urlsplit
from uuid import UUID

from retinue.engines.documents import Document, Reader
from retinue.engines.knowledge import store as knowledge
from retinue.engines.knowledge.chunks import Chunk, Strategy, chunk
from retinue.engines.knowledge.embedding import Embedder
from retinue.kernel.errors import Refusal
from retinue.kernel.files import Files
from retinue.kernel.jobs import Job, Jobs
from retinue.services.library import domain, store
from retinue.services.library.tables import Intake

jobs = Jobs()


def cut(document: Document, row: Intake) -> list[Chunk]:
    """A site repeats its footer on every page: it is kept of the home page alone, or every page would answer for the phone number."""
    footers = [] if row.url and is_home(row.url) else [s for s in document.sections if s.role == "footer"]
    found = chunk(
        document.text,
        [s for s in document.sections if s.role == "body"],
        [(p.start, p.end) for p in document.pages],
        cast(Strategy, row.strategy),
        row.chunk_size,
    )
    kept = [piece for piece in found if not any(f.start <= piece.start < f.end for f in footers)]
    return [replace(piece, position=position) for position, piece in enumerate(kept)]


def is_home(url: str) -> bool:
    name = urlsplit(url).path.strip("/")
    return not name or ("/" not in name and name.partition(".")[0] in ("index", "home", "default"))


async def given_up(job: Job, refusal: Refusal, *, intake_id: str) -> None:
    async with job.work() as work:
        await domain.refuse(work, UUID(intake_id), refusal)


@jobs.job("library.ingest", given_up=given_up)
async def ingest(job: Job, *, intake_id: str) -> None:
    id = UUID(intake_id)
    async with job.work() as work:
        row = await store.intake(work, id)
        if row.status != store.OPEN:
            return
        known = await knowledge.known(work, [row.key], row.namespace)
    files, embedder = job.process.get(Files), job.process.get(Embedder)
    if row.text_file:
        document = Document.model_validate_json(await files.get(job.organization, row.text_file))
    else:
        body = await files.get(job.organization, row.content_file or "")
        document = await job.process.get(Reader).read(body, row.name, media_type=row.media_type)
    title = row.title or document.title or row.name
    hash_ = knowledge.fingerprint(document.text, title, row.url, document.kind, row.metadata, embedder.name)
    same, settled = known.get(row.key) == hash_, False
    while not settled:
        chunks = [] if same else await asyncio.to_thread(cut, document, row)
        points = await embedder.embed([piece.context(title) for piece in chunks])
        async with job.work() as work:
            settled = await domain.settle(
                work,
                id,
                text=document.text,
                title=title,
                kind=document.kind,
                chunks=chunks,
                points=points,
                embedder=embedder.name,
                sections=[section.model_dump() for section in document.sections],
                unchanged_since=hash_ if same else None,
            )
        same = False

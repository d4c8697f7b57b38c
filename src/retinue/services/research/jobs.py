"""Reading a company's site or files, and making its profile: outside any transaction, one small Work a page."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any
from uuid import UUID

from retinue.engines.documents import Document, Reader
from retinue.engines.governance.gate import Gate
from retinue.engines.llm import Models
from retinue.engines.web import Crawl, Fetcher, Known, Throttle, Visited, WebSettings
from retinue.engines.web import Page as WebPage
from retinue.kernel.errors import ForeignError, Refusal
from retinue.kernel.files import Files
from retinue.kernel.jobs import Job, Jobs
from retinue.services.research import domain, store
from retinue.services.research.domain import ReadPage
from retinue.services.research.extraction import HtmlMeta, Link, Page, Pages, Section, grounded
from retinue.services.research.tables import SourcePage, Upload
from retinue.services.research.tasks import profile

jobs = Jobs()
TITLE_CHARACTERS = 300  # a title travels in events


class NothingReadable(Refusal):
    """Nothing could be read from {source}."""

    next = "Look at the reasons of the refused pages; give another address, or upload files."


class OnlyRefused(Refusal):
    """{reason}"""

    def __init__(self, page: SourcePage) -> None:
        super().__init__(reason=page.reason)
        self.next = page.next or NothingReadable.next


async def given_up(job: Job, refusal: Refusal, *, job_id: str) -> None:
    async with job.work() as work:
        await domain.fail(work, UUID(job_id), refusal)


@jobs.job("research.research", lane="long", given_up=given_up)
async def research(job: Job, *, job_id: str) -> None:
    id = UUID(job_id)
    async with job.work() as work:
        row = await domain.begin(work, id)
        if row is None:
            return
        source, lineage = row.source, row.lineage
        uploads = list(await store.uploads_of(work, id))
        done = list(await store.pages(work, id))
        earlier = await store.earlier(work, source, id)
        before = list(await store.pages(work, earlier.id, only_read=True)) if earlier else []
    pages = _files(job, uploads, done) if uploads else _site(job, source, done, before)
    async for page, expected in pages:
        async with job.work() as work:
            if not await domain.keep_page(work, id, page, expected):
                return
    async with job.work() as work:
        read = list(await store.pages(work, id, only_read=True))
    if not read:
        async with job.work() as work:
            refused = list(await store.pages(work, id))
        raise OnlyRefused(refused[0]) if len(refused) == 1 else NothingReadable(source=source)
    asked = Pages(pages=[await _page(job, row) for row in read])
    answer = await job.process.get(Models).run(profile, asked, organization=job.organization, lineage=lineage)
    claims = [claim.model_dump(exclude={"id"}) for claim in grounded(answer.output, asked.pages).claims]
    async with job.work() as work:
        await domain.complete(work, id, claims, answer.answered_by)


async def _site(job: Job, source: str, done: Iterable[SourcePage], before: Iterable[SourcePage]) -> AsyncIterator[tuple[ReadPage, int]]:
    """Pages of a site, going on after those that are done; pages that have not changed keep the files of the earlier job."""
    process = job.process
    old = {page.url: page for page in before}
    gate = process.get(Gate).fetch_gate(job.organization, purpose="research")
    async with Fetcher(process.get(WebSettings), gate, clock=process.database.clock, throttle=process.get(Throttle)) as fetcher:
        crawl = Crawl(
            source,
            fetcher,
            visited=[Visited(asked=p.asked, url=p.url, depth=p.depth, links=p.links) for p in done if p.status in store.READ],
            known={p.url: Known(etag=p.etag, last_modified=p.last_modified, sha256=p.sha256, links=p.links) for p in before},
        )
        async for page in crawl:
            yield await _read(job, page, old.get(page.url)), crawl.expected


async def _read(job: Job, page: WebPage, old: SourcePage | None) -> ReadPage:
    seen: dict[str, Any] = {
        "asked": page.asked,
        "url": page.url,
        "depth": page.depth,
        "links": page.links,
        "fetched_at": page.fetched_at,
        "etag": page.etag,
        "last_modified": page.last_modified,
        "sha256": page.sha256,
    }
    if page.reason:
        return ReadPage(**seen, status="refused", reason=page.reason, next="Nothing, if this page need not be read.")
    if page.duplicate_of:
        return ReadPage(**seen, status="refused", reason=f"The same page as {page.duplicate_of}.", next="Nothing: it was read there.")
    if page.unchanged and old is not None:
        return ReadPage(
            **seen,
            status="unchanged",
            title=old.title,
            kind=old.kind,
            content_file=old.content_file,
            text_file=old.text_file,
            characters=old.characters,
        )
    name = page.url.partition("?")[0].rstrip("/").rpartition("/")[2] or "index.html"
    return await _stored(job, page.body, name, page.content_type or None, seen)


async def _files(job: Job, uploads: Iterable[Upload], done: Iterable[SourcePage]) -> AsyncIterator[tuple[ReadPage, int]]:
    uploads, known = list(uploads), {page.asked for page in done}
    for name, upload in _apart(uploads):
        if name in known:
            continue
        seen: dict[str, Any] = {
            "asked": name,
            "url": name,
            "depth": 0,
            "links": [],
            "fetched_at": job.process.database.clock.now(),
            "sha256": upload.content_file,
        }
        body = await job.process.get(Files).get(job.organization, upload.content_file)
        yield await _stored(job, body, upload.name.rpartition("/")[2], upload.media_type, seen), len(uploads)


def _apart(uploads: Iterable[Upload]) -> Iterator[tuple[str, Upload]]:
    """Files by name; of those with the same name, the later ones are numbered, the same at every run."""
    met: Counter[str] = Counter()
    for upload in sorted(uploads, key=lambda upload: (upload.name, upload.id)):
        met[upload.name] += 1
        yield upload.name if met[upload.name] == 1 else f"{upload.name} ({met[upload.name]})", upload


async def _stored(job: Job, body: bytes, name: str, media_type: str | None, seen: dict[str, Any]) -> ReadPage:
    """The document read in a child process, and both it and the bytes kept."""
    files = job.process.get(Files)
    try:
        document = await job.process.get(Reader).read(body, name, media_type=media_type)
    except Refusal as refusal:
        return ReadPage(**seen, status="refused", reason=str(refusal), next=refusal.next)
    except ForeignError:
        return ReadPage(
            **seen,
            status="refused",
            reason=f"{name} could not be read: its content confuses the reader.",
            next="Send it in another format, for instance as PDF.",
        )
    return ReadPage(
        **seen,
        status="read",
        title=(document.title or name)[:TITLE_CHARACTERS],
        kind=document.kind,
        characters=len(document.text),
        content_file=await files.put(job.organization, body),
        text_file=await files.put(job.organization, document.model_dump_json().encode()),
    )


async def _page(job: Job, row: SourcePage) -> Page:
    files = job.process.get(Files)
    document = Document.model_validate_json(await files.get(job.organization, row.text_file or ""))
    markup = None
    if document.kind == "html" and row.content_file:
        markup = (await files.get(job.organization, row.content_file)).decode("utf-8", "replace")
    return Page(
        url=row.url,
        title=document.title or row.title,
        text=document.text,
        markup=markup,
        fetched_at=row.fetched_at,
        sections=[Section(title=s.title, level=s.level, start=s.start, end=s.end) for s in document.sections],
        links=[Link(url=link.url, text=link.text) for link in document.links],
        data=[item for item in document.data if isinstance(item, dict)],
        html_meta=HtmlMeta(
            description=document.description,
            scripts=document.resources,
            language=document.language,
            generator=document.meta.get("generator"),
            site_name=document.meta.get("og:site_name"),
        ),
    )

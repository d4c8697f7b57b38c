"""Knowledge is ready once: when everything that research read has been taken in, in whatever order it came."""

from uuid import UUID

from assembled import Caller, House
from harness import one_event
from retinue.contracts.research import PageRead, ResearchCompleted
from retinue.engines.documents import Document
from retinue.kernel.files import Files
from retinue.kernel.work import uuid7

LIBRARY = ("library",)


async def page(house: House, client: Caller, job: UUID, lineage: UUID, url: str, text: str) -> None:
    organization, files = UUID(str(client.tenant)), house.process.get(Files)
    document = Document(kind="text", text=text)
    kept = await files.put(organization, document.model_dump_json().encode())
    async with house.process.database.work("research", organization) as work:
        work.emit(
            PageRead(
                job_id=job,
                url=url,
                title=url,
                document_kind="text",
                content_file=kept,
                text_file=kept,
                characters=len(text),
                lineage=lineage,
            )
        )


async def end(house: House, client: Caller, job: UUID, lineage: UUID, pages: int) -> None:
    async with house.process.database.work("research", UUID(str(client.tenant))) as work:
        work.emit(
            ResearchCompleted(job_id=job, source="s", pages=pages, refused=0, claims=0, seconds=1, answered_by="rules", lineage=lineage)
        )


async def take_one(house: House, organization: UUID, *, aside: bool) -> None:
    """The library's next event alone: handled, or parked as if it had failed five times."""
    await one_event(house.deliverer, "library", organization, aside=aside)


async def test_knowledge_is_ready_once_all_pages_are_in(house: House, client: Caller):
    job, lineage = uuid7(), uuid7()
    for number in range(3):
        await page(house, client, job, lineage, f"http://x.example/{number}", f"Sentence {number} about ferries.")
    await end(house, client, job, lineage, 3)
    await house.settle()
    (ready,) = await house.events(client.tenant, "knowledge_ready")
    assert (ready.research_job_id, ready.documents, ready.unchanged, ready.lineage) == (job, 3, 0, lineage)
    assert ready.number > max(event.number for event in await house.events(client.tenant, "document_ingested"))
    assert {event.lineage for event in await house.events(client.tenant, "document_ingested")} == {lineage}


async def test_a_page_that_comes_late_is_taken_in_and_readiness_is_not_told_twice(house: House, client: Caller):
    job, lineage, organization = uuid7(), uuid7(), UUID(str(client.tenant))
    for number in range(2):
        await page(house, client, job, lineage, f"http://x.example/{number}", f"Sentence {number} about ferries.")
    await end(house, client, job, lineage, 2)
    await take_one(house, organization, aside=True)
    await house.settle()
    assert len((await client.get("/documents"))["items"]) == 1
    (parked,) = (await client.get("/events/parked"))["items"]
    assert (parked["room"], parked["kind"]) == ("library", "research.page_read.1")
    replay = f"/events/parked/library/{parked['number']}/replay"
    assert (await client.post(replay)).json() == {"replayed": True}
    assert (await client.post(replay)).json() == {"replayed": False}
    await house.settle()
    assert len((await client.get("/documents"))["items"]) == 2
    assert len(await house.events(client.tenant, "knowledge_ready")) == 1


async def test_the_end_that_comes_before_the_pages_are_done_waits_for_them(house: House, client: Caller):
    job, lineage, organization = uuid7(), uuid7(), UUID(str(client.tenant))
    await page(house, client, job, lineage, "http://x.example/a", "A sentence about ferries.")
    await end(house, client, job, lineage, 1)
    await take_one(house, organization, aside=False)
    await take_one(house, organization, aside=False)
    assert await house.events(client.tenant, "knowledge_ready") == []
    await house.settle()
    assert len(await house.events(client.tenant, "knowledge_ready")) == 1


async def test_a_page_that_cannot_be_taken_in_does_not_hold_up_the_others(house: House, client: Caller):
    job, lineage = uuid7(), uuid7()
    await page(house, client, job, lineage, "http://x.example/a", "A sentence about ferries.")
    async with house.process.database.work("research", UUID(str(client.tenant))) as work:
        gone = "0" * 64
        work.emit(
            PageRead(job_id=job, url="http://x.example/b", title="b", document_kind="html", content_file=gone, text_file=gone, characters=1)
        )
    await end(house, client, job, lineage, 2)
    await house.settle()
    (ready,) = await house.events(client.tenant, "knowledge_ready")
    assert ready.documents == 1
    assert [event.key for event in await house.events(client.tenant, "document_refused")] == ["http://x.example/b"]


async def test_research_of_nothing_new_is_ready_at_once(house: House, client: Caller):
    job, lineage = uuid7(), uuid7()
    await end(house, client, job, lineage, 0)
    await house.settle()
    assert len(await house.events(client.tenant, "knowledge_ready")) == 1

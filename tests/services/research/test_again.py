"""A research job whose process dies is done again: nothing is told twice, and what was read is not asked for again."""

import asyncio
from collections import Counter
from uuid import UUID

from assembled import Caller, House
from retinue.kernel.ending import stop
from retinue.kernel.jobs import Broke, Job
from retinue.services.research.jobs import given_up, research
from services.research.test_research import DOORS, SMALL
from sites import Site


async def started(client: Caller, source: str) -> str:
    answer = await client.post("/research/jobs", {"client_id": client.tenant, "source": source})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["job_id"])


def job_of(house: House, client: Caller) -> Job:
    return Job(house.process, "research", UUID(str(client.tenant)), 1)


async def test_a_job_goes_on_after_the_pages_that_were_read(house: House, client: Caller):
    reached, never = asyncio.Event(), asyncio.Event()

    async def hangs() -> tuple[int, dict[str, str], bytes]:
        reached.set()
        await never.wait()
        return 500, {}, b""

    async with Site(SMALL | {"/doors": hangs}) as site:
        id = await started(client, site.url)
        first = asyncio.create_task(research(job_of(house, client), job_id=id))
        await asyncio.wait_for(reached.wait(), 30)
        await stop(first)  # at the third page
        state = await client.get(f"/research/jobs/{id}")
        assert (state["status"], state["pages"]) == ("running", 2)
        site.pages["/doors"] = DOORS
        asked = site.times()
        await research(job_of(house, client), job_id=id)
        assert site.times()["/"] == asked["/"] and site.times()["/stairs"] == asked["/stairs"]
    state = await client.get(f"/research/jobs/{id}")
    assert (state["status"], state["pages"], state["refused"]) == ("completed", 3, 1)
    await house.settle()
    told = Counter(event.kind for event in await house.events(client.tenant, "research."))
    assert told["research.research_started.1"] == told["research.research_completed.1"] == 1
    assert told["research.page_read.1"] == 3 and told["research.page_refused.1"] == 1
    assert len(await house.events(client.tenant, "knowledge_ready")) == 1


async def test_a_job_done_twice_or_by_two_workers_at_once_tells_once(house: House, client: Caller):
    async with Site(SMALL) as site:
        id = await started(client, site.url)
        await asyncio.gather(*(research(job_of(house, client), job_id=id) for _ in range(2)))
        asked = len(site.asked)
        await research(job_of(house, client), job_id=id)
        assert len(site.asked) == asked
    await house.settle()
    events = await house.events(client.tenant, "research.")
    told = Counter(event.kind for event in events)
    assert told["research.research_started.1"] == told["research.research_completed.1"] == 1
    assert set(Counter(event.url for event in events if event.kind == "research.page_read.1").values()) == {1}
    report = await client.get(f"/research/jobs/{id}/report")
    assert len(report["claims"]) == (await client.get(f"/research/jobs/{id}"))["claims"]
    assert len(report["pages"]) == len(set(report["pages"])) == 3


async def test_a_job_that_broke_for_good_has_an_end_and_its_source_may_be_tried_again(house: House, client: Caller):
    async with Site(SMALL) as site:
        id = await started(client, site.url)
        for _ in range(2):
            await given_up(job_of(house, client), Broke(), job_id=id)
        state = await client.get(f"/research/jobs/{id}")
        assert state["status"] == "failed" and "our side" in state["reason"] and state["next"]
        await house.settle()  # the job itself comes late and does nothing
        assert site.asked == []
        assert [event.kind for event in await house.events(client.tenant, "research.")] == ["research.research_failed.1"]
        again = await started(client, site.url)
        await house.settle()
        assert (await client.get(f"/research/jobs/{again}"))["status"] == "completed"

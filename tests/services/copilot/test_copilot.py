"""What staff and a client's own people see: the dossier by sections, the timeline, the log as it grows, what is parked, and jobs."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from assembled import Caller, House
from harness import one_event
from retinue.assembly.process import connected
from retinue.contracts.library import DocumentIngested
from retinue.contracts.research import ResearchStarted
from retinue.engines.dossier.cards import SECTIONS
from retinue.kernel.live import Live
from retinue.kernel.security import Signer
from retinue.kernel.work import uuid7
from simulators.serving import serving
from sockets import away


async def tell(house: House, client: Caller, source: str = "s", lineage: UUID | None = None) -> int:
    """One event of research in the client's log; its number."""
    async with house.process.database.work("research", UUID(str(client.tenant))) as work:
        work.emit(ResearchStarted(job_id=uuid7(), source=source, lineage=lineage))
    assert work.number
    return work.number


@pytest_asyncio.fixture
async def story(house: House, client: Caller) -> Caller:
    """A client of whom research and library have told."""
    await tell(house, client, "https://one.example")
    async with house.process.database.work("library", UUID(str(client.tenant))) as work:
        work.emit(DocumentIngested(document_id=uuid7(), key="k", namespace="n", title="Prices", url=None, document_kind="text", version=1,
                                   chunks=3, characters=9))  # fmt: skip
    await house.settle()
    return client


async def test_the_dossier_has_every_section_that_has_news(story: Caller):
    dossier = await story.get(f"/dossier/{story.tenant}")
    assert dossier["client_id"] == story.tenant and set(dossier["sections"]) == set(SECTIONS)
    assert next(iter(dossier["sections"]["research"].values()))["source"] == "https://one.example"
    assert next(iter(dossier["sections"]["knowledge"].values()))["title"] == "Prices"
    assert dossier["sections"]["company"]["client"]["status"] == "unclaimed"
    numbers = [moment["number"] for moment in dossier["timeline"]]
    assert numbers == sorted(numbers, reverse=True)


async def test_a_section_shows_to_whom_may_read_it_only(story: Caller):
    key = await story.key("dossier:read", "library:read")
    dossier = await key.get(f"/dossier/{story.tenant}")
    assert set(dossier["sections"]) == {"knowledge"}
    assert {moment["section"] for moment in dossier["timeline"]} == {"knowledge"}
    assert {m["section"] for m in (await key.get("/timeline"))["items"]} == {"knowledge"}
    assert (await key.get("/timeline", section="research"))["items"] == []
    viewer = await story.person("viewer")
    assert set((await viewer.get(f"/dossier/{story.tenant}"))["sections"]) == set(SECTIONS)
    assert await (await story.key("library:read")).status(f"/dossier/{story.tenant}") == 403
    assert await key.status("/events") == 403


async def test_another_tenants_dossier_is_not_there(house: House, story: Caller):
    other = await house.client()
    key = await other.key("dossier:read", "clients:read", "research:read", "events:read")
    stranger = await other.person("owner")
    for caller in (key, stranger):
        for path in (f"/dossier/{story.tenant}", f"/timeline?client_id={story.tenant}", f"/events?client_id={story.tenant}"):
            assert await caller.status(path) == 404
            answer = await caller.send("GET", path, headers={"X-Tenant-ID": str(other.tenant)})
            assert answer.status_code == 404, (path, answer.text)
            answer = await caller.send("GET", path, headers={"X-Tenant-ID": str(other.tenant), "Accept": "text/event-stream"})
            assert answer.status_code == 404, (path, answer.text)
    assert await key.status(f"/dossier/{uuid7()}") == 404
    assert await (await house.operator()).status(f"/dossier/{uuid7()}") == 404


async def test_staff_see_their_clients_from_where_they_stand(house: House, story: Caller):
    """Within the client, from the operator's organization, or by client_id: the same dossier and the same log."""
    operator = await house.operator()
    within = await story.get(f"/dossier/{story.tenant}")
    assert await operator.get(f"/dossier/{story.tenant}") == within
    log = (await story.get("/events"))["items"]
    assert (await operator.get("/events", client_id=story.tenant))["items"] == log
    at_home = Caller(house, operator.token, str(house.owner.organization_id))
    assert (await at_home.get("/events", client_id=story.tenant))["items"] == log
    assert await at_home.get(f"/dossier/{story.tenant}") == within
    lines = (await operator.get("/timeline", limit=200))["items"]
    assert story.tenant in {line["client_id"] for line in lines}
    of_one = (await operator.get("/timeline", client_id=story.tenant))["items"]
    assert of_one and {line["client_id"] for line in of_one} == {story.tenant}


async def test_a_read_after_an_event_sees_it(house: House, client: Caller):
    """Whichever way the client is named, the read waits until the dossier has it."""
    operator = await house.operator()
    at_home = Caller(house, operator.token, str(house.owner.organization_id))
    for caller, path in (
        (client, f"/dossier/{client.tenant}"), (operator, f"/dossier/{client.tenant}"), (at_home, f"/dossier/{client.tenant}"),
        (client, "/timeline"), (operator, f"/timeline?client_id={client.tenant}"), (at_home, f"/timeline?client_id={client.tenant}"),
    ):  # fmt: skip
        number = await tell(house, client, path)
        asked = asyncio.create_task(
            caller.send("GET", path, params={"after": number, **({"client_id": client.tenant} if "client_id" in path else {})})
        )
        await asyncio.sleep(0.05)
        await house.deliverer.deliver_all()
        answer = (await asked).json()
        newest = (answer.get("timeline") or answer["items"])[0]
        assert newest["number"] == number, (path, caller.tenant)


async def test_the_timeline_pages_without_overlap_newest_first(house: House, client: Caller):
    for number in range(5):
        await tell(house, client, f"https://{number}.example")
    await house.settle()
    seen, cursor = list[int](), None
    while True:
        page = await client.get("/timeline", section="research", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [moment["number"] for moment in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == 5 and seen == sorted(set(seen), reverse=True)


async def test_one_lineage_can_be_followed(house: House, client: Caller):
    lineage = uuid7()
    first, _, second = await tell(house, client, "a", lineage), await tell(house, client, "b"), await tell(house, client, "c", lineage)
    await house.settle()
    assert [m["number"] for m in (await client.get("/timeline", lineage_id=str(lineage)))["items"]] == [second, first]


async def test_the_log_is_listed_by_number_and_topic_without_personal_fields(house: House, client: Caller):
    await client.person("viewer")
    number = await tell(house, client)
    events = (await client.get("/events"))["items"]
    assert [event["number"] for event in events] == list(range(1, number + 1))
    assert (await client.get("/events", topic="research_events"))["items"] == [events[-1]]
    assert (await client.get("/events", topic="no_such_topic"))["items"] == []
    assert [e["number"] for e in (await client.get("/events", after=number - 1))["items"]] == [number]
    page = await client.get("/events", limit=1)
    assert page["items"] == events[:1] and page["next_cursor"]
    added = next(event for event in events if event["kind"] == "identity.person_added.1")
    assert added["body"]["email"] is None
    assert (await house.events(client.tenant, "person_added"))[0].email


@pytest.mark.parametrize(
    "query", ["after=-1", f"after={10**30}", "limit=0", "limit=201", "lineage_id=x", "client_id=x", "topic=%00", "cursor=IlwwIg"]
)
async def test_hostile_queries_are_refused(client: Caller, query: str):
    for path in ("/events", "/timeline"):
        assert (await client.send("GET", f"{path}?{query}")).status_code in (200, 400, 422)


async def test_a_forged_cursor_is_refused(client: Caller):
    for cursor in ("IlwwIg", "bnVsbA", "WzEsMl0", "WyIyMDI2LTAxLTAxIiwieCJd", "e30", "!"):
        answer = await client.send("GET", "/timeline", params={"cursor": cursor})
        assert answer.status_code in (200, 400) and (answer.status_code == 400) == (cursor != "bnVsbA"), cursor


async def test_the_log_is_followed_as_it_grows_and_taken_up_where_it_was_left(house: House, client: Caller):
    async with connected(house.process), serving(house.app) as url, httpx.AsyncClient(timeout=20) as http:
        headers = {"Authorization": f"Bearer {client.token}", "X-Tenant-ID": str(client.tenant), "Accept": "text/event-stream"}

        async def follow(last: int, count: int) -> list[tuple[int, str]]:
            found = list[tuple[int, str]]()
            async with http.stream("GET", f"{url}/api/v1/events", headers=headers | {"Last-Event-ID": str(last)}) as stream:
                assert stream.status_code == 200
                async for line in stream.aiter_lines():
                    if line.startswith("id: "):
                        found.append((int(line[4:]), ""))
                    elif line.startswith("data: "):
                        found[-1] = (found[-1][0], json.loads(line[6:])["kind"])
                        if len(found) == count:
                            return found
            return found

        before = await tell(house, client)
        following = asyncio.create_task(follow(before - 1, 3))
        await asyncio.sleep(0.2)
        numbers = [await tell(house, client), await tell(house, client)]
        assert await asyncio.wait_for(following, 15) == [(n, "research.research_started.1") for n in (before, *numbers)]
        assert [n for n, _ in await asyncio.wait_for(follow(numbers[0], 1), 15)] == [numbers[1]]


async def test_a_stream_outlives_a_database_that_was_away_and_says_why_it_ends(house: House, client: Caller):
    watcher = await client.person("member")
    async with connected(house.process), serving(house.app) as url, httpx.AsyncClient(timeout=20) as http:
        headers = {"Authorization": f"Bearer {watcher.token}", "X-Tenant-ID": str(client.tenant), "Accept": "text/event-stream"}
        before = await tell(house, client)
        async with http.stream("GET", f"{url}/api/v1/events?after={before - 1}", headers=headers) as stream:
            lines = stream.aiter_lines()

            async def next_(start: str) -> str:
                async with asyncio.timeout(15):
                    async for line in lines:
                        if line.startswith(start):
                            return line.removeprefix(start)
                raise AssertionError("the stream ended")

            assert int(await next_("id: ")) == before
            live = house.process.get(Live)
            with away(house.ask):
                live.wake(None)
                await live.wait(uuid7(), 0.7)  # meanwhile the stream reads, and cannot
            after = await tell(house, client)
            assert int(await next_("id: ")) == after
            house.ask("delete from kernel.access where organization_id = %s and roles @> '{member}'", UUID(str(client.tenant)))
            await tell(house, client)
            assert await next_("event: error") == ""
            assert json.loads(await next_("data: "))["status"] in (403, 404)


async def test_what_is_parked_is_listed_and_handled_once(house: House, client: Caller):
    number = await tell(house, client, "parked")
    await one_event(house.deliverer, "copilot", UUID(str(client.tenant)), aside=True)
    later = await tell(house, client, "later")
    await house.settle()
    assert [m["number"] for m in (await client.get("/timeline", section="research"))["items"]] == [later]
    viewer, other = await client.person("viewer"), await house.client()
    (parked,) = (await viewer.get("/events/parked"))["items"]
    assert (parked["room"], parked["number"], parked["client_id"]) == ("copilot", number, client.tenant)
    assert (await other.get("/events/parked"))["items"] == []
    path = f"/events/parked/copilot/{number}/replay"
    assert (await viewer.post(path)).status_code == 403
    assert (await other.post(path)).json() == {"replayed": False}
    assert (await client.post(path)).json() == {"replayed": True}
    assert (await client.post(path)).json() == {"replayed": False}
    assert (await client.post(f"/events/parked/nobody/{number}/replay")).status_code == 404
    assert (await client.post(f"/events/parked/copilot/{10**30}/replay")).status_code == 422
    assert [m["number"] for m in (await client.get("/timeline", section="research"))["items"]] == [later, number]


async def test_a_job_of_another_tenant_is_not_there(house: House, client: Caller):
    id, other = uuid7(), await house.client()
    house.ask(
        "insert into kernel.ask (organization_id, id, name, input, lease_until, expires_at, status, output)"
        " values (%s, %s, 'conversations.turn', '{}', now(), now() + interval '1 day', 'done', '{\"content\": \"said\"}')",
        UUID(str(client.tenant)),
        id,
    )
    shown = await client.get(f"/jobs/{id}")
    assert (shown["status"], shown["result"]) == ("done", {"content": "said"})
    assert (await (await house.operator()).get(f"/jobs/{id}")) == shown
    assert await other.status(f"/jobs/{id}") == 404
    assert await (await other.key("clients:read", "conversations:read")).status(f"/jobs/{id}") == 404
    stream = await client.send("GET", f"/jobs/{id}", headers={"Accept": "text/event-stream"})
    assert "event: done" in stream.text


@pytest.mark.parametrize(
    ("status", "output", "ends"),
    [
        ("failed", None, "GivenUp"),
        ("done", "{}", "AnswerGone"),
        ("failed", "{}", "AnswerGone"),
        ("failed", '{"content": "a person will look"}', "done"),
    ],
)
async def test_the_stream_of_a_job_that_ended_without_an_answer_ends(
    house: House, client: Caller, status: str, output: str | None, ends: str
):
    id = uuid7()
    house.ask(
        "insert into kernel.ask (organization_id, id, name, input, lease_until, expires_at, status, output)"
        " values (%s, %s, 'conversations.turn', '{}', now(), now() + interval '1 day', %s, %s)",
        UUID(str(client.tenant)), id, status, output,
    )  # fmt: skip
    async with asyncio.timeout(20):
        said = (await client.send("GET", f"/jobs/{id}", headers={"Accept": "text/event-stream"})).text
    assert said.startswith("event: done" if ends == "done" else "event: error") and said.count("event: ") == 1
    assert ends == "done" or json.loads(said.partition("data: ")[2])["title"] == ends


async def test_whoever_asked_may_look_at_the_answer(house: House, client: Caller):
    """A visitor whose answer took long, and a key that only converses; nobody else's visitor or key."""
    organization, mine, another, ids = UUID(str(client.tenant)), uuid7(), uuid7(), [uuid7(), uuid7()]
    key = await client.key("conversations:write")
    actor = house.ask("select actor from kernel.credential where organization_id = %s", organization)[0].actor
    for id, who in zip(ids, (mine, actor), strict=True):
        house.ask(
            "insert into kernel.ask (organization_id, id, name, input, lease_until, expires_at, status, output, actor)"
            " values (%s, %s, 'conversations.turn', '{}', now(), now() + interval '1 day', 'done', '{\"content\": \"said\"}', %s)",
            organization, id, who,
        )  # fmt: skip
    sign = house.process.get(Signer).sign
    visitor, stranger = (Caller(house, sign("visitor", timedelta(days=1), org=str(organization), sub=str(one))) for one in (mine, another))
    assert (await visitor.get(f"/jobs/{ids[0]}"))["result"] == {"content": "said"}
    assert "event: done" in (await visitor.send("GET", f"/jobs/{ids[0]}", headers={"Accept": "text/event-stream"})).text
    assert (await key.get(f"/jobs/{ids[1]}"))["result"] == {"content": "said"}
    assert [await stranger.status(f"/jobs/{ids[0]}"), await visitor.status(f"/jobs/{ids[1]}"), await key.status(f"/jobs/{ids[0]}")] == [
        404
    ] * 3
    assert await (await client.key("library:read")).status(f"/jobs/{ids[0]}") == 403

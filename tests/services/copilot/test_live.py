"""The live socket: what happens is on the page as it happens, what was missed comes again, and nobody hears what they may not read."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
import websockets
from websockets.asyncio.client import ClientConnection, connect

from assembled import Caller, House
from retinue.assembly.process import connected
from retinue.contracts.conversations import ContactCaptured
from retinue.contracts.identity import KeyIssued, SignedIn
from retinue.contracts.research import ResearchStarted
from retinue.kernel.clock import StoppedClock
from retinue.kernel.events import Event
from retinue.kernel.live import Live
from retinue.kernel.security import Caller as Known
from retinue.kernel.security import Security, Signer
from retinue.kernel.work import uuid7
from retinue.services.copilot import frames as declared
from retinue.services.copilot.feed import WAITING_AT_MOST, Feed, Reader
from simulators.serving import serving
from sockets import told_by


@pytest_asyncio.fixture(scope="module")
async def url(house: House) -> AsyncIterator[str]:
    async with connected(house.process), serving(house.app) as address:
        yield address.replace("http", "ws") + "/api/v1/live"


@dataclass
class Page:
    socket: ClientConnection

    async def next(self, *types: str) -> dict[str, Any]:
        """The next frame of one of these types."""
        async with asyncio.timeout(10):
            while True:
                frame = told_by(declared.live, await self.socket.recv())
                if not types or frame["type"] in types:
                    return frame

    async def of(self, client: Caller | str, *types: str) -> dict[str, Any]:
        """The next frame about this client."""
        tenant = client if isinstance(client, str) else client.tenant
        while True:
            frame = await self.next(*(types or ("moment", "handled", "reset")))
            if (frame.get("client_id") or frame.get("moment", {}).get("client_id")) == tenant:
                return frame

    async def numbers(self, client: Caller, count: int) -> list[int]:
        return [(await self.of(client, "moment"))["moment"]["number"] for _ in range(count)]

    async def say(self, **frame: Any) -> None:
        await self.socket.send(json.dumps(frame))

    async def quiet(self) -> list[dict[str, Any]]:
        """Everything that was on its way: the answer to a ping comes last."""
        await self.say(type="ping")
        found = []
        while (frame := await self.next())["type"] != "pong":
            found.append(frame)
        return found

    async def closed(self) -> int:
        with pytest.raises(websockets.ConnectionClosed) as closed:
            while True:
                await self.next()
        assert closed.value.rcvd
        return closed.value.rcvd.code


@asynccontextmanager
async def page(url: str, token: str, heads: dict[str, int] | None = None) -> AsyncIterator[tuple[Page, dict[str, int]]]:
    """A page that watches, and the numbers of its hello."""
    async with connect(url, max_size=None) as socket:
        page = Page(socket)
        await page.say(type="auth", token=token)
        await page.say(type="watch", **({"heads": heads} if heads is not None else {}))
        hello = await page.next("hello")
        assert hello["delay_ms"] is None
        yield page, hello["heads"]


async def tell(house: House, client: Caller, *events: Event) -> int:
    for event in events:
        async with house.process.database.work(event.publisher, UUID(str(client.tenant))) as work:
            work.emit(event)
    assert work.number
    return work.number


def began(source: str = "https://a.example") -> ResearchStarted:
    return ResearchStarted(job_id=uuid7(), source=source)


@asynccontextmanager
async def resumed(url: str, client: Caller) -> AsyncIterator[tuple[Page, dict[str, int]]]:
    """A page that knows the heads: what happened just before is nothing to it."""
    async with page(url, client.token) as (_, heads):
        pass
    async with page(url, client.token, heads) as found:
        yield found


async def test_what_happens_is_sent_at_once_and_then_that_the_dossier_has_it(house: House, client: Caller, url: str):
    """Straight from the log: before the dossier has it, and exactly as the dossier says it later."""
    person = uuid7()
    async with resumed(url, client) as (tab, heads):
        captured = ContactCaptured(conversation_id=uuid7(), contact_id=uuid7(), person=person, name="Ann Alder", email="ann@alder.example")
        number = await tell(house, client, captured)
        frame = await tab.of(client)
        assert frame["type"] == "moment" and frame["moment"]["number"] == number == heads[str(client.tenant)] + 1
        assert frame["moment"]["title"] == "Contact captured: Ann Alder" and frame["moment"]["subject"]["type"] == "contact"
        assert not [m for m in (await client.get("/timeline"))["items"] if m["number"] == number]
        await house.settle()
        assert await tab.of(client) == {"type": "handled", "client_id": client.tenant, "number": number}
        assert (await client.get("/timeline"))["items"][0] == frame["moment"]


async def test_an_event_without_a_card_is_no_frame(house: House, client: Caller, url: str):
    async with resumed(url, client) as (tab, _):
        await tell(house, client, SignedIn(user_id=uuid7()))
        number = await tell(house, client, began())
        assert (await tab.of(client))["moment"]["number"] == number


async def test_a_page_that_begins_reads_again_what_changed_while_it_loaded(house: House, client: Caller, url: str):
    database = house.process.database
    clock, database.clock = database.clock, StoppedClock(database.clock.now() - timedelta(seconds=11))
    try:
        await tell(house, client, began("long ago"))
    finally:
        database.clock = clock
    await house.settle()
    async with page(url, client.token) as (tab, _):
        assert client.tenant not in [frame.get("client_id") for frame in await tab.quiet()]
    number = await tell(house, client, began("just now"))
    async with page(url, client.token) as (tab, heads):
        assert heads[str(client.tenant)] == number
        await house.settle()
        assert await tab.of(client, "handled") == {"type": "handled", "client_id": client.tenant, "number": number}


async def test_what_was_missed_comes_again_in_order(house: House, client: Caller, url: str):
    first = await tell(house, client, began("1"))
    last = await tell(house, client, *(began(str(n)) for n in range(5)))
    async with page(url, client.token) as (_, heads):
        assert heads[str(client.tenant)] == last
    heads[str(client.tenant)] = first
    async with page(url, client.token, heads) as (tab, again):
        assert again[str(client.tenant)] == last
        newest = await tell(house, client, began("new"))
        assert await tab.numbers(client, 6) == [*range(first + 1, last + 1), newest]
        await tab.say(type="watch", heads=again)  # again on the same socket
        assert (await tab.next("hello"))["heads"][str(client.tenant)] == newest
        assert await tab.numbers(client, 1) == [newest]


async def test_a_page_that_missed_much_reads_again(house: House, client: Caller, url: str):
    async with house.process.database.work("research", UUID(str(client.tenant))) as work:
        for n in range(201):
            work.emit(began(str(n)))
    async with page(url, client.token) as (_, heads):
        pass
    last = heads[str(client.tenant)]
    async with page(url, client.token, heads | {str(client.tenant): last - 201}) as (tab, _):
        assert await tab.next() == {"type": "reset", "client_id": client.tenant}
        assert await tab.quiet() == []
    async with page(url, client.token, heads | {str(client.tenant): last - 200}) as (tab, _):
        assert len(await tab.quiet()) == 200
    others = [await house.client() for _ in range(5)]
    for other in others:
        async with house.process.database.work("research", UUID(str(other.tenant))) as work:
            for n in range(190):
                work.emit(began(str(n)))
    async with page(url, client.token, heads | {str(client.tenant): last - 190}) as (tab, _):
        assert await tab.next() == {"type": "reset", "client_id": None}
        assert await tab.quiet() == []


async def test_a_new_client_appears_and_a_lost_one_ends(house: House, client: Caller, url: str):
    operator = await house.operator()
    me = UUID((await operator.get("/auth/me"))["user_id"])
    async with page(url, operator.token) as (tab, heads):
        new = await house.client("Newly Made")
        frame = await tab.of(new, "moment")
        assert frame["moment"]["title"] == "Newly Made became a client" and new.tenant not in heads
        roles = house.ask("select roles from kernel.access where (actor, organization_id) = (%s, %s)", me, new.tenant)[0].roles
        house.ask("delete from kernel.access where (actor, organization_id) = (%s, %s)", me, new.tenant)
        await tell(house, new, began("unseen"))
        await tell(house, client, began("seen"))
        assert (await tab.of(client, "moment"))["moment"]["title"] == "Research of seen began"
        assert not [f for f in await tab.quiet() if new.tenant in str(f) and "unseen" in str(f)]
        house.ask("insert into kernel.access values (%s, %s, %s)", me, new.tenant, roles)
        await tell(house, new, began("back"))
        assert await tab.of(new, "moment", "reset") == {"type": "reset", "client_id": new.tenant}
        number = await tell(house, new, began("again"))
        assert await tab.numbers(new, 1) == [number]


async def test_a_tenant_hears_itself_only(house: House, client: Caller, url: str):
    other = await house.client()
    owner = await client.person("owner")
    async with page(url, client.token), page(url, owner.token, {}) as (tab, heads):
        assert set(heads) == {client.tenant}
        await tab.quiet()
        await tell(house, other, began("secret"))
        number = await tell(house, client, began("ours"))
        frame = await tab.next("moment")
        assert (frame["moment"]["client_id"], frame["moment"]["number"]) == (client.tenant, number)
        assert other.tenant not in str(await tab.quiet())
    async with page(url, owner.token, {str(other.tenant): 0, str(client.tenant): number}) as (tab, heads):
        assert set(heads) == {client.tenant} and other.tenant not in str(await tab.quiet())


async def test_who_is_shut_out_is_sent_away(house: House, client: Caller, url: str):
    viewer = await client.person("viewer")
    me = (await viewer.get("/auth/me"))["user_id"]
    async with page(url, viewer.token) as (tab, _):
        answer = await client.send("PUT", f"/people/{me}/roles", json={"roles": []})
        assert answer.status_code == 200, answer.text
        assert await tab.closed() == 4403


async def refused(url: str, *frames: Any) -> tuple[int, dict[str, Any]]:
    async with connect(url) as socket:
        for frame in frames:
            await socket.send(frame if isinstance(frame, str) else json.dumps(frame))
        tab = Page(socket)
        return await answered(tab)


async def answered(tab: Page) -> tuple[int, dict[str, Any]]:
    error = await tab.next("error")
    return await tab.closed(), error


async def test_only_signed_in_people_have_one(house: House, client: Caller, url: str):
    key = await client.key("dossier:read", "events:read")
    sign = house.process.get(Signer).sign
    visitor = sign("visitor", timedelta(days=1), org=str(client.tenant), sub=str(uuid7()))
    for frames, code in (
        ([{"type": "watch"}], 4401),
        (["{"], 4401),
        ([{"type": "auth", "token": "wrong"}], 4401),
        ([{"type": "auth", "token": key.token}], 4403),
        ([{"type": "auth", "token": visitor}], 4403),
        ([{"type": "auth", "token": sign("access", timedelta(seconds=-1), org=str(client.tenant), sub=str(uuid7()))}], 4401),
    ):
        closed, error = await refused(url, *frames)
        assert closed == code and error["detail"] and error["next"], frames
    assert (await refused(f"{url}?token={client.token}", {"type": "watch"}))[0] == 4401


async def test_a_token_ends_its_socket_unless_it_is_renewed(house: House, client: Caller, url: str):
    person = await client.person("viewer")
    me, sign = (await person.get("/auth/me"))["user_id"], house.process.get(Signer).sign

    def short(seconds: float) -> str:
        return sign("access", timedelta(seconds=seconds), org=str(client.tenant), sub=me)

    async with page(url, short(1.5)) as (kept, _), page(url, short(1.5)) as (ended, _):
        await kept.say(type="auth", token=short(60))
        assert await ended.closed() == 4401
        number = await tell(house, client, began())
        assert await kept.numbers(client, 1) == [number]
        await kept.say(type="auth", token=client.token)
        closed, error = await answered(kept)
        assert closed == 4401 and error["title"] == "AnotherPerson"


async def test_malformed_frames_are_told_and_survived(client: Caller, url: str):
    async with resumed(url, client) as (tab, _):
        for text in (
            "{",
            "[]",
            '{"type":"x"}',
            '{"type":"watch","heads":{"x":1}}',
            json.dumps({"type": "watch", "heads": {client.tenant: -1}}),
        ):
            await tab.socket.send(text)
            assert (await tab.next("error"))["status"] == 422
        assert await tab.quiet() == []


@pytest_asyncio.fixture
async def feed(house: House) -> AsyncIterator[tuple[Feed, Reader]]:
    """A feed under a matrix of its own, whose reader may see research and nothing of people; nobody tells it what grew."""
    operator = await house.operator()
    me = (await operator.get("/auth/me"))["user_id"]
    process = house.process
    matrix = {"owner": frozenset({"dossier:read", "research:read"})}
    feed = Feed(process.database, Live(process.database), Security(process.database, process.get(Signer), matrix))
    reader = Reader(Known("person", house.owner.organization_id, UUID(me)))
    await feed.join(reader)
    yield feed, reader
    await feed.leave(reader)


async def test_a_section_that_may_not_be_read_is_not_sent_and_a_lost_notification_costs_a_second(
    house: House, client: Caller, feed: tuple[Feed, Reader]
):
    _, reader = feed
    await tell(house, client, KeyIssued(key_id=uuid7(), name="hidden", scopes=[], expires_at=None))
    number = await tell(house, client, began("shown"))
    async with asyncio.timeout(10):
        while not any(n == number for _, n, _ in reader.waiting):
            await reader.news.wait()
            reader.news.clear()
    frames = [json.loads(text) for place, _, text in reader.waiting if str(place) == client.tenant]
    assert [f["moment"]["section"] for f in frames if f["type"] == "moment"] == ["research"] and "hidden" not in str(frames)


async def test_who_reads_slowly_gets_one_reset_and_no_memory_is_spent(house: House, client: Caller, feed: tuple[Feed, Reader]):
    _, reader = feed
    async with house.process.database.work("research", UUID(str(client.tenant))) as work:
        for n in range(WAITING_AT_MOST + 150):
            work.emit(began(str(n)))
    last = work.number
    async with asyncio.timeout(20):
        while not any(n == last for _, n, _ in reader.waiting):
            await reader.news.wait()
            reader.news.clear()
    assert len(reader.waiting) <= WAITING_AT_MOST
    assert json.loads(reader.waiting[0][2]) == {"type": "reset", "client_id": None}
    assert [n for place, n, _ in reader.waiting if n][-1] == last


async def test_many_tabs_cost_one_reading(house: House, client: Caller, url: str):
    """Thirty tabs of three people: each hears, and the log is read once."""
    people = [await client.person("viewer") for _ in range(3)]
    async with asyncio.timeout(30):
        opened = [page(url, people[n % 3].token) for n in range(30)]
        tabs = [(await each.__aenter__())[0] for each in opened]
        number = await tell(house, client, began())
        assert await asyncio.gather(*(tab.numbers(client, 1) for tab in tabs)) == [[number]] * 30
        feed = house.process.get(Feed)
        assert len(feed.readers) == 30 and feed.tasks
        for each in opened:
            await each.__aexit__(None, None, None)
        while feed.readers:
            await asyncio.sleep(0.01)
    await feed.leave(Reader(Known("person", uuid7(), uuid7())))
    assert not feed.tasks

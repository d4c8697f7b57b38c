"""The chat socket: greeting, pieces, the message, a resume, and what a person writes."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
import uvicorn
import websockets
from websockets.asyncio.client import ClientConnection, connect

from conftest import as_login
from retinue.assembly.application import application
from retinue.engines.knowledge.embedding import Embedder
from retinue.kernel.live import Live
from retinue.kernel.security import Caller as Known
from retinue.kernel.telemetry import configure_logs
from retinue.kernel.work import Database, uuid7
from retinue.services.conversations import frames, heard, room
from retinue.services.conversations.agents import Agents
from retinue.services.conversations.heard import Window
from sockets import away, told_by

from .talking import Client, House, Visit, process_of, served


@asynccontextmanager
async def chat(client: Client, visit: Visit, token: str | None = None) -> AsyncIterator["Chat"]:
    url = client.house.url.replace("http", "ws") + f"/api/v1/chat/ws/{visit.id}"
    async with connect(url) as connection:
        opened = Chat(connection)
        await opened.send(type="auth", token=token or visit.visitor.token)
        yield opened


class Broken:
    """What cannot be searched, by a mistake of ours."""

    async def search(self, *_: Any, **__: Any) -> Any:
        raise KeyError("passage")


class Chat:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def until(self, type_: str) -> list[dict[str, Any]]:
        """Everything up to the first message of this type."""
        seen: list[dict[str, Any]] = []
        async with asyncio.timeout(20):
            while not seen or seen[-1]["type"] != type_:
                seen.append(told_by(frames.chat, await self.connection.recv()))
        return seen


async def test_a_turn_over_the_socket(client: Client) -> None:
    visit = await client.start()
    async with chat(client, visit) as socket:
        (greeting,) = await socket.until("message")
        assert (greeting["role"], greeting["position"]) == ("assistant", 1)
        assert greeting["rich_content"]["suggested_questions"] == ["When are you open?"]
        await socket.send(type="message", content="When are you open on Saturdays?", id="m1")
        seen = await socket.until("message")
        assert [m["type"] for m in seen] == ["ack", "typing", "delta", "typing", "message"]
        assert seen[0]["id"] == "m1"
        assert "9.00 to 12.30" in seen[2]["content"]
        assert seen[-1]["content"] == seen[2]["content"]
        assert seen[-1]["citations"]
        assert seen[-1]["in_answer_to"] == seen[0]["message_id"]
        assert seen[-1]["timestamp"]
        await socket.send(type="end")
        assert (await socket.until("end"))[-1] == {"type": "end"}
    assert (await visit.visitor.get(visit.path)).json()["status"] == "ended"


async def test_a_message_sent_again_is_one_message(client: Client) -> None:
    visit = await client.start()
    for _ in range(2):
        async with chat(client, visit) as socket:
            await socket.until("message")
            await socket.send(type="message", content="When are you open on Saturdays?", id="m1")
            await socket.until("ack")
    async with chat(client, visit) as one, chat(client, visit) as two:
        await asyncio.gather(one.send(type="message", content="hello", id="m2"), two.send(type="message", content="hello", id="m2"))
        (a, b) = await asyncio.gather(one.until("ack"), two.until("ack"))
        assert a[-1]["message_id"] == b[-1]["message_id"]
        await one.until("message")
    messages = await visit.messages()
    assert [m["content"] for m in messages if m["role"] == "visitor"] == ["When are you open on Saturdays?", "hello"]


async def test_a_lost_socket_resumes_with_what_it_missed(client: Client) -> None:
    visit = await client.start()
    async with chat(client, visit) as socket:
        await socket.until("message")
        await socket.send(type="message", content="When are you open on Saturdays?", id="m1")
        await socket.until("ack")
    await visit.say("What does delivery to Scotland cost?")
    async with chat(client, visit) as socket:
        (greeting,) = await socket.until("message")
        assert greeting["last"] == 5
        await socket.send(type="resume", after=1)
        seen = await socket.until("resumed")
        assert [m["position"] for m in seen[:-1]] == [2, 3, 4, 5]
        assert sorted(m["role"] for m in seen[:-1]) == ["assistant", "assistant", "visitor", "visitor"]
        assert ["9.00" in m["content"] for m in seen[:-1] if m["role"] == "assistant"] == [True, False]
        assert seen[-1]["position"] == 5


async def test_what_a_person_writes_arrives(client: Client) -> None:
    visit, agent = await client.start(), client.person()
    async with chat(client, visit) as socket:
        await socket.until("message")
        await agent.post(f"{visit.path}/take")
        await socket.send(type="message", content="Are you there?")
        await socket.until("ack")
        await agent.post(f"{visit.path}/reply", {"content": "Ann here."})
        seen = await socket.until("message")
        assert (seen[-1]["role"], seen[-1]["content"], seen[-1]["answered_by"]) == ("person", "Ann here.", "person")


async def test_several_messages_at_once_come_back_in_order(client: Client) -> None:
    visit = await client.start()
    async with chat(client, visit) as socket:
        await socket.until("message")
        for text in ("When are you open on Saturdays?", "What does delivery to Scotland cost?", "How long does calibration take?"):
            await socket.send(type="message", content=text)
        answers = [(await socket.until("message"))[-1] for _ in range(3)]
    assert [a["position"] for a in answers] == sorted(a["position"] for a in answers)
    assert all(word in a["content"] for word, a in zip(("9.00", "£19", "two working days"), answers, strict=True))


async def test_nonsense_is_answered_and_the_socket_stays(client: Client) -> None:
    visit = await client.start()
    async with chat(client, visit) as socket:
        await socket.until("message")
        for nonsense in ("{", "[]", '{"type":"fly"}', json.dumps({"type": "message", "content": " "}), "x" * 40_000):
            await socket.connection.send(nonsense)
            assert (await socket.until("error"))[-1]["status"] in (422, 413)
        await socket.send(type="ping")
        await socket.until("pong")


async def test_a_stranger_is_refused(client: Client) -> None:
    visit, other = await client.start(), await client.start()
    stranger = await client.house.client()
    foreign = await stranger.start()
    for token, code in (("nonsense", 4401), (other.visitor.token, 4404), (foreign.visitor.token, 4404), (stranger.person().token, 4404)):
        async with chat(client, visit, token) as socket:
            assert (await socket.until("error"))[-1]["status"] in (401, 404)
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await socket.connection.recv()
            assert closed.value.rcvd
            assert closed.value.rcvd.code == code


async def test_staff_who_look_on_see_the_question_and_the_answer_while_it_is_written(client: Client) -> None:
    visit, agent = await client.start(), client.person("member")
    async with chat(client, visit, agent.token) as staff:
        await staff.until("message")
        await visit.say("When are you open on Saturdays?")
        seen = []
        while not any(m["type"] == "message" and m["role"] == "assistant" for m in seen):
            seen += await staff.until("message")
        kinds = [(m["type"], m.get("role") or m.get("status")) for m in seen if m["type"] != "delta"]
        assert kinds.index(("message", "visitor")) < kinds.index(("message", "assistant"))
        assert ("typing", True) in kinds and kinds.index(("typing", True)) < kinds.index(("typing", False))
        assert all(m["who"] == "agent" for m in seen if m["type"] == "typing")
        assert "9.00 to 12.30" in "".join(m["content"] for m in seen if m["type"] == "delta")
    async with chat(client, visit) as visitor, chat(client, visit, agent.token) as staff:
        await visitor.until("message")
        await staff.until("message")
        await staff.send(type="typing", status=True)
        assert (await visitor.until("typing"))[-1] == {"type": "typing", "status": True, "who": "person"}
        await visitor.send(type="typing", status=True)
        assert (await staff.until("typing"))[-1] == {"type": "typing", "status": True, "who": "visitor"}
        await agent.post(f"{visit.path}/take")
        assert (await staff.until("status"))[-1]["status"] == "taken"


async def test_whoever_asks_as_staff_is_told_once(client: Client) -> None:
    visit = await client.start()
    async with chat(client, visit, client.person("member").token) as socket:
        await socket.until("message")
        await socket.send(type="message", content="When are you open on Saturdays?", id="m1")
        seen = []
        while not any(m["type"] == "message" and m["role"] == "assistant" for m in seen):
            seen += await socket.until("message")
        text = "".join(m["content"] for m in seen if m["type"] == "delta")
        assert text == next(m["content"] for m in seen if m["type"] == "message" and m["role"] == "assistant")


async def test_a_turn_that_breaks_is_told_on_the_socket_as_in_the_stream(client: Client) -> None:
    """The knowledge of this client cannot be read: a failure of ours, in the middle of a turn."""
    visit = await client.start()
    agents = client.house.process.get(Agents)
    agents.knowledge_of = lambda organization, channel: Broken()
    async with chat(client, visit) as socket:
        await socket.until("message")
        await socket.send(type="message", content="When are you open on Saturdays?", id="m1")
        seen = await socket.until("error")
        assert [m["type"] for m in seen] == ["ack", "typing", "typing", "error"]
        assert (seen[-1]["status"], seen[-1]["id"], seen[-1]["in_answer_to"]) == (500, "m1", seen[0]["message_id"])
        await socket.send(type="ping")
        await socket.until("pong")
    streamed = await (await client.start()).visitor.post(f"{visit.path}/messages", {"content": "x"}, Accept="text/event-stream")
    assert streamed.status_code == 404
    other = await client.start()
    streamed = await other.visitor.post(f"{other.path}/messages", {"content": "When are you open?"}, Accept="text/event-stream")
    assert "event: error" in streamed.text and '"status": 500' in streamed.text


async def test_a_socket_outlives_a_database_that_was_away(client: Client) -> None:
    house = client.house
    visit, agent = await client.start(), client.person()
    async with chat(client, visit) as socket, chat(client, visit, agent.token) as staff:
        await socket.until("message")
        await staff.until("message")
        await agent.post(f"{visit.path}/take")
        for one in (socket, staff):
            assert (await one.until("status"))[-1]["status"] == "taken"
        with away(house.sql):
            await socket.send(type="message", content="Are you there?", id="m1")
            refused = (await socket.until("error"))[-1]
            assert (refused["status"], refused["id"]) == (503, "m1")
        await socket.send(type="message", content="Are you there?", id="m1")
        await socket.until("ack")
        assert (await staff.until("message"))[-1]["content"] == "Are you there?"
        await agent.post(f"{visit.path}/reply", {"content": "Ann here."})
        assert (await socket.until("message"))[-1]["content"] == "Ann here."


async def test_a_socket_ends_when_its_person_may_no_longer_see(client: Client) -> None:
    visit, agent = await client.start(), client.person()
    async with chat(client, visit, agent.token) as socket:
        await socket.until("message")
        client.house.sql("delete from kernel.access where actor = %s", client.people["member"])
        await visit.say("When are you open?")
        assert (await socket.until("error"))[-1]["status"] in (403, 404)
        with pytest.raises(websockets.ConnectionClosed):
            await socket.connection.recv()


class Counted(Database):
    """Counts transactions and calls of functions."""

    asked = 0

    @asynccontextmanager
    async def begun(self, *given: Any, **named: Any) -> AsyncIterator[Any]:
        self.asked += 1
        async with super().begun(*given, **named) as begun:
            yield begun

    async def call(self, sql: str, **values: Any) -> list[Any]:
        self.asked += 1
        return await super().call(sql, **values)


async def test_open_chats_of_others_cost_a_turn_nothing(
    owner_url: str, owner: psycopg.Connection, embedder: Embedder, tmp_path: Path
) -> None:
    database = Counted(as_login(owner_url))
    process = process_of(database, tmp_path, embedder)
    async with served(process) as url, httpx.AsyncClient(base_url=url, timeout=30) as http, AsyncExitStack() as stack:
        client = await House(process, url, http, owner, embedder).client()
        visit = await client.start()
        await visit.say("When are you open on Saturdays?")

        async def turns() -> int:
            before = database.asked
            for _ in range(3):
                await visit.say("When are you open on Saturdays?")
            return database.asked - before

        alone = await turns()
        others = [await client.start() for _ in range(5)]
        sockets = [await stack.enter_async_context(chat(client, others[n % 5])) for n in range(40)]
        for socket in sockets:
            await socket.until("message")
        assert await turns() <= alone + 3 * 4, "a few readings a turn, whatever the number of chats"
        before = database.asked
        await process.get(Live).wait(uuid7(), 3.0)
        assert database.asked - before <= 8, "and when nothing happens one look a second"
        await others[0].say("Hello")
        heard = [(await socket.until("message"))[-1]["position"] for n, socket in enumerate(sockets) if n % 5 == 0]
        assert set(heard) == {3}
    await database.close()


async def test_an_answer_of_this_process_reaches_its_chats_without_a_read(client: Client) -> None:
    visit = await client.start()
    window = Window(Known("visitor", client.id, None, conversation=UUID(visit.id)), client.id, UUID(visit.id), seen=1)
    heard.enter(window)
    await visit.say("When are you open on Saturdays?")
    heard.leave(window)
    assert [(m["role"], m["position"]) for m in window.waiting] == [("assistant", 3)]


async def test_what_another_process_stores_is_found_by_one_reading(client: Client) -> None:
    house, visit, agent = client.house, await client.start(), client.person()
    async with chat(client, visit) as visitor, chat(client, visit, agent.token) as staff:
        for socket in (visitor, staff):
            await socket.until("message")
        for position in (2, 3):
            house.sql(
                "insert into conversations.message (organization_id, id, conversation_id, position, role, content, answered, remembered, created_at)"
                " values (%s, %s, %s, %s, 'person', %s, true, true, now())",
                client.id, uuid7(), visit.id, position, f"Number {position}",
            )  # fmt: skip
        house.sql("update conversations.conversation set positions = 3, status = 'taken' where id = %s", visit.id)
        house.sql("select pg_notify('retinue_events', %s)", str(client.id))
        for socket in (visitor, staff):
            seen = [*(await socket.until("message")), *(await socket.until("status"))]
            assert [m.get("content") for m in seen] == ["Number 2", "Number 3", None]
            assert seen[-1]["status"] == "taken"


async def test_three_questions_at_once_keep_their_answers_apart(client: Client) -> None:
    visit = await client.start()
    texts = {"a": "When are you open on Saturdays?", "b": "What does delivery to Scotland cost?", "c": "How long does calibration take?"}
    async with chat(client, visit) as socket:
        await socket.until("message")
        for id, text in texts.items():
            await socket.send(type="message", content=text, id=id)
        seen: list[dict[str, Any]] = []
        while len([m for m in seen if m["type"] == "message"]) < 3:
            seen += await socket.until("message")
    questions = {m["message_id"]: m["id"] for m in seen if m["type"] == "ack"}
    assert sorted(questions.values()) == ["a", "b", "c"]
    for message_id, id in questions.items():
        of_it = [m for m in seen if m.get("in_answer_to") == message_id]
        assert [m["type"] for m in of_it if m["type"] != "delta"] == ["typing", "typing", "message"]
        assert "".join(m["content"] for m in of_it if m["type"] == "delta") == of_it[-1]["content"]
        assert {"a": "9.00", "b": "£19", "c": "two working days"}[id] in of_it[-1]["content"]
    assert all("in_answer_to" in m for m in seen if m["type"] in ("delta", "typing"))


async def test_a_long_conversation_is_resumed_whole(client: Client) -> None:
    house, visit = client.house, await client.start()
    house.sql(
        "insert into conversations.message (organization_id, id, conversation_id, position, role, content, answered, remembered, created_at)"
        " select %s, gen_random_uuid(), %s, n, 'person', n::text, true, true, now() from generate_series(2, 450) n",
        client.id, visit.id,
    )  # fmt: skip
    house.sql("update conversations.conversation set positions = 450 where id = %s", visit.id)
    async with chat(client, visit) as socket:
        await socket.until("message")
        positions, after, more = [], 1, True
        while more:
            await socket.send(type="resume", after=after)
            seen = await socket.until("resumed")
            positions += [m["position"] for m in seen[:-1]]
            after, more = seen[-1]["position"], seen[-1]["more"]
    assert positions == list(range(2, 451))


async def test_a_token_in_the_address_still_opens_a_chat_and_is_in_no_log(client: Client, capfd: pytest.CaptureFixture[str]) -> None:
    visit, root = await client.start(), logging.getLogger()
    before = root.handlers, root.level
    configure_logs("INFO")
    propagates, logging.getLogger("uvicorn").propagate = logging.getLogger("uvicorn").propagate, True
    server = uvicorn.Server(
        uvicorn.Config(
            application(client.house.process, [room]), port=0, log_config=None, log_level="info", access_log=False, lifespan="off"
        )
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    url = f"ws://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/api/v1/chat/ws/{visit.id}"
    async with connect(f"{url}?token={visit.visitor.token}") as old, connect(url, additional_headers=bearer(visit)) as by_header:
        for connection in (old, by_header):
            await Chat(connection).until("message")
            await Chat(connection).send(type="ping")
            await Chat(connection).until("pong")
    server.should_exit = True
    await serving
    root.handlers, root.level = before
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    logging.getLogger("uvicorn").propagate = propagates
    written = capfd.readouterr()
    assert "uvicorn" in written.err and visit.visitor.token not in written.out + written.err


def bearer(visit: Visit) -> dict[str, str]:
    return {"Authorization": f"Bearer {visit.visitor.token}"}


async def test_a_chat_begins_with_its_token_and_may_renew_it(client: Client) -> None:
    visit, other = await client.start(), await client.start()
    url = client.house.url.replace("http", "ws") + f"/api/v1/chat/ws/{visit.id}"
    for first in ('{"type":"ping"}', "{", '{"type":"auth","token":"nonsense"}'):
        async with connect(url) as connection:
            await connection.send(first)
            assert (await Chat(connection).until("error"))[-1]["status"] == 401
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await connection.recv()
            assert closed.value.rcvd and closed.value.rcvd.code == 4401
    async with chat(client, visit) as socket:
        await socket.until("message")
        await socket.send(type="auth", token=visit.visitor.token)
        await socket.send(type="auth", token=other.visitor.token)
        assert (await socket.until("error"))[-1]["title"] == "AnotherCaller"
        await socket.send(type="message", content="When are you open?")
        await socket.until("ack")

"""The chat socket: greeting, pieces, the message, a resume, and what a person writes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect

from retinue.services.conversations import frames
from retinue.services.conversations.agents import Agents
from sockets import away, told_by

from .talking import Client, Visit


@asynccontextmanager
async def chat(client: Client, visit: Visit, token: str | None = None) -> AsyncIterator["Chat"]:
    url = client.house.url.replace("http", "ws") + f"/api/v1/chat/ws/{visit.id}?token={token or visit.visitor.token}"
    async with connect(url) as connection:
        yield Chat(connection)


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

"""What strangers with a widget's public key can spend: their own little, and nothing of the client's."""

import asyncio
from functools import partial
from pathlib import Path

import httpx
import psycopg
from pydantic import SecretStr

from retinue.connectors.llm.openai import OpenAI
from retinue.contracts.conversations import ModelBudgetSpent
from retinue.engines.governance.gate import Gate
from retinue.engines.governance.leases import LeasedBudget
from retinue.engines.knowledge.embedding import Embedder
from retinue.engines.llm import LlmSettings, Models
from retinue.kernel.clock import StoppedClock
from retinue.kernel.limits import Limiter
from retinue.kernel.work import Database
from retinue.services.conversations.allowances import models_spent
from retinue.services.conversations.settings import ConversationsSettings
from simulators.openai import OpenAISimulator
from simulators.serving import serving

from .talking import Caller, Client, House, Visit, process_of, served
from .test_socket import chat


def limited(client: Client, per_minute: int = 100, *, per_visitor: int = 100, per_stranger: int = 100) -> None:
    client.house.process.provide(Limiter, Limiter(per_minute, StoppedClock(), per_visitor=per_visitor, per_stranger=per_stranger))


async def test_a_stranger_spends_nothing_of_the_owners(client: Client) -> None:
    limited(client, 5, per_stranger=5)
    stranger, other = Caller(client.house, client.widget_key()), Caller(client.house, client.widget_key())
    answers = [(await stranger.get("/chat/conversations/missing")).status_code for _ in range(8)]
    assert answers.count(429) == 3
    key = stranger.token
    assert (await client.house.http.get(f"/api/v1/chat/widget?key={key}")).status_code == 429, "the widget's settings are of the same key"
    assert (await other.get("/chat/conversations/missing")).status_code != 429, "another key of the same client"
    owner, member = client.person("owner"), client.person("member")
    assert (await owner.get("/chat/conversations")).status_code == 200
    for _ in range(8):
        await owner.get("/chat/conversations")
    assert (await owner.get("/chat/conversations")).status_code == 429
    assert (await member.get("/chat/conversations")).status_code == 200, "colleagues have their own"


async def test_few_conversations_begin_from_one_address(client: Client) -> None:
    limited(client)
    stranger = Caller(client.house, client.widget_key())
    answers = [await stranger.post("/chat/conversations", {}) for _ in range(12)]
    assert [each.status_code for each in answers] == [201] * 10 + [429] * 2
    assert answers[-1].headers["retry-after"] == "7"
    assert (await client.person("member").post("/chat/conversations", {})).status_code == 201
    visit = Visit(Caller(client.house, answers[0].json()["visitor_token"]), answers[0].json())
    await visit.say("When are you open on Saturdays?")


async def test_what_a_socket_says_counts_as_what_is_posted(client: Client) -> None:
    limited(client, per_visitor=6)
    visit, another = await client.start(), await client.start()
    async with chat(client, visit) as socket:
        await socket.until("message")
        for _ in range(5):
            await socket.send(type="ping")
            await socket.until("pong")
        await socket.send(type="ping")
        assert (await socket.until("error"))[-1]["status"] == 429
    assert (await visit.visitor.get(visit.path)).status_code == 429
    assert (await another.visitor.get(another.path)).status_code == 200


async def test_a_public_key_begins_so_many_conversations_a_day_wherever_they_come_from(client: Client) -> None:
    limited(client)
    process = client.house.process
    process.provide(ConversationsSettings, ConversationsSettings(starts_per_day=3, file_megabytes_per_day=1))
    stranger, other = Caller(client.house, client.widget_key()), Caller(client.house, client.widget_key())
    answers = await asyncio.gather(*(stranger.post("/chat/conversations", {}) for _ in range(6)))
    assert sorted(each.status_code for each in answers) == [201] * 3 + [429] * 3
    refused = next(each for each in answers if each.status_code == 429)
    assert refused.json()["title"] == "EnoughForToday" and int(refused.headers["retry-after"]) > 0
    assert (await other.post("/chat/conversations", {})).status_code == 201
    assert (await client.person("member").post("/chat/conversations", {})).status_code == 201
    visits = [each.json() for each in answers if each.status_code == 201]
    sent = []
    for number, visit in enumerate(visits):
        files = {"file": ("notes.txt", f"{number} {'words ' * 80_000}".encode(), "text/plain")}
        path, headers = (
            f"/api/v1/chat/conversations/{visit['conversation_id']}/files",
            {"Authorization": f"Bearer {visit['visitor_token']}"},
        )
        sent.append((await client.house.http.post(path, files=files, headers=headers)).status_code)
    assert sent == [201, 201, 429], "half a megabyte each, and one megabyte a day"


async def test_when_the_money_is_spent_rules_answer_and_staff_are_told_once(
    database: Database, owner: psycopg.Connection, embedder: Embedder, tmp_path: Path
) -> None:
    vendor = OpenAISimulator()

    async def unrecorded(_: object) -> None:
        return None

    budget = LeasedBudget(database, "conversations", 0.0, reached=partial(models_spent, database))
    async with serving(vendor.app) as address:
        provider = OpenAI(SecretStr(vendor.key), f"{address}/v1")
        models = Models({"openai": provider}, Gate(unrecorded, clock=database.clock, budget=budget), LlmSettings(attempts=1, backoff_s=0))
        process = process_of(database, tmp_path, embedder, models=models)
        async with served(process) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
            house = House(process, url, http, owner, embedder)
            client = await house.client()
            visit = await client.start()
            answers = [
                await visit.say(question) for question in ("When are you open on Saturdays?", "What does delivery to Scotland cost?")
            ]
            assert [answer["answered_by"] for answer in answers] == ["rules", "rules"]
            assert "9.00" in answers[0]["content"] and vendor.requests == []
            assert not any(word in answer["content"].lower() for word in ("budget", "money", "dollar") for answer in answers)
            events = await house.events(client.id)
            (told,) = [event for event in events if isinstance(event, ModelBudgetSpent)]
            assert told.until > told.occurred_at
        await provider.aclose()

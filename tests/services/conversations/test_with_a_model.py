"""With a model: it calls the tools through the gate, cites by number, and the rules stand in when it fails."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psycopg
import pytest_asyncio
from pydantic import SecretStr

from retinue.connectors.llm.openai import OpenAI
from retinue.contracts.conversations import AnswerGiven
from retinue.engines.governance.gate import Gate
from retinue.engines.knowledge.embedding import Embedder
from retinue.engines.llm import LlmSettings, Models
from retinue.kernel.work import Database
from simulators.openai import OpenAISimulator
from simulators.serving import serving
from simulators.vendor import Fault, Say

from .talking import House, process_of, served


@pytest_asyncio.fixture
async def modelled(
    database: Database, owner: psycopg.Connection, embedder: Embedder, tmp_path: Path
) -> AsyncIterator[tuple[House, OpenAISimulator]]:
    vendor = OpenAISimulator()

    async def unrecorded(_: object) -> None:
        return None

    async with serving(vendor.app) as address:
        provider = OpenAI(SecretStr(vendor.key), f"{address}/v1")
        models = Models({"openai": provider}, Gate(unrecorded, clock=database.clock), LlmSettings(attempts=1, backoff_s=0))
        process = process_of(database, tmp_path, embedder, models=models)
        async with served(process) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
            yield House(process, url, http, owner, embedder), vendor
        await provider.aclose()


def call(tool: str, /, **arguments: str) -> Say:
    return Say(tools=((tool, arguments),))


async def test_a_model_searches_and_cites(modelled: tuple[House, OpenAISimulator]) -> None:
    house, vendor = modelled
    client = await house.client()
    vendor.next.extend(
        [call("search_knowledge", query="opening hours on Saturday"), Say("We open at nine on Saturdays [1]. Until half past twelve [1].")]
    )
    visit = await client.start()
    headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {visit.visitor.token}"}
    answer = await house.http.post(f"/api/v1{visit.path}/messages", json={"content": "And on Saturdays?"}, headers=headers)
    told = "".join(
        json.loads(line[6:]).get("content", "") for line in answer.text.split("event: message")[0].splitlines() if line.startswith("data: ")
    )
    assert told == "We open at nine on Saturdays. Until half past twelve."
    message = (await visit.messages())[-1]
    assert message["content"] == told
    assert (message["grounded"], message["answered_by"]) == (True, "model")
    (citation,) = message["citations"]
    text = house.sql("select text from knowledge.document where organization_id = %s", client.id)[0].text
    assert citation["quote"] == text[citation["start"] : citation["end"]]
    (given,) = [e for e in await house.events(client.id) if isinstance(e, AnswerGiven)]
    assert given.answered_by == "model"


async def test_words_without_a_citation_are_not_grounded(modelled: tuple[House, OpenAISimulator]) -> None:
    house, vendor = modelled
    client = await house.client()
    vendor.next.extend([call("search_knowledge", query="discounts"), Say("I do not know.")])
    answer = await (await client.start()).say("Do you give discounts?")
    assert not answer["grounded"]
    assert {"type": "person_offered"} in answer["actions"]


async def test_a_model_notes_contacts_and_asks_for_a_person(modelled: tuple[House, OpenAISimulator]) -> None:
    house, vendor = modelled
    client = await house.client()
    vendor.next.extend(
        [call("capture_contact", name="Ann Lee", email="ann@lee.example"), call("hand_over", reason="wants a call"), Say("Noted.")]
    )
    visit = await client.start()
    answer = await visit.say("Ann Lee, ann@lee.example, please have somebody call")
    assert [a["type"] for a in answer["actions"]] == ["contact_captured", "handover_requested"]
    seen = (await client.person().get(visit.path)).json()
    assert (seen["visitor_name"], seen["status"]) == ("Ann Lee", "waiting")


async def test_the_rules_answer_when_the_model_fails(modelled: tuple[House, OpenAISimulator]) -> None:
    house, vendor = modelled
    client = await house.client()
    visit = await client.start()
    vendor.next.extend([Fault(status=500)] * 5)
    answer = await visit.say("When are you open on Saturdays?")
    assert "9.00 to 12.30" in answer["content"]
    assert answer["answered_by"] == "rules"


async def test_a_model_that_calls_for_ever_is_stopped(modelled: tuple[House, OpenAISimulator]) -> None:
    house, vendor = modelled
    client = await house.client()
    vendor.next.extend([*(call("search_knowledge", query=f"opening {n}") for n in range(6)), Say("Enough [1].")])
    assert (await (await client.start()).say("When are you open?"))["content"] == "Enough."
    assert not vendor.next


async def test_what_a_model_says_without_looking_is_not_grounded(modelled: tuple[House, OpenAISimulator]) -> None:
    house, vendor = modelled
    client = await house.client()
    vendor.next.extend([Say("Delivery is free."), Say("Hello!")])
    visit = await client.start()
    assert not (await visit.say("What does delivery cost?"))["grounded"]
    assert (await visit.say("hello"))["grounded"]

"""What a configuration says is what its agent does: each field of it changes what happens in a conversation."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from retinue.connectors.llm.anthropic import Anthropic
from retinue.connectors.llm.openai import OpenAI
from retinue.engines.governance.gate import Gate
from retinue.engines.knowledge.embedding import Embedder
from retinue.engines.llm import LlmSettings, Models
from retinue.kernel.work import Database
from simulators.anthropic import AnthropicSimulator
from simulators.openai import OpenAISimulator
from simulators.serving import serving
from simulators.vendor import Fault, Say

from .talking import House, configuration, process_of, served

ALL_TOOLS = ("search_knowledge", "capture_contact", "hand_over")
Vendors = tuple[House, OpenAISimulator, AnthropicSimulator]


@pytest_asyncio.fixture
async def vendors(database: Database, owner: psycopg.Connection, embedder: Embedder, tmp_path: Path) -> AsyncIterator[Vendors]:
    first, second = OpenAISimulator(), AnthropicSimulator()

    async def unrecorded(_: object) -> None:
        return None

    async with serving(first.app) as openai, serving(second.app) as anthropic:
        providers = {"openai": OpenAI(SecretStr(first.key), f"{openai}/v1"), "anthropic": Anthropic(SecretStr(second.key), anthropic)}
        models = Models({**providers}, Gate(unrecorded, clock=database.clock), LlmSettings(attempts=1, backoff_s=0))
        process = process_of(database, tmp_path, embedder, models=models)
        async with served(process) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
            yield House(process, url, http, owner, embedder), first, second
        for provider in providers.values():
            await provider.aclose()


def tools(*names: str, missing: tuple[str, ...] = ()) -> list[dict[str, str]]:
    listed = [{"tool_name": name, "status": "implemented"} for name in names]
    return [*listed, *({"tool_name": name, "status": "missing"} for name in missing)]


def features(triggers: tuple[tuple[str, str], ...] = (), **changes: Any) -> dict[str, Any]:
    known: dict[str, Any] = configuration()["workflow_features"]
    escalation = known["human_escalation"] | {"triggers": [{"condition": c, "action": a} for c, a in triggers]}
    return known | {"human_escalation": escalation | changes.pop("human_escalation", {})} | changes


def actions(answer: dict[str, Any]) -> list[str]:
    return [action["type"] for action in answer["actions"]]


@pytest.mark.parametrize("off", ALL_TOOLS)
@pytest.mark.parametrize("how", ["not listed", "missing"])
async def test_a_tool_that_is_switched_off_is_off(house: House, off: str, how: str) -> None:
    on = tuple(name for name in ALL_TOOLS if name != off)
    client = await house.client(tools_available=tools(*on, missing=(off,) if how == "missing" else ()))
    visit = await client.start()
    asked = await visit.say("When are you open on Saturdays?")
    assert ("9.00 to 12.30" in asked["content"]) == (off != "search_knowledge")
    assert asked["grounded"] == (off != "search_knowledge") and (asked["citations"] != []) == (off != "search_knowledge")
    told = await visit.say("I am Ann Lee, ann@lee.example")
    assert ("contact_captured" in actions(told)) == (off != "capture_contact")
    wanted = await visit.say("Please let me talk to a person")
    assert ("handover_requested" in actions(wanted)) == (off != "hand_over")
    assert not any("person_offered" in actions(a) for a in (asked, told, wanted)) or off != "hand_over"
    seen = (await client.person().get(visit.path)).json()
    assert (seen["status"] == "waiting") == (off != "hand_over")


async def test_a_configuration_that_lists_no_tools_has_those_that_are_built_in(house: House) -> None:
    assert "9.00" in (await (await (await house.client()).start()).say("When are you open on Saturdays?"))["content"]
    none = await house.client(tools_available=[])
    assert not (await (await none.start()).say("When are you open on Saturdays?"))["citations"]


async def test_a_model_is_offered_the_tools_that_are_on_and_told_of_no_others(vendors: Vendors) -> None:
    house, openai, _ = vendors
    client = await house.client(tools_available=tools("search_knowledge"))
    openai.next.append(Say("Hello."))
    await (await client.start()).say("hello")
    (request,) = openai.requests
    assert [tool["function"]["name"] for tool in request["tools"]] == ["search_knowledge"]
    assert (
        "search_knowledge" in request["messages"][0]["content"]
        and "hand_over" not in str(request)
        and "capture_contact" not in str(request)
    )


HELD = "handover_requested"


@pytest.mark.parametrize(
    ("condition", "says", "not_for"),
    [
        ("urgent_case", "This is an emergency, it is urgent!", "What do you do in an urgent case?"),
        ("emergency_keywords_detected", "Somebody has to look at it asap", "When are you open?"),
        ("customer_complains", "This is unacceptable, nobody called me.", "When are you open?"),
        ("patient_requests_doctor", "I must speak to the doctor", "When are you open?"),
        ("sentiment_score < 0.3", "You are awful, I am furious with this.", "Thank you, that is great."),
        ("user_requests_human", "Can I talk to a human please", "When are you open?"),
        ("ai_confidence < 0.5", "Who won the cup in 1966?", "When are you open on Saturdays?"),
    ],
)
async def test_a_trigger_calls_a_person(house: House, condition: str, says: str, not_for: str) -> None:
    at_once = await house.client(workflow_features=features(((condition, "immediate_handoff"),)))
    answer = await (await at_once.start()).say(says)
    assert HELD in actions(answer), answer
    (reason,) = [action["reason"] for action in answer["actions"] if action["type"] == HELD]
    assert reason == condition.partition(" ")[0]
    assert HELD not in actions(await (await at_once.start()).say(not_for))
    offered = await house.client(workflow_features=features(((condition, "suggest_handoff"),)))
    answer = await (await offered.start()).say(says)
    assert actions(answer) == ["person_offered"] and "Would you like a person" in answer["content"], answer


async def test_a_trigger_acts_whatever_a_model_would_say(vendors: Vendors) -> None:
    house, openai, _ = vendors
    client = await house.client(
        workflow_features=features((("urgent_case", "immediate_handoff"), ("ai_confidence < 0.5", "immediate_handoff")))
    )
    answer = await (await client.start()).say("It is urgent, our scale is on fire")
    assert HELD in actions(answer) and not openai.requests
    openai.next.append(Say("No idea, sorry."))
    answer = await (await client.start()).say("Who won the cup in 1966?")
    assert HELD in actions(answer) and answer["content"].startswith("No idea, sorry.")


async def test_without_escalation_nobody_is_offered_or_asked(house: House) -> None:
    off = features((("urgent_case", "immediate_handoff"),), human_escalation={"enabled": False})
    visit = await (await house.client(workflow_features=off)).start()
    for said in ("It is urgent!", "Let me talk to a human", "Who won the cup in 1966?"):
        assert actions(await visit.say(said)) == []


@pytest.mark.parametrize(
    ("action", "says", "waits"), [("queue_callback", "leave your name", True), ("take_message", "write your message here", False)]
)
async def test_who_finds_nobody_is_asked_for_what_is_configured(house: House, action: str, says: str, waits: bool) -> None:
    client = await house.client(workflow_features=features(human_escalation={"unavailable_action": action}))
    visit = await client.start()
    assert says in (await visit.say("Let me talk to a human"))["content"]
    assert (await client.person().get(visit.path)).json()["callback"] is waits


async def test_contact_data_is_taken_down_as_configured(house: House) -> None:
    said = "I am Ann Lee, ann@lee.example, 020 7946 0018"
    client = await house.client(workflow_features=features(pii_collection={"enabled": True, "fields": ["email"]}))
    (captured,) = (await (await client.start()).say(said))["actions"]
    assert captured["email"] == "ann@lee.example" and not {"name", "phone"} & captured.keys()
    none = await house.client(workflow_features=features(pii_collection={"enabled": False, "fields": ["email"]}))
    assert actions(await (await none.start()).say(said)) == []


async def test_the_company_and_the_language_are_those_that_are_configured(house: House) -> None:
    meta = {"product_type": "chatbot", "languages": ["de"], "client_name": "Waagen Eich"}
    client = await house.client(config_metadata=meta, greeting="Willkommen bei uns.", suggested_questions=["Wann ist offen?"])
    visit = await client.start()
    greeting = visit.started["greeting"]
    assert greeting["content"].startswith("Willkommen bei uns. Ich bin ein automatischer Assistent")
    assert greeting["rich_content"]["suggested_questions"] == ["Wann ist offen?"]
    answer = (await visit.say("Wer gewann 1966 den Pokal?"))["content"]
    assert "Das weiß ich nicht" in answer and "Waagen Eich" in answer


async def test_a_model_is_told_what_is_configured(vendors: Vendors) -> None:
    house, openai, _ = vendors
    prompt = {
        "role": "scale_adviser",
        "instructions": "Speak of scales.",
        "constraints": ["Never promise dates."],
        "tone": "formal_professional",
    }
    parameters = {"temperature": 0.2, "max_tokens": 77, "top_p": 0.8}
    llm = {"provider": "openai", "model": "balanced", "parameters": parameters}
    client = await house.client(system_prompt=prompt, llm_config=llm)
    openai.next.append(Say("Hello."))
    await (await client.start()).say("hello")
    (request,) = openai.requests
    told = request["messages"][0]["content"]
    assert (
        "Your role: scale adviser." in told
        and "Speak of scales." in told
        and "- Never promise dates." in told
        and "formal professional" in told
    )
    assert (request["temperature"], request["max_tokens"], request["top_p"]) == (0.2, 77, 0.8)


async def test_the_provider_model_and_fallback_that_are_configured_are_asked(vendors: Vendors) -> None:
    house, openai, anthropic = vendors
    llm = {"provider": "openai", "model": "gpt-4o-mini", "fallback": {"provider": "anthropic", "model": "claude-haiku-4-5"}}
    client = await house.client(llm_config=llm)
    openai.next.append(Say("From the first."))
    assert (await (await client.start()).say("hello"))["content"] == "From the first."
    assert [request["model"] for request in openai.requests] == ["gpt-4o-mini"] and not anthropic.requests
    openai.next.append(Fault(status=500))
    anthropic.next.append(Say("From the second."))
    assert (await (await client.start()).say("hello"))["content"] == "From the second."
    assert [request["model"] for request in anthropic.requests] == ["claude-haiku-4-5"]
    other = await house.client(llm_config={"provider": "anthropic", "model": "premium"})
    anthropic.next.append(Say("A better one."))
    assert (await (await other.start()).say("hello"))["content"] == "A better one."
    assert anthropic.requests[-1]["model"] == "claude-opus-4-1" and len(openai.requests) == 2
    nobody = await house.client(llm_config={"provider": "openai", "model": "gpt-4o-mini"})
    openai.next.append(Fault(status=500))
    answer = await (await nobody.start()).say("When are you open on Saturdays?")
    assert answer["answered_by"] == "rules" and len(anthropic.requests) == 2, "without a fallback nobody else is asked"


async def test_the_agent_looks_in_its_namespace_alone(house: House) -> None:
    client = await house.client(vector_db_config={"type": "pgvector", "namespace": "elsewhere"})
    assert not (await (await client.start()).say("When are you open on Saturdays?"))["grounded"]
    client.deploy(2, vector_db_config={"type": "pgvector", "namespace": "default"})
    assert "9.00" in (await (await client.start()).say("When are you open on Saturdays?"))["content"]


@pytest.mark.parametrize(
    ("listed", "opens"),
    [
        ([], True),
        ([("website_chat", "implemented")], True),
        ([("website_chat", "missing")], False),
        ([("whatsapp_business", "missing")], False),
    ],
)
async def test_listed_integrations_without_the_web_chat_close_it(house: House, listed: list[tuple[str, str]], opens: bool) -> None:
    integrations = [{"integration_name": name, "type": "input_channel", "status": status} for name, status in listed]
    client = await house.client(integrations=integrations)
    answer = await client.person().post("/chat/conversations", {})
    assert answer.status_code == (201 if opens else 409)
    assert opens or answer.json()["title"] == "NotOnTheWeb"
    tried = await client.person("owner").post("/chat/conversations", {"config_id": str(client.config_id), "config_version": 1})
    assert tried.status_code == 201, "staff try a version whatever its channels"

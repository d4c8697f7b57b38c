"""Replies drafted for a person who has the conversation: from what the client published, cited, and never sent by themselves."""

import json

from retinue.engines.knowledge.passages import Passage
from retinue.kernel.sweeping import Asks
from retinue.services.conversations.suggesting import Asked, extracts
from simulators.vendor import Say

from .talking import Caller, Client, House, Visit
from .test_with_a_model import modelled

__all__ = ["modelled"]
PRICES = "# Prices\n\nDelivery to Scotland costs £19 for one parcel. A second parcel costs £7."


async def taken(client: Client, text: str = "What does delivery to Scotland cost?") -> tuple[Visit, Caller]:
    visit, agent = await client.start(), client.person("member")
    await agent.post(f"{visit.path}/take")
    await visit.say(text)
    return visit, agent


async def test_drafts_are_extracts_with_their_quotes(house: House, client: Client) -> None:
    await client.learn(PRICES, key="prices", title="Prices")
    visit, agent = await taken(client)
    answer = await agent.post(f"{visit.path}/suggestions")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["to"] == (await visit.messages())[-1]["message_id"]
    assert 1 <= len(body["items"]) <= 3
    assert "£19" in body["items"][0]["text"]
    texts = {d.key: d.text for d in house.sql("select key, text from knowledge.document where organization_id = %s", client.id)}
    for item in body["items"]:
        assert 0 < item["confidence"] <= 1
        for citation in item["citations"]:
            assert texts[citation["document_id"]][citation["start"] : citation["end"]] == citation["quote"]
    assert (body["answered_by"], body["cost_usd"]) == ("rules", 0.0)
    assert [m["role"] for m in await visit.messages()] == ["assistant", "visitor"]


async def test_what_nothing_answers_is_not_drafted(client: Client) -> None:
    visit, agent = await taken(client, "Do you sell aquariums for tropical fish?")
    assert (await agent.post(f"{visit.path}/suggestions")).json()["items"] == []
    visit, agent = await taken(client, "thanks")
    assert (await agent.post(f"{visit.path}/suggestions")).json()["items"] == []


async def test_only_while_a_person_has_it_and_only_who_may_take(client: Client) -> None:
    visit = await client.start()
    await visit.say("When are you open on Saturdays?")
    agent = client.person("member")
    refused = await agent.post(f"{visit.path}/suggestions")
    assert (refused.status_code, refused.json()["detail"]) == (409, "Nobody has taken this conversation, so the agent answers in it.")
    assert (await client.person("viewer").post(f"{visit.path}/suggestions")).status_code == 403
    assert (await visit.visitor.post(f"{visit.path}/suggestions")).status_code == 403
    stranger = Caller(client.house, (await client.house.client()).person("owner").token)
    assert (await stranger.post(f"{visit.path}/suggestions")).status_code == 404


async def test_the_same_key_asks_once(house: House, client: Client) -> None:
    visit, agent = await taken(client)
    first = await agent.post(f"{visit.path}/suggestions", Idempotency_Key="once")
    second = await agent.post(f"{visit.path}/suggestions", Idempotency_Key="once")
    assert first.json() == second.json()
    assert house.sql("select count(*) as n from kernel.ask where name = 'conversations.suggest'")[0].n == 1
    later = await agent.post(f"{visit.path}/suggestions", Prefer="wait=0")
    assert later.status_code == 202
    await house.process.get(Asks).drain(10)


async def test_a_model_drafts_and_what_rests_on_nothing_is_dropped(modelled) -> None:
    house, vendor = modelled
    client = await house.client()
    drafts = {
        "replies": [
            {"text": "Delivery to Scotland is £19.", "passages": [0], "confidence": 0.9, "quotes": []},
            {"text": "We could make it free for you.", "passages": [], "confidence": 0.9, "quotes": []},
            {"text": "Anything you like.", "passages": [99], "confidence": 0.9, "quotes": [[0, 5, 999999]]},
        ]
    }
    vendor.next.append(Say(json.dumps(drafts)))
    visit, agent = await taken(client)
    body = (await agent.post(f"{visit.path}/suggestions")).json()
    assert [item["text"] for item in body["items"]] == ["Delivery to Scotland is £19."]
    assert body["answered_by"] == "model"


def test_one_draft_a_document_the_surest_first(embedder) -> None:
    passages = [
        Passage(document_id="a", title="Delivery", text="Delivery to Scotland costs £19. Delivery to Wales costs £12.", end=60),
        Passage(document_id="b", title="Delivery in the north", text="Delivery to Scotland costs £19 and takes three days.", end=52),
        Passage(document_id="c", title="Hours", text="We are closed on Sundays.", end=25),
    ]
    drafts = extracts(Asked(question="What does delivery to Scotland cost?", passages=passages), embedder.encode)
    assert {place for draft in drafts for place in draft.passages} <= {0, 1}
    assert [d.confidence for d in drafts] == sorted((d.confidence for d in drafts), reverse=True)
    assert all(passages[at].text[start:end] for draft in drafts for at, start, end in draft.quotes)

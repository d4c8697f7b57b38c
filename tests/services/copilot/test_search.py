"""The search over everything, as a reader's rights and organizations allow."""

from uuid import UUID

import pytest

from assembled import Caller, House
from retinue.contracts.conversations import ContactCaptured, MessageReceived
from retinue.contracts.library import DocumentIngested
from retinue.kernel.work import uuid7


@pytest.fixture
def word() -> str:
    return f"w{uuid7().hex[-12:]}"


async def tell(house: House, client: Caller, word: str) -> dict[str, str]:
    person, contact, talk, page = (uuid7() for _ in range(4))
    for event in (
        ContactCaptured(conversation_id=talk, contact_id=contact, person=person, name=f"Ann {word}", email="ann@post.example"),
        MessageReceived(conversation_id=talk, message_id=uuid7(), person=person, content=f"What does {word} cost?"),
        DocumentIngested(document_id=page, key="k", namespace="n", title=f"Prices of {word}", url=None, document_kind="html", version=1, chunks=1,
                         characters=1),
    ):  # fmt: skip
        async with house.process.database.work(event.publisher, UUID(str(client.tenant))) as work:
            work.emit(event)
    await house.deliverer.deliver_all()
    return {"person": str(contact), "conversation": str(talk), "document": str(page)}


async def test_what_may_be_read_is_found(house: House, client: Caller, word: str):
    things = await tell(house, client, word)
    results = (await client.get("/search", q=word))["results"]
    assert {r["type"]: r["id"] for r in results} == things
    assert {r["client_id"] for r in results} == {client.tenant} and all(r["client_name"] for r in results)
    named = {r["type"]: r for r in results}
    assert named["conversation"]["snippet"] == f"What does {word} cost?" and named["document"]["title"] == f"Prices of {word}"
    assert named["person"]["subject"] == {"type": "contact", "id": things["person"]}
    assert [r["type"] for r in (await client.get("/search", q=word[:-3], types="document,client"))["results"]] == ["document"]
    assert len((await client.get("/search", q=word, limit=1))["results"]) == 1
    key = await client.key("dossier:read", "library:read")
    assert [r["type"] for r in (await key.get("/search", q=word))["results"]] == ["document"]
    assert await (await client.key("library:read")).status("/search", q=word) == 403


async def test_staff_find_in_all_their_clients_and_a_tenant_in_itself(house: House, client: Caller, word: str):
    other = await house.client(f"Second {word}")
    await tell(house, client, word)
    everywhere = (await (await house.operator()).get("/search", q=word))["results"]
    assert {r["client_id"] for r in everywhere} == {client.tenant, other.tenant}
    assert everywhere[0]["type"] == "client" and everywhere[0]["title"] == f"Second {word}", "of each type the best comes first"
    assert {r["client_id"] for r in (await other.get("/search", q=word))["results"]} == {other.tenant}
    owner = await other.person("owner")
    assert {r["client_id"] for r in (await owner.get("/search", q=word))["results"]} == {other.tenant}


@pytest.mark.parametrize(
    ("query", "status"),
    [("q=a&types=x", 422), ("q=a&limit=0", 422), ("q=a&limit=101", 422), ("", 422), ("q=", 200), ("q='%26|!:*<->", 200), ("q=" + "a" * 201, 422),
     ("q=%00", 422), ("q=the", 200), ("q=" + "a+" * 99, 200)],
)  # fmt: skip
async def test_hostile_queries(client: Caller, query: str, status: int):
    answer = await client.send("GET", f"/search?{query}")
    assert answer.status_code == status or (status == 422 and answer.status_code == 400), answer.text

"""What a stranger says of themself is a claim: with a public key alone nobody learns, renames, merges or erases somebody else."""

import json
from typing import Any
from uuid import UUID

import pytest

from retinue.contracts.conversations import AddressConfirmed, ContactCaptured, ContactCorrected

from .talking import Caller, Client, House, Visit
from .test_visiting import png, send_file, signed

ANN, PHONE, NAME = "ann@private.example", "0131 496 0101", "Ann Alder"
WAYS = ("start", "contact", "chat", "file", "signed elsewhere")


async def visiting(client: Client, key: str | None = None, status: int = 201, **body: Any) -> Visit:
    """A conversation that somebody starts with nothing but a public key."""
    answer = await Caller(client.house, key or client.widget_key()).post("/chat/conversations", body)
    assert answer.status_code == status, answer.text
    started = answer.json()
    return Visit(Caller(client.house, started.get("visitor_token", "")), started)


async def ann_of(client: Client) -> tuple[Visit, str]:
    """A visitor whom the client's own site has signed."""
    key = client.widget_key()
    visit = await visiting(client, key, identity=signed(client, key, sub="ann", name=NAME, email=ANN, phone=PHONE))
    return visit, (await client.person("owner").get(visit.path)).json()["contact_id"]


async def attack(client: Client, other: Client, way: str, **said: str) -> tuple[Visit, str]:
    """Everything that the stranger was answered."""
    if way == "signed elsewhere":
        key, foreign = client.widget_key(), other.widget_key()
        refused = await Caller(client.house, key).post(
            "/chat/conversations", {"identity": signed(other, foreign, sub="ann", name="Mallory", email=ANN)}
        )
        assert (refused.status_code, refused.json()["title"]) == (422, "IdentityForged")
        visit = await visiting(other, foreign, identity=signed(other, foreign, sub="ann", name="Mallory", email=ANN))
        return visit, refused.text + (await visit.visitor.get(visit.path)).text
    visit = await visiting(client, **({"contact": {"email": ANN, "phone": PHONE, **said}} if way == "start" else {}))
    heard = json.dumps(visit.started)
    if way == "contact":
        heard += (await visit.visitor.post(f"{visit.path}/contact", {"email": ANN, "phone": PHONE, **said})).text
    elif way == "chat":
        name = f"My name is {said['name']}. " if "name" in said else ""
        heard += json.dumps(await visit.say(f"{name}My email is {ANN}, my number is {PHONE}"))
        heard += json.dumps(await visit.say("What is my name? Who am I? What is my email?"))
    elif way == "file":
        heard += (await send_file(visit, png(), f"{ANN}.png", content=f"{said.get('name', '')} {ANN}")).text
    for path in (visit.path, f"{visit.path}/messages"):
        heard += (await visit.visitor.get(path)).text
    heard += (await visit.visitor.post(f"{visit.path}/end")).text
    return visit, heard


@pytest.mark.parametrize("way", WAYS)
async def test_a_stranger_learns_nothing(house: House, client: Client, way: str) -> None:
    other = await house.client()
    _, ann = await ann_of(client)
    _, heard = await attack(client, other, way)
    assert NAME not in heard and ann not in heard
    assert "contact_id" not in heard and "taken_by" not in heard


@pytest.mark.parametrize("way", WAYS)
async def test_a_stranger_renames_nobody(house: House, client: Client, way: str) -> None:
    other = await house.client()
    visit, ann = await ann_of(client)
    before = (await client.person("owner").get(f"/contacts/{ann}")).json()
    await attack(client, other, way, name="Mallory Mint")
    after = (await client.person("owner").get(f"/contacts/{ann}")).json()
    assert {**after, "possibly": []} == {**before, "possibly": []}
    assert (await client.person("owner").get(visit.path)).json()["visitor_name"] == NAME


@pytest.mark.parametrize("way", WAYS)
async def test_a_stranger_becomes_nobody_and_erases_nobody(house: House, client: Client, way: str) -> None:
    other = await house.client()
    visit, ann = await ann_of(client)
    await visit.say("My kitchen is green.")
    stranger, _ = await attack(client, other, way, name="Mallory Mint")
    place = other if way == "signed elsewhere" else client
    seen = (await place.person("owner").get(stranger.path)).json()
    assert seen["contact_id"] != ann
    assert (await place.person("owner").post(f"{stranger.path}/forget")).json() == {"conversations": 1}
    assert (await client.person("owner").get(f"/contacts/{ann}")).json()["name"] == NAME
    assert "My kitchen is green." in [m["content"] for m in await visit.messages()]
    assert (await client.person("owner").get(visit.path)).json()["status"] == "open"
    facts = [e for e in await house.events(client.id) if isinstance(e, ContactCaptured) and e.contact_id == UUID(ann)]
    assert [e.email for e in facts] == [ANN], "her key is there"


async def test_staff_are_shown_who_it_may_be(house: House, client: Client) -> None:
    _, ann = await ann_of(client)
    stranger = await visiting(client, contact={"name": "Anne", "email": ANN.upper()})
    owner = client.person("owner")
    claimed = (await owner.get(stranger.path)).json()["contact_id"]
    card = (await owner.get(f"/contacts/{claimed}")).json()
    assert [(a["shown"], a["verified"]) for a in card["addresses"]] == [(ANN.upper(), False)]
    assert card["possibly"] == [{"contact_id": ann, "name": NAME, "kind": "email", "shown": ANN.upper(), "verified": True}]
    (pointer,) = (await owner.get(f"/contacts/{ann}")).json()["possibly"]
    assert (pointer["contact_id"], pointer["verified"]) == (claimed, False)
    elsewhere = await house.client()
    await visiting(elsewhere, contact={"email": ANN})
    assert len((await owner.get(f"/contacts/{ann}")).json()["possibly"]) == 1, "another client's are another client's"


async def test_a_signed_visitor_is_known_again_and_what_they_type_is_a_claim(client: Client) -> None:
    visit, ann = await ann_of(client)
    key, owner = client.widget_key(), client.person("owner")
    again = await visiting(
        client, key, contact={"email": "typed@other.example"}, identity=signed(client, key, sub="ann", name=None, email=None)
    )
    assert (await owner.get(again.path)).json()["contact_id"] == ann
    assert (await owner.get(again.path)).json()["visitor_name"] == NAME
    assert (await again.visitor.get(again.path)).json()["visitor_name"] is None, "not said in this conversation"
    addresses = {a["shown"]: a["verified"] for a in (await owner.get(f"/contacts/{ann}")).json()["addresses"]}
    assert addresses == {"ann": True, ANN: True, PHONE: True, "typed@other.example": False}
    assert (await owner.post(f"{visit.path}/forget")).json() == {"conversations": 2}


async def test_two_accounts_are_two_contacts_whatever_address_they_share(client: Client) -> None:
    _, ann = await ann_of(client)
    key, owner = client.widget_key(), client.person("owner")
    second = await visiting(client, key, identity=signed(client, key, sub="bert", name="Bert Alder", email=ANN))
    bert = (await owner.get(second.path)).json()["contact_id"]
    assert bert != ann
    assert [p["contact_id"] for p in (await owner.get(f"/contacts/{bert}")).json()["possibly"]] == [ann]


async def test_staff_confirm_an_address_on_their_word(house: House, client: Client) -> None:
    first, second = (
        await visiting(client, contact={"name": "Ann", "email": ANN}),
        await visiting(client, contact={"name": "Eve", "email": ANN}),
    )
    agent, elsewhere = client.person("member"), (await house.client()).person("owner")
    ann, eve = [(await agent.get(v.path)).json()["contact_id"] for v in (first, second)]
    assert ann != eve
    address, claimed = [(await agent.get(f"/contacts/{c}")).json()["addresses"][0]["address_id"] for c in (ann, eve)]
    assert (await elsewhere.post(f"/contacts/{ann}/addresses/{address}/confirm")).status_code == 404
    assert (await agent.post(f"/contacts/{eve}/addresses/{address}/confirm")).status_code == 404
    for _ in range(2):
        done = await agent.post(f"/contacts/{ann}/addresses/{address}/confirm")
        assert done.status_code == 200, done.text
    (confirmed,) = done.json()["addresses"]
    assert (confirmed["verified"], confirmed["verified_by"]) == (True, str(client.people["member"]))
    refused = await agent.post(f"/contacts/{eve}/addresses/{claimed}/confirm")
    assert (refused.status_code, refused.json()["title"]) == (409, "AddressOfAnother")
    told = [e for e in await house.events(client.id) if isinstance(e, AddressConfirmed)]
    assert [(str(e.contact_id), e.address_kind, e.address) for e in told] == [(ann, "email", ANN)]
    added = await agent.send("PATCH", f"/contacts/{eve}", {"email": "eve@own.example"})
    assert {a["shown"]: a["verified"] for a in added.json()["addresses"]} == {ANN: False, "eve@own.example": True}
    assert [e.email for e in await house.events(client.id) if isinstance(e, ContactCorrected)] == ["eve@own.example"]
    key = client.widget_key()
    known = await visiting(client, key, identity=signed(client, key, sub="ann", name=None, email=ANN))
    assert (await agent.get(known.path)).json()["contact_id"] == ann, "staff's word and the site's signature name one person"


async def test_two_tabs_of_one_account_are_one_contact(client: Client) -> None:
    import asyncio

    key = client.widget_key()
    visits = await asyncio.gather(*(visiting(client, key, identity=signed(client, key, sub="twice")) for _ in range(4)))
    assert len({(await client.person().get(v.path)).json()["contact_id"] for v in visits}) == 1


async def test_a_contact_that_proved_nothing_is_forgotten_alone(house: House, client: Client) -> None:
    """As contacts were kept before an address had to be proved: two persons under one that both only said."""
    first, second = await visiting(client, contact={"name": "Ann", "email": ANN}), await visiting(client, contact={"email": ANN})
    owner = client.person("owner")
    contact = (await owner.get(first.path)).json()["contact_id"]
    house.sql(
        "update contacts.contact c set persons = c.persons || v.person from conversations.conversation v where c.id = %s and v.id = %s",
        contact, second.id,
    )  # fmt: skip
    house.sql("delete from contacts.contact where id <> %s", contact)
    house.sql("update conversations.conversation set contact_id = %s", contact)
    assert (await owner.post(f"{second.path}/forget")).json() == {"conversations": 1}
    assert (await owner.get(f"/contacts/{contact}")).json()["name"] == "Ann"
    assert (await owner.post(f"{first.path}/forget")).json() == {"conversations": 1}
    assert (await owner.get(f"/contacts/{contact}")).status_code == 404

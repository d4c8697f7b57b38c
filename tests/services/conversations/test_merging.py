"""Staff merge two contacts and take it back: what each had is its own again, and erasure takes what belongs to the person."""

from typing import Any

from retinue.contracts.conversations import ContactsMerged, ContactsSeparated, PersonForgotten
from retinue.kernel.work import uuid7

from .talking import Caller, Client, House, Visit
from .test_claims import ANN, visiting


async def contacts_of(client: Client, *said: dict[str, str]) -> list[tuple[Visit, str]]:
    made = []
    for contact in said:
        visit = await visiting(client, contact=contact)
        await visit.say(f"This is about {contact['name']}.")
        made.append((visit, (await client.person("owner").get(visit.path)).json()["contact_id"]))
    return made


async def read(caller: Caller, *contacts: str) -> list[dict[str, Any]]:
    cards = []
    for contact in contacts:
        card = (await caller.get(f"/contacts/{contact}")).json()
        listed = (await caller.get(f"/contacts/{contact}/conversations")).json()["items"]
        cards.append(card | {"conversations": sorted((c["conversation_id"], c["visitor_name"], c["contact_id"]) for c in listed)})
    return cards


PEOPLE = (
    {"name": "Ann Alder", "email": ANN},
    {"name": "A. Alder", "email": ANN, "phone": "0131 496 0101"},
    {"name": "Annie", "email": "annie@home.example"},
)


async def test_merged_contacts_are_one_person_and_separated_each_is_as_before(house: House, client: Client) -> None:
    (first, ann), (second, again), (_, annie) = await contacts_of(client, *PEOPLE)
    agent = client.person("member")
    before = await read(agent, ann, again, annie)
    merged = await agent.post(f"/contacts/{again}/merge", {"into": ann})
    assert merged.status_code == 200, merged.text
    card = merged.json()
    assert (card["contact_id"], card["name"], card["possibly"]) == (ann, "Ann Alder", [])
    assert [a["shown"] for a in card["addresses"]] == [ANN, "0131 496 0101"]
    assert [(p["contact_id"], p["name"], p["merged_by"]) for p in card["parts"]] == [(again, "A. Alder", str(client.people["member"]))]
    (seen,) = await read(agent, again)
    assert seen["contact_id"] == ann, "whoever asks for the one that was merged is shown what it is now"
    assert seen["conversations"] == sorted([(first.id, "Ann Alder", ann), (second.id, "Ann Alder", ann)])
    assert (await second.visitor.get(second.path)).json()["visitor_name"] == "A. Alder", "the visitor sees what they said"
    assert (await agent.get("/inbox?search=Ann%20Alder")).json()["items"][0]["contact_id"] == ann

    assert (await agent.post(f"/contacts/{annie}/merge", {"into": again})).json()["contact_id"] == ann
    assert (await agent.post(f"/contacts/{ann}/separate")).json()["title"] == "NotMerged"
    assert (await agent.post(f"/contacts/{annie}/merge", {"into": ann})).json()["title"] == "SameContact"
    for one in (annie, again):
        assert (await agent.post(f"/contacts/{one}/separate")).status_code == 200
    assert await read(agent, ann, again, annie) == before
    told = [e for e in await house.events(client.id) if isinstance(e, ContactsMerged | ContactsSeparated)]
    assert [(type(e), str(e.contact_id), str(getattr(e, "into", None) or e.left)) for e in told] == [  # type: ignore[union-attr]
        (ContactsMerged, again, ann), (ContactsMerged, annie, ann), (ContactsSeparated, annie, ann), (ContactsSeparated, again, ann),
    ]  # fmt: skip
    assert {e.by for e in told} == {client.people["member"]}


async def test_what_was_merged_before_goes_with_it_and_comes_back_with_it(client: Client) -> None:
    (_, ann), (_, again), (_, annie) = await contacts_of(client, *PEOPLE)
    agent = client.person("member")
    await agent.post(f"/contacts/{annie}/merge", {"into": again})
    pair = await read(agent, ann, again)
    await agent.post(f"/contacts/{again}/merge", {"into": ann})
    assert (await agent.post(f"/contacts/{again}/merge", {"into": annie})).json()["title"] == "SameContact"
    assert len((await read(agent, ann))[0]["conversations"]) == 3
    await agent.post(f"/contacts/{again}/separate")
    assert await read(agent, ann, again) == pair
    (_, other) = (await contacts_of(client, {"name": "Otto"}))[0]
    assert (await agent.post(f"/contacts/{annie}/merge", {"into": other})).json()["title"] == "MergedBefore"


async def test_what_comes_while_merged_stays_with_whom_it_came_to(client: Client) -> None:
    (first, ann), (second, again) = await contacts_of(client, *PEOPLE[:2])
    agent = client.person("member")
    await agent.post(f"/contacts/{again}/merge", {"into": ann})
    await second.visitor.post(f"{second.path}/contact", {"email": "new@post.example", "name": "Mallory"})
    assert (await agent.get(f"/contacts/{ann}")).json()["name"] == "Ann Alder", "the other is not renamed by what this one says"
    await agent.send("PATCH", f"/contacts/{again}", {"name": "Ann Alder-Birk"})
    assert (await agent.get(first.path)).json()["visitor_name"] == (await agent.get(second.path)).json()["visitor_name"] == "Ann Alder-Birk"
    await agent.post(f"/contacts/{again}/separate")
    one, two = await read(agent, ann, again)
    assert [a["shown"] for a in one["addresses"]] == [ANN]
    assert [a["shown"] for a in two["addresses"]] == [ANN, "0131 496 0101", "new@post.example"]


async def test_erasure_takes_what_belongs_to_the_person(house: House, client: Client) -> None:
    (first, ann), (second, again), (third, annie) = await contacts_of(client, *PEOPLE)
    owner = client.person("owner")
    for one in (again, annie):
        await owner.post(f"/contacts/{one}/merge", {"into": ann})
    await owner.post(f"/contacts/{annie}/separate")
    assert (await owner.post(f"{second.path}/forget")).json() == {"conversations": 2}
    for gone in (ann, again):
        assert (await owner.get(f"/contacts/{gone}")).status_code == 404
    assert {m["content"] for m in await first.messages()} == {""} == {m["content"] for m in await second.messages()}
    assert (await read(owner, annie))[0]["name"] == "Annie", "whoever was separated is somebody else"
    assert "This is about Annie." in [m["content"] for m in await third.messages()]
    (told,) = [e for e in await house.events(client.id) if isinstance(e, PersonForgotten)]
    assert len(told.persons) == 2


async def test_nobody_merges_across_clients(house: House, client: Client) -> None:
    other = await house.client()
    ((_, ann),), ((_, theirs),) = await contacts_of(client, PEOPLE[0]), await contacts_of(other, PEOPLE[0])
    for caller in (client.person("owner"), other.person("owner"), Caller(house, other.person("owner").token)):
        for one, into in ((ann, theirs), (theirs, ann), (ann, str(uuid7())), (str(uuid7()), ann)):
            assert (await caller.post(f"/contacts/{one}/merge", {"into": into})).status_code == 404
    assert (await other.person("owner").post(f"/contacts/{ann}/separate")).status_code == 404
    assert (await client.person("owner").get(f"/contacts/{ann}")).json()["parts"] == []

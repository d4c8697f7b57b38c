"""Who a visitor is: read with every conversation they had, corrected by staff, and forgotten wholly."""

from retinue.contracts.conversations import ContactCorrected, PersonForgotten
from retinue.kernel.work import uuid7

from .talking import Caller, Client, House, Visit


async def known(client: Client, text: str = "I am Delia Brandt, delia@tiles.example") -> tuple[Visit, str]:
    visit = await client.start()
    await visit.say(text)
    contact = (await client.person().get(visit.path)).json()["contact_id"]
    assert contact
    return visit, contact


async def test_a_contact_with_their_conversations(client: Client) -> None:
    first, contact = await known(client)
    second, again = await known(client, "delia@tiles.example")
    await known(client, "I am Tom Reed, tom@reed.example")
    agent = client.person("member")
    assert (await agent.post(f"/contacts/{again}/merge", {"into": contact})).status_code == 200
    card = (await agent.get(f"/contacts/{contact}")).json()
    assert (card["name"], card["client_id"], card["source"]) == ("Delia Brandt", str(client.id), "chat")
    assert [(a["kind"], a["shown"]) for a in card["addresses"]] == [("email", "delia@tiles.example")]
    conversations = (await agent.get(f"/contacts/{contact}/conversations")).json()["items"]
    assert [c["conversation_id"] for c in conversations] == [second.id, first.id]


async def test_staff_correct_a_contact(house: House, client: Client) -> None:
    visit, contact = await known(client)
    _, other = await known(client, "I am Tom Reed, tom@reed.example")
    agent = client.person("member")
    for _ in range(2):
        done = await agent.send("PATCH", f"/contacts/{contact}", {"name": "Delia Brandt-Moss", "phone": "0131 496 0202"})
        assert done.status_code == 200, done.text
    assert [a["shown"] for a in done.json()["addresses"]] == ["delia@tiles.example", "0131 496 0202"]
    assert (await agent.get(visit.path)).json()["visitor_name"] == "Delia Brandt-Moss"
    assert (await visit.visitor.get(visit.path)).json()["visitor_name"] == "Delia Brandt", "a visitor sees what they said"
    claimed = (await agent.get(f"/contacts/{other}")).json()["addresses"][0]["address_id"]
    assert (await agent.post(f"/contacts/{other}/addresses/{claimed}/confirm")).status_code == 200
    refused = await agent.send("PATCH", f"/contacts/{contact}", {"email": "TOM@reed.example"})
    assert (refused.status_code, refused.json()["detail"]) == (409, "TOM@reed.example belongs to another contact of this client.")
    for wrong in ({}, {"email": "nobody"}, {"phone": "none"}, {"name": " "}):
        assert (await agent.send("PATCH", f"/contacts/{contact}", wrong)).status_code == 422, wrong
    corrected = [e for e in await house.events(client.id) if isinstance(e, ContactCorrected)]
    assert (corrected[0].name, corrected[0].by) == ("Delia Brandt-Moss", client.people["member"])
    assert (await agent.get(f"/contacts/{other}")).json()["name"] == "Tom Reed"


async def test_who_may(house: House, client: Client) -> None:
    visit, contact = await known(client)
    viewer = client.person("viewer")
    assert (await viewer.get(f"/contacts/{contact}")).status_code == 200
    assert (await viewer.send("PATCH", f"/contacts/{contact}", {"name": "X"})).status_code == 403
    address = (await viewer.get(f"/contacts/{contact}")).json()["addresses"][0]["address_id"]
    for verb, body in ((f"addresses/{address}/confirm", {}), ("merge", {"into": contact}), ("separate", {})):
        assert (await viewer.post(f"/contacts/{contact}/{verb}", body)).status_code == 403, verb
        assert (await visit.visitor.post(f"/contacts/{contact}/{verb}", body)).status_code == 403, verb
    for role in ("viewer", "member", "config_manager"):
        assert (await client.person(role).post(f"{visit.path}/forget")).status_code == 403, role
    assert (await visit.visitor.get(f"/contacts/{contact}")).status_code == 403
    assert (await visit.visitor.post(f"{visit.path}/forget")).status_code == 403
    stranger = Caller(house, (await house.client()).person("owner").token)
    assert (await stranger.get(f"/contacts/{contact}")).status_code == 404
    assert (await stranger.send("PATCH", f"/contacts/{contact}", {"name": "X"})).status_code == 404
    assert (await stranger.post(f"{visit.path}/forget")).status_code == 404
    assert (await viewer.get(f"/contacts/{uuid7()}")).status_code == 404


async def test_a_visitor_is_forgotten_once_and_wholly(house: House, client: Client) -> None:
    first, contact = await known(client)
    second, again = await known(client, "delia@tiles.example again")
    kept, _ = await known(client, "I am Tom Reed, tom@reed.example")
    owner = client.person("owner")
    await owner.post(f"/contacts/{again}/merge", {"into": contact})
    await client.person("member").post(f"{first.path}/notes", {"content": "Delia is in a hurry"})
    assert (await owner.post(f"{second.path}/forget")).json() == {"conversations": 2}
    assert (await owner.post(f"{first.path}/forget")).json() == {"conversations": 0}
    assert (await owner.get(f"/contacts/{contact}")).status_code == 404
    for schema in ("conversations", "contacts", "kernel"):
        for table in house.sql("select tablename as name from pg_tables where schemaname = %s", schema):
            rows = house.sql(f'select t::text as row from {schema}."{table.name}" t')
            assert not [r.row for r in rows if "delia" in r.row.lower()], f"{schema}.{table.name}"
    (told,) = [e for e in await house.events(client.id) if isinstance(e, PersonForgotten)]
    assert (told.conversations, len(told.persons)) == (2, 2)
    thread = (await owner.get(f"/inbox/{first.id}/thread")).json()["items"]
    assert [m["content"] for m in thread] == ["", "", ""]
    assert (await owner.get(kept.path)).json()["visitor_name"] == "Tom Reed"

"""A client is registered, opened in its own organization, listed, claimed, and expires."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from retinue.services.identity.domain import clients
from retinue.services.identity.domain.names import same_name, same_website, slug_of

BAKERY = {"name": "Nordwind Bäckerei", "website": "https://Nordwind.example/", "contact_email": "Anna@nordwind.example"}
CLAIM = {"email": "anna@nordwind.example", "password": "a long password"}


def secret(client: dict) -> str:
    return client["claim_url"].partition("#")[2]


async def registered(operator, **changes) -> dict:
    answer = await operator.post("/clients", BAKERY | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_register_answers_slug_link_and_agent(house, operator):
    answer = await operator.post("/clients", BAKERY)
    client = answer.json()
    assert (answer.status_code, client["slug"], client["status"]) == (201, "nordwind-backerei", "unclaimed")
    assert client["claim_expires_at"][:10] == (house.clock.now() + timedelta(days=30)).isoformat()[:10]
    assert client["assigned_to"] == (await operator.get("/auth/me")).json()["user_id"]
    told = [e for e in await house.events(house.owner.organization_id) if e.kind == "identity.client_registered.1"]
    assert [str(e.client_id) for e in told] == [client["client_id"]]
    assert int(answer.headers["Retinue-Event"]) == told[0].number


async def test_opening_tells_the_clients_own_log_once(house, operator, database):
    client = await registered(operator)
    await house.run_jobs()
    for _ in range(2):  # at least once: a worker that died after its commit runs the body again
        await clients.open_client(database, house.owner.organization_id, UUID(client["client_id"]))
    told = await house.events(client["client_id"])
    assert [e.kind for e in told] == ["identity.organization_created.1", "identity.client_created.1", "identity.agent_assigned.1"]
    created, assigned = told[1], told[2]
    assert (created.website, created.contact_email) == ("https://nordwind.example", "anna@nordwind.example")
    assert (str(assigned.agent_id), assigned.name) == (client["assigned_to"], "Platform operator")
    registered_ = (await house.events(house.owner.organization_id))[-1]
    assert {e.lineage for e in told} == {registered_.lineage}


async def test_two_workers_open_once(house, operator, database):
    client = await registered(operator)
    await asyncio.gather(*(clients.open_client(database, house.owner.organization_id, UUID(client["client_id"])) for _ in range(4)))
    assert len(await house.events(client["client_id"])) == 3


async def test_same_name_and_website_is_the_same_client(house, operator):
    client = await registered(operator)
    again = await operator.post("/clients", BAKERY | {"name": " nordwind  BÄCKEREI ", "website": "nordwind.example"})
    assert again.status_code == 409
    assert client["client_id"] in again.json()["detail"]
    found = (await operator.get("/clients", params={"name": "nordwind bäckerei"})).json()["items"]
    assert [c["client_id"] for c in found] == [client["client_id"]]
    other = await registered(operator, website="https://nordwind.test")
    assert other["slug"] == "nordwind-backerei-2"


async def test_registered_at_once_slugs_differ_and_twins_are_refused(operator):
    twins = await asyncio.gather(*(operator.post("/clients", BAKERY) for _ in range(4)))
    assert sorted(a.status_code for a in twins) == [201, 409, 409, 409]
    others = await asyncio.gather(*(registered(operator, website=f"https://n{n}.example") for n in range(4)))
    assert len({c["slug"] for c in others} | {"nordwind-backerei"}) == 5


async def test_one_idempotency_key_registers_once(operator):
    answers = [await operator.post("/clients", BAKERY, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


async def test_the_least_loaded_sales_agent_gets_the_next_client(house, operator):
    _ada, ada_id = await operator.add("ada@operator.example", "sales_agent")
    me = (await operator.get("/auth/me")).json()["user_id"]
    got = [(await registered(operator, website=f"https://c{n}.example"))["assigned_to"] for n in range(4)]
    assert got == [me, ada_id, me, ada_id]  # of two with as many, the creator
    await operator.send("PUT", f"/people/{ada_id}/roles", json={"roles": [], "hand_to": me})
    got = [(await registered(operator, website=f"https://d{n}.example"))["assigned_to"] for n in range(2)]
    assert got == [me, me]


async def test_agent_and_creator_may_act_there_and_nobody_else(house, operator):
    ada, ada_id = await operator.add("ada@operator.example", "sales_agent")
    bob, _ = await operator.add("bob@operator.example", "sales_agent")
    await registered(operator, website="https://first.example")
    client = await registered(operator)
    assert client["assigned_to"] == ada_id
    here = client["client_id"]
    assert (await ada.get("/auth/me", tenant=here)).json()["roles"] == ["sales_agent"]
    assert "owner" in (await operator.get("/auth/me", tenant=here)).json()["roles"]
    assert (await bob.get("/auth/me", tenant=here)).status_code == 404


async def test_list_searches_filters_and_pages(operator):
    made = [await registered(operator, name=name, website=None) for name in ("Alpha Dental", "Beta Dental", "Gamma 100% Bikes")]
    first = (await operator.get("/clients", params={"limit": 2})).json()
    second = (await operator.get("/clients", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [c["name"] for c in first["items"] + second["items"]] == ["Gamma 100% Bikes", "Beta Dental", "Alpha Dental"]
    assert second["next_cursor"] is None
    for q, count in {"DENTAL": 2, "100%": 1, "%": 1, "_": 0, "gamma-100": 1, "nobody": 0}.items():
        assert len((await operator.get("/clients", params={"q": q})).json()["items"]) == count, q
    assert (await operator.get("/clients", params={"status": "claimed"})).json()["items"] == []
    for bad in ({"cursor": "nonsense"}, {"cursor": "IjEi"}, {"limit": 1000}, {"limit": 0}, {"q": "\x00"}, {"status": "odd"}):
        assert (await operator.get("/clients", params=bad)).status_code in (400, 422), bad
    for name in (made[0]["client_id"], made[0]["client_id"].upper(), "alpha-dental"):
        assert (await operator.get(f"/clients/{name}")).json()["name"] == "Alpha Dental"
    for name, status in {"nobody": 404, "%00": 422, "x" * 100: 404}.items():
        assert (await operator.get(f"/clients/{name}")).status_code == status


async def test_claim_makes_the_owner_once(house, operator):
    client, owner = await house.claimed(operator)
    me = (await owner.get("/auth/me")).json()
    assert (me["organization_id"], me["roles"], me["email"]) == (client["client_id"], ["owner"], CLAIM["email"])
    assert (await operator.get(f"/clients/{client['slug']}")).json()["status"] == "claimed"
    again = await house.at().post("/clients/claim", json=CLAIM | {"token": secret(client), "email": "thief@example.com"})
    assert again.status_code == 409
    kinds = [e.kind for e in await house.events(client["client_id"])]
    assert kinds[:4] == [
        "identity.organization_created.1",
        "identity.client_created.1",
        "identity.agent_assigned.1",
        "identity.client_claimed.1",
    ]
    await house.run_jobs()  # what was deferred finds it done
    assert [e.kind for e in await house.events(client["client_id"])].count("identity.client_created.1") == 1
    assert (await operator.post(f"/clients/{client['client_id']}/claim-link")).status_code == 409


async def test_of_many_claims_at_once_one_wins(house, operator):
    client = await registered(operator)
    bodies = [CLAIM | {"token": secret(client), "email": f"p{n}@example.com"} for n in range(4)]
    answers = await asyncio.gather(*(house.at().post("/clients/claim", json=body) for body in bodies))
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]
    people = [await house.at().post("/auth/login", json={"email": b["email"], "password": b["password"]}) for b in bodies]
    assert sorted(a.status_code for a in people) == [200, 401, 401, 401]


async def test_status_follows_when_the_process_died_between(house, operator, database, owner):
    client = await registered(operator)
    await house.at().post("/clients/claim", json=CLAIM | {"token": secret(client)})
    owner.execute("update identity.client set status = 'unclaimed'")  # as if the second Work had never run
    await house.run_jobs()
    assert (await operator.get(f"/clients/{client['slug']}")).json()["status"] == "claimed"


async def test_claim_link_ends_after_thirty_days_and_is_renewed(house, operator):
    client = await registered(operator)
    house.clock.move(timedelta(days=30))
    operator = await house.sign_in(house.owner.email, house.owner.password)
    late = await house.at().post("/clients/claim", json=CLAIM | {"token": secret(client)})
    assert late.status_code == 410
    assert (await operator.get(f"/clients/{client['slug']}")).json()["status"] == "expired"  # before the nightly job says so
    for _ in range(2):
        await clients.expire_claims(house.process.database)
    told = [e.kind for e in await house.events(house.owner.organization_id)]
    assert told.count("identity.claim_expired.1") == 1
    fresh = (await operator.post(f"/clients/{client['client_id']}/claim-link")).json()
    assert (await house.at().post("/clients/claim", json=CLAIM | {"token": secret(client)})).status_code == 404
    assert (await house.at().post("/clients/claim", json=CLAIM | {"token": secret(fresh)})).status_code == 201


async def test_guessed_claim_tokens_run_into_a_limit(house, operator):
    client = await registered(operator)
    here = house.at("198.51.100.7")
    statuses = [(await here.post("/clients/claim", json=CLAIM | {"token": f"rtc_guess{n}"})).status_code for n in range(101)]
    assert statuses == [404] * 100 + [429]
    assert (await here.post("/clients/claim", json=CLAIM | {"token": secret(client)})).status_code == 429
    assert (await house.at().post("/clients/claim", json=CLAIM | {"token": secret(client)})).status_code == 201


async def test_an_address_in_use_claims_nothing(house, operator):
    client = await registered(operator)
    taken = await house.at().post("/clients/claim", json=CLAIM | {"token": secret(client), "email": house.owner.email.upper()})
    assert taken.status_code == 409
    assert (await house.at().post("/clients/claim", json=CLAIM | {"token": secret(client)})).status_code == 201


async def test_a_client_registers_no_clients_and_sees_none(house, operator):
    client, owner = await house.claimed(operator)
    await registered(operator, name="Other", website=None)
    assert (await owner.post("/clients", {"name": "Mine"})).status_code == 403
    assert (await owner.post("/clients", {"name": "Mine"}, tenant=house.owner.organization_id)).status_code == 404
    assert (await owner.get("/clients")).json()["items"] == []
    assert (await owner.get("/clients/other")).status_code == 404
    assert (await operator.post("/clients", {"name": "Mine"}, tenant=client["client_id"])).status_code == 403


async def test_odd_input_is_refused(operator):
    for body in (
        {"name": ""},
        {"name": "   "},
        {"name": "a\x00b"},
        {"name": "x" * 201},
        {"name": "x", "website": "ftp://x.example"},
        {"name": "x", "website": "https://user:secret@x.example"},
        {"name": "x", "website": "https://[bad"},
        {"name": "x", "website": "https://x.example:99999"},
        {"name": "x", "contact_email": "nobody"},
    ):
        assert (await operator.post("/clients", body)).status_code == 422, body


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Nordwind Bäckerei", "nordwind-backerei"),
        ("北京公司", "client"),
        ("Straße & Söhne GmbH", "strasse-sohne-gmbh"),
        ("🦊", "client"),
        ("12345678123456781234567812345678", "client-12345678123456781234567812345678"),
        ("--A--", "a"),
        ("x" * 300, "x" * 48),
    ],
)
def test_slugs(name, slug):
    assert slug_of(name) == slug


def test_sameness():
    assert same_name("ＡＣＭＥ  Corp") == same_name("acme corp")
    assert same_website("ACME.example/") == same_website("https://acme.example")
    assert same_website("https://acme.example/Shop/") == "https://acme.example/Shop"

"""What an API key may do, and what ends it."""

from datetime import timedelta

from retinue.kernel.security import Security

READER = {"name": "reader", "scopes": ["clients:read"]}


async def made(person, tenant=None, **changes) -> dict:
    answer = await person.post("/api-keys", READER | changes, tenant=tenant)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_key_does_what_its_scopes_say(house, operator):
    key = await made(operator)
    assert key["key"].startswith(key["prefix"])
    holder = house.holder(key["key"])
    assert (await holder.get("/clients")).status_code == 200
    assert (await holder.post("/clients", {"name": "x"})).status_code == 403
    assert (await holder.get("/api-keys")).status_code == 403
    listed = (await operator.get("/api-keys")).json()["items"]
    assert [k["id"] for k in listed] == [key["id"]]
    assert key["key"] not in str(listed)
    told = (await house.events(house.owner.organization_id))[-1]
    assert (told.kind, told.scopes) == ("identity.key_issued.1", ["clients:read"])
    assert key["key"] not in str(told)


async def test_the_key_itself_is_kept_nowhere(operator, owner):
    key = await made(operator)
    for table in ("identity.api_key", "kernel.credential", "events.log"):
        assert key["key"][12:] not in str(owner.execute(f"select * from {table}").fetchall())


async def test_revoked_and_expired_keys_end_at_once(house, operator):
    key = await made(operator)
    assert (await operator.send("DELETE", f"/api-keys/{key['id']}")).status_code == 204
    assert (await house.holder(key["key"]).get("/clients")).status_code == 401
    assert (await operator.send("DELETE", f"/api-keys/{key['id']}")).status_code == 404
    assert (await operator.get("/api-keys")).json()["items"][0]["revoked_at"] is not None
    until = (house.clock.now() + timedelta(minutes=5)).isoformat()
    short = await made(operator, expires_at=until)
    assert (await house.holder(short["key"]).get("/clients")).status_code == 200
    house.clock.move(timedelta(minutes=5))
    assert (await house.holder(short["key"]).get("/clients")).status_code == 401
    assert (await operator.post(f"/api-keys/{short['id']}/rotate")).status_code == 404
    for bad in (until, "2030-01-01T00:00:00", "soon"):
        assert (await operator.post("/api-keys", READER | {"expires_at": bad})).status_code == 422, bad


async def test_rotation_ends_the_old_secret(house, operator):
    key = await made(operator)
    fresh = (await operator.post(f"/api-keys/{key['id']}/rotate")).json()
    assert fresh["id"] == key["id"]
    assert (await house.holder(key["key"]).get("/clients")).status_code == 401
    assert (await house.holder(fresh["key"]).get("/clients")).status_code == 200


async def test_scopes_are_those_that_the_maker_holds(house, operator):
    agent, _ = await operator.add("eng@operator.example", "platform_engineer")
    assert (await agent.post("/api-keys", READER | {"scopes": ["billing:write"]})).status_code == 403
    assert (await agent.post("/api-keys", READER | {"scopes": ["clients:read", "people:write"]})).status_code == 403
    for unknown in ("root", "conversations:visit", ""):
        assert (await agent.post("/api-keys", READER | {"scopes": [unknown]})).status_code == 422
    assert (await agent.post("/api-keys", READER | {"scopes": []})).status_code == 422
    assert (await agent.post("/api-keys", READER | {"scopes": ["llm"]})).status_code == 201


async def test_a_viewer_makes_no_keys(house, operator):
    viewer, _ = await operator.add("viewer@operator.example", "viewer")
    assert (await viewer.post("/api-keys", READER)).status_code == 403
    assert (await viewer.get("/api-keys")).status_code == 403


async def test_a_key_passes_on_only_what_it_has(house, operator):
    maker = house.holder((await made(operator, scopes=["keys:write", "clients:read"]))["key"])
    assert (await maker.post("/api-keys", READER)).status_code == 201
    assert (await maker.post("/api-keys", READER | {"scopes": ["clients:write"]})).status_code == 403
    assert (await maker.post("/api-keys", READER | {"scopes": ["llm"]})).status_code == 403


async def test_rotating_a_stronger_key_is_no_way_up(house, operator):
    strong = await made(operator, scopes=["billing:write"])
    engineer, _ = await operator.add("eng@operator.example", "platform_engineer")
    assert (await engineer.post(f"/api-keys/{strong['id']}/rotate")).status_code == 403


async def test_a_key_weakens_with_its_maker(house, operator):
    engineer, id = await operator.add("eng@operator.example", "platform_engineer")
    holder = house.holder((await made(engineer, scopes=["keys:write", "clients:read"]))["key"])
    assert (await holder.get("/api-keys")).status_code == 200
    await operator.send("PUT", f"/people/{id}/roles", json={"roles": ["viewer"]})
    assert (await holder.get("/api-keys")).status_code == 403
    assert (await holder.get("/clients")).status_code == 200
    await operator.send("PUT", f"/people/{id}/roles", json={"roles": []})
    assert (await holder.get("/clients")).status_code == 404


async def test_a_key_of_one_tenant_finds_nothing_in_another(house, operator):
    _one, owner = await house.claimed(operator)
    two, other = await house.claimed(operator, name="Other", website=None, contact_email="otto@other.example")
    key = await made(owner, scopes=["keys:write", "clients:read"])
    holder = house.holder(key["key"])
    assert (await holder.get("/api-keys")).status_code == 200
    for elsewhere in (two["client_id"], house.owner.organization_id):
        assert (await holder.get("/api-keys", tenant=elsewhere)).status_code == 404
        assert (await owner.get("/api-keys", tenant=elsewhere)).status_code == 404
    assert (await other.get("/api-keys")).json()["items"] == []
    for method, path in (("DELETE", f"/api-keys/{key['id']}"), ("POST", f"/api-keys/{key['id']}/rotate")):
        assert (await other.send(method, path)).status_code == 404
        assert (await operator.send(method, path)).status_code == 404  # at home; staff name the client
    assert (await holder.get("/api-keys")).status_code == 200


async def test_last_use_is_noted_at_most_once_a_minute(house, operator, owner):
    key = await made(operator)
    holder = house.holder(key["key"])

    async def last():
        return (await operator.get("/api-keys")).json()["items"][0]["last_used_at"]

    def version():
        return owner.execute("select xmin::text from identity.api_key").fetchone()

    assert await last() is None
    await holder.get("/clients")
    first, row = await last(), version()
    assert first is not None
    house.clock.move(timedelta(seconds=59))
    await holder.get("/clients")
    assert (await last(), version()) == (first, row)
    house.clock.move(timedelta(seconds=1))
    await holder.get("/clients")
    assert await last() > first


async def test_a_widget_key_says_which_pages_may_use_it(house, operator):
    made = (
        await operator.post("/widget-keys", {"name": "website", "origins": ["HTTPS://Shop.example:443/", "https://*.shop.example"]})
    ).json()
    assert made["identity_secret"].startswith("rtn_idt_")
    (listed,) = (await operator.get("/api-keys")).json()["items"]
    assert (listed["public_key"], listed["origins"]) == (made["key"], ["https://shop.example", "https://*.shop.example"])
    assert made["identity_secret"] not in str(listed)
    assert (await house.process.get(Security).caller(made["key"])).origins == ("https://shop.example", "https://*.shop.example")
    path = f"/widget-keys/{made['id']}/origins"
    for bad in (
        "shop.example",
        "ftp://shop.example",
        "https://shop.example/path",
        "https://*",
        "https://a b",
        "https://*.",
        "https://user@shop.example",
    ):
        assert (await operator.send("PUT", path, json={"origins": [bad]})).status_code == 422, bad
    changed = await operator.send("PUT", path, json={"origins": []})
    assert changed.status_code == 200 and changed.json()["origins"] == []
    assert (await house.process.get(Security).caller(made["key"])).origins == ()
    assert (await house.events(house.owner.organization_id))[-1].kind == "identity.origins_changed.1"
    ordinary = (await operator.post("/api-keys", READER)).json()
    assert (await operator.send("PUT", f"/widget-keys/{ordinary['id']}/origins", json={"origins": []})).status_code == 404


async def test_a_new_widget_key_has_a_new_secret(operator):
    made = (await operator.post("/widget-keys", {"name": "website"})).json()
    fresh = (await operator.post(f"/api-keys/{made['id']}/rotate")).json()
    assert fresh["identity_secret"] and fresh["identity_secret"] != made["identity_secret"]
    assert (await operator.get("/api-keys")).json()["items"][0]["public_key"] == fresh["key"]


async def test_a_widget_key_makes_a_visitor(house, operator):
    answer = await operator.post("/widget-keys", {"name": "website"})
    assert answer.status_code == 201
    visitor = house.holder(answer.json()["key"])
    for path in ("/clients", "/api-keys", "/people", "/auth/me"):
        assert (await visitor.get(path)).status_code == 403, path
    assert (await visitor.post("/auth/one-time")).status_code == 403
    assert [k["kind"] for k in (await operator.get("/api-keys")).json()["items"]] == ["widget"]

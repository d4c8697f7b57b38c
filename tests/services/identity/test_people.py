"""Who may add whom, and that nobody gives more than they hold."""


async def put(person, id, *roles, tenant=None):
    return await person.send("PUT", f"/people/{id}/roles", json={"roles": list(roles)}, tenant=tenant)


async def test_added_people_sign_in_and_are_listed(house, operator):
    await operator.add("ada@operator.example", "sales_agent", "viewer")
    people = (await operator.get("/people", params={"limit": 1})).json()
    rest = (await operator.get("/people", params={"limit": 1, "cursor": people["next_cursor"]})).json()
    assert [(p["email"], p["roles"]) for p in rest["items"]] == [("ada@operator.example", ["sales_agent", "viewer"])]
    told = [e for e in await house.events(house.owner.organization_id) if e.kind == "identity.person_added.1"]
    assert told[-1].email == "ada@operator.example"
    twice = await operator.post("/people", {"email": "ADA@operator.example", "name": "Ada", "roles": ["viewer"]})
    assert twice.status_code == 409


async def test_nobody_gives_or_takes_more_than_they_hold(house, operator):
    admin, admin_id = await operator.add("admin@operator.example", "admin")
    first = (await operator.get("/auth/me")).json()["user_id"]
    assert (await admin.post("/people", {"email": "x@y.example", "name": "x", "roles": ["owner"]})).status_code == 403
    assert (await put(admin, admin_id, "owner")).status_code == 403
    assert (await put(admin, first, "viewer")).status_code == 403
    assert (await admin.post("/people", {"email": "x@y.example", "name": "x", "roles": ["viewer"]})).status_code == 201
    key = (await operator.post("/api-keys", {"name": "k", "scopes": ["people:write"]})).json()["key"]
    assert (await house.holder(key).post("/people", {"email": "z@y.example", "name": "z", "roles": ["owner"]})).status_code == 403
    viewer, viewer_id = await operator.add("viewer@operator.example", "viewer")
    assert (await put(viewer, viewer_id, "viewer")).status_code == 403
    assert (await viewer.get("/people")).status_code == 403


async def test_everybody_reads_the_names_of_colleagues_and_nothing_else(house, operator):
    viewer, viewer_id = await operator.add("viewer@operator.example", "viewer")
    names = (await viewer.get("/people/names")).json()["items"]
    assert {"id": viewer_id, "name": "viewer"} in names
    assert len(names) == 2
    other = (await operator.post("/clients", {"name": "Elsewhere"})).json()["client_id"]
    assert (await viewer.get("/people/names", tenant=other)).status_code == 404


async def test_one_owner_stays(house, operator):
    first = (await operator.get("/auth/me")).json()["user_id"]
    assert (await put(operator, first, "viewer")).status_code == 409
    _, _second = await operator.add("second@operator.example", "owner")
    assert (await put(operator, first, "viewer")).status_code == 200


async def test_shutting_out_ends_everything(house, operator):
    ada, id = await operator.add("ada@operator.example", "sales_agent")
    client = (await ada.post("/clients", {"name": "Hers"})).json()["client_id"]
    assert (await ada.get("/auth/me", tenant=client)).status_code == 200
    link = (await ada.post("/auth/one-time")).json()["token"]
    me = (await operator.get("/auth/me")).json()["user_id"]
    gone = await operator.send("PUT", f"/people/{id}/roles", json={"roles": [], "hand_to": me})
    assert gone.json()["disabled"] is True
    assert (await ada.get("/auth/me")).status_code == 404
    assert (await ada.get("/clients", tenant=client)).status_code == 404
    assert (await house.at().post("/auth/refresh", json={"refresh_token": ada.refresh_token})).status_code == 401
    assert (await house.at().post("/auth/one-time/redeem", json={"token": link})).status_code == 401


async def test_less_at_home_is_less_at_the_clients(house, operator):
    ada, id = await operator.add("ada@operator.example", "sales_agent", "platform_engineer")
    client = (await ada.post("/clients", {"name": "Hers"})).json()["client_id"]
    assert (await ada.get("/auth/me", tenant=client)).json()["roles"] == ["platform_engineer", "sales_agent"]
    await put(operator, id, "sales_agent")
    assert (await ada.get("/auth/me", tenant=client)).json()["roles"] == ["sales_agent"]


async def test_clients_have_roles_of_their_own(house, operator):
    client, owner = await house.claimed(operator)
    assert (await owner.post("/people", {"email": "x@y.example", "name": "x", "roles": ["sales_agent"]})).status_code == 422
    _member, id = await owner.add("member@nordwind.example", "member", "business_owner")
    assert len((await owner.get("/people")).json()["items"]) == 2  # staff are no people of the client
    assert (await put(operator, id, "viewer")).status_code == 404
    assert (await put(operator, id, "viewer", tenant=client["client_id"])).status_code == 200
    assert (await put(owner, client["assigned_to"])).status_code == 404
    for bad in ([], ["owner"] * 30, ["x" * 60]):
        assert (await owner.post("/people", {"email": "x@y.example", "name": "x", "roles": bad})).status_code == 422

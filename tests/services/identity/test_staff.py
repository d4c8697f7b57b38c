"""Who of the staff is on which client: put on and off, for a time, handed over; nobody is left alone, and owners reach everybody."""

from datetime import timedelta
from uuid import UUID

import psycopg

from retinue.contracts.identity import AgentAssigned, ClientHandedOver, StaffPutOn, StaffTakenOff
from retinue.services.identity.domain import clients, staff

from .conftest import CLAIM


async def roles_at(person, client):
    answer = await person.get("/auth/me", tenant=client)
    return answer.json()["roles"] if answer.status_code == 200 else answer.status_code


async def registered(person, name="Nordwind"):
    answer = await person.post("/clients", {"name": name})
    assert answer.status_code == 201, answer.text
    return answer.json()["client_id"]


async def put_on(operator, client, user, role, **more):
    return await operator.post(f"/clients/{client}/staff", {"user_id": user, "role": role, **more})


async def told(house, organization, *kinds):
    return [e for e in await house.events(organization) if isinstance(e, kinds)]


async def test_owners_and_admins_reach_every_client_and_nobody_else_does(house, operator):
    ada, _ = await operator.add("ada@operator.example", "sales_agent")
    before, _ = await operator.add("early@operator.example", "admin")
    client = await registered(ada)
    assert await roles_at(operator, client) == ["owner"]
    assert await roles_at(before, client) == ["admin"]
    after, after_id = await operator.add("late@operator.example", "admin")
    viewer, viewer_id = await operator.add("viewer@operator.example", "viewer")
    assert await roles_at(after, client) == ["admin"]
    assert await roles_at(viewer, client) == 404
    assert (await operator.get("/clients", tenant=client)).status_code == 200
    for user, roles in ((after_id, ["viewer"]), (viewer_id, ["admin"])):
        assert (await operator.send("PUT", f"/people/{user}/roles", json={"roles": roles})).status_code == 200
    assert await roles_at(after, client) == 404
    assert await roles_at(viewer, client) == ["admin"]


async def test_a_support_specialist_is_put_on_a_client_sees_it_and_is_taken_off(house, operator):
    sam, sam_id = await operator.add("sam@operator.example", "support_specialist")
    client, other = await registered(operator), await registered(operator, "Elsewhere")
    assert await roles_at(sam, client) == 404
    done = await put_on(operator, client, sam_id, "support_specialist")
    assert done.status_code == 201, done.text
    (row,) = [r for r in done.json()["items"] if r["user_id"] == sam_id]
    assert (row["role"], row["stage"], row["leads"], row["until"]) == ("support_specialist", "support", False, None)
    assert await roles_at(sam, client) == ["support_specialist"]
    assert await roles_at(sam, other) == 404
    again = await put_on(operator, client, sam_id, "support_specialist")
    assert len(again.json()["items"]) == len(done.json()["items"]), "twice is once"
    await house.run_jobs()
    await clients.tell_client(house.process.database, house.owner.organization_id, UUID(client))
    (there,) = await told(house, client, StaffPutOn)
    assert (str(there.user_id), there.name) == (sam_id, "sam")
    assert (await operator.send("DELETE", f"/clients/{client}/staff/{sam_id}")).status_code == 204
    assert await roles_at(sam, client) == 404
    gone = await operator.send("DELETE", f"/clients/{client}/staff/{sam_id}")
    assert (gone.status_code, gone.json()["title"]) == (409, "NotOnClient")
    await house.run_jobs()
    assert len(await told(house, client, StaffTakenOff)) == 1 == len(await told(house, house.owner.organization_id, StaffTakenOff))


async def test_what_cannot_be_is_refused_and_says_what_to_do(house, operator):
    sam, sam_id = await operator.add("sam@operator.example", "support_specialist")
    client, owner = await house.claimed(operator)
    here, theirs = client["client_id"], (await owner.get("/auth/me")).json()["user_id"]
    soon = (house.clock.now() + timedelta(days=1)).isoformat()
    for body, status, title in (
        ({"user_id": sam_id, "role": "sales_agent"}, 422, "RoleNotHeld"),
        ({"user_id": sam_id, "role": "support_specialist", "until": house.clock.now().isoformat()}, 422, "PastEnd"),
        ({"user_id": sam_id, "role": "support_specialist", "stands_in_for": client["assigned_to"]}, 422, "StandInWithoutEnd"),
        ({"user_id": sam_id, "role": "support_specialist", "until": soon, "stands_in_for": sam_id}, 409, "NotOnClient"),
        ({"user_id": theirs, "role": "owner"}, 404, "NotFound"),
    ):
        answer = await operator.post(f"/clients/{here}/staff", body)
        assert (answer.status_code, answer.json()["title"]) == (status, title), answer.text
        assert status == 404 or answer.json()["next"]
    for caller, tenant in ((owner, None), (operator, here), (owner, here)):
        refused = await caller.post(f"/clients/{here}/staff", {"user_id": sam_id, "role": "support_specialist"}, tenant=tenant)
        assert refused.status_code in (403, 404), refused.text
        assert (await caller.get(f"/clients/{here}/staff", tenant=tenant)).status_code == 404
        assert (await caller.send("PUT", f"/clients/{here}/lead", json={"user_id": theirs}, tenant=tenant)).status_code in (403, 404)
    assert (await put_on(sam, here, sam_id, "support_specialist")).status_code == 403
    led = await operator.send("PUT", f"/clients/{here}/lead", json={"user_id": sam_id})
    assert (led.status_code, led.json()["title"]) == (422, "CannotLead")


async def test_a_stand_in_is_there_for_a_time(house, operator):
    ada, ada_id = await operator.add("ada@operator.example", "sales_agent")
    new = {"email": "bob@operator.example", "name": "Bob", "roles": ["sales_agent"], "password": CLAIM["password"]}
    bob_id = (await operator.post("/people", new)).json()["id"]

    async def bobs():
        """Signed in anew, since days go by."""
        return await roles_at(await house.sign_in(new["email"], new["password"]), client)

    client = await registered(ada)
    until = house.clock.now() + timedelta(days=7)
    done = await put_on(operator, client, bob_id, "sales_agent", until=until.isoformat(), stands_in_for=ada_id)
    assert done.status_code == 201, done.text
    assert await bobs() == ["sales_agent"]
    later = until + timedelta(days=7)
    await put_on(operator, client, bob_id, "sales_agent", until=later.isoformat(), stands_in_for=ada_id)
    house.clock.move(timedelta(days=8))
    await staff.settle_access(house.process.database, house.owner.organization_id)
    assert await bobs() == ["sales_agent"], "prolonged"
    house.clock.move(timedelta(days=7))
    await staff.settle_access(house.process.database, house.owner.organization_id)
    assert await bobs() == 404
    ended = await told(house, house.owner.organization_id, StaffTakenOff)
    assert [(str(e.user_id), e.by) for e in ended] == [(bob_id, None)]


async def test_the_end_of_a_stand_in_comes_by_itself(house, operator, database):
    _, sam_id = await operator.add("sam@operator.example", "support_specialist")
    client = await registered(operator)
    until = house.clock.now() + timedelta(hours=1)
    await put_on(operator, client, sam_id, "support_specialist", until=until.isoformat())
    with psycopg.connect(house.owner_url) as connection:
        ((task, at, assignment),) = connection.execute(
            "select task_name, scheduled_at, args->>'assignment_id' from jobs.procrastinate_jobs where task_name = 'identity.end_stand_in'"
        ).fetchall()
    assert at == until, task
    for ended in (False, True):
        await staff.end_stand_in(database, house.owner.organization_id, UUID(assignment))
        on = [row["user_id"] for row in (await operator.get(f"/clients/{client}/staff")).json()["items"]]
        assert (sam_id not in on) is ended
        house.clock.move(timedelta(hours=1))
        operator = await house.sign_in(house.owner.email, house.owner.password)


async def test_who_leaves_hands_over_and_nobody_is_left_alone(house, operator):
    ada, ada_id = await operator.add("ada@operator.example", "sales_agent", "support_specialist")
    bob, bob_id = await operator.add("bob@operator.example", "sales_agent")
    sam, sam_id = await operator.add("sam@operator.example", "support_specialist")
    me = (await operator.get("/auth/me")).json()["user_id"]
    led, other = await registered(ada, "Ada's"), await registered(bob, "Bob's")
    assert (await put_on(operator, other, sam_id, "support_specialist")).status_code == 201
    await house.run_jobs()

    refused = await operator.send("PUT", f"/people/{ada_id}/roles", json={"roles": []})
    assert (refused.status_code, refused.json()["title"]) == (409, "LeavesClients")
    assert "Ada's" in refused.json()["detail"] and "hand_to" in refused.json()["next"]
    assert await roles_at(ada, led) == ["sales_agent", "support_specialist"], "nothing has changed"
    for heir, title in ((sam_id, "CannotLead"), (ada_id, "LeavesClients"), (str(UUID(int=7)), "NotFound")):
        answer = await operator.send("PUT", f"/people/{ada_id}/roles", json={"roles": [], "hand_to": heir})
        assert answer.json()["title"] == title, answer.text
    listed = (await operator.get(f"/people/{ada_id}/clients")).json()
    assert [c["name"] for c in listed["leads"]] == ["Ada's"]
    assert {(c["client_name"], c["role"]) for c in listed["on"]} == {("Ada's", "sales_agent"), ("Ada's", "support_specialist")}

    done = await operator.send("PUT", f"/people/{ada_id}/roles", json={"roles": [], "hand_to": bob_id})
    assert done.status_code == 200, done.text
    assert (await operator.get(f"/clients/{led}")).json()["assigned_to"] == bob_id
    assert (await roles_at(bob, led), await roles_at(ada, led)) == (["sales_agent"], 404)
    assert (await operator.get(f"/people/{ada_id}/clients")).json() == {"leads": [], "on": []}
    (handed,) = await told(house, house.owner.organization_id, ClientHandedOver)
    assert (str(handed.client_id), str(handed.to), str(handed.by)) == (led, bob_id, me)
    await house.run_jobs()
    assert [(str(e.agent_id), e.automatic) for e in await told(house, led, AgentAssigned)] == [(ada_id, True), (bob_id, False)]

    refused = await operator.send("PUT", f"/people/{sam_id}/roles", json={"roles": ["viewer"]})
    assert refused.json()["title"] == "LeavesClients" and "Bob's" in refused.json()["detail"]
    cannot = await operator.send("PUT", f"/people/{sam_id}/roles", json={"roles": ["viewer"], "hand_to": bob_id})
    assert (cannot.status_code, cannot.json()["title"]) == (422, "CannotTakeOver")
    assert (await operator.send("PUT", f"/people/{sam_id}/roles", json={"roles": ["viewer"], "hand_to": me})).status_code == 200
    assert await roles_at(sam, other) == 404


async def test_whoever_looks_after_a_client_is_taken_off_by_handing_it_over(house, operator):
    ada, ada_id = await operator.add("ada@operator.example", "sales_agent")
    _, bob_id = await operator.add("bob@operator.example", "sales_agent")
    client = await registered(ada)
    refused = await operator.send("DELETE", f"/clients/{client}/staff/{ada_id}")
    assert (refused.status_code, refused.json()["title"]) == (409, "LooksAfterClient")
    assert (await operator.send("DELETE", f"/clients/{client}/staff/{ada_id}?hand_to={bob_id}")).status_code == 204
    assert await roles_at(ada, client) == 404
    assert [(r["user_id"], r["leads"]) for r in (await operator.get(f"/clients/{client}/staff")).json()["items"]] == [(bob_id, True)]
    back = await operator.send("PUT", f"/clients/{client}/lead", json={"user_id": ada_id})
    assert (back.status_code, back.json()["assigned_to"]) == (200, ada_id)
    assert await roles_at(ada, client) == ["sales_agent"]

"""The inbox: conversations of many clients in one list, who has them and who waits, and what was said in each."""

import json
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from retinue.kernel.security import Signer
from retinue.kernel.work import uuid7
from retinue.services.conversations import inbox

from .talking import Caller, Client, House


def name_client(house: House, client: UUID, name: str) -> None:
    fact(house, client, "company", "client", "name", name)


def fact(house: House, client: UUID, section: str, key: str, field: str, value: str) -> None:
    house.sql(
        "insert into dossier.fact (organization_id, id, section, key, field, value, number, occurred_at) values (%s, %s, %s, %s, %s, %s, 1, now())",
        client, uuid7(), section, key, field, json.dumps(value),
    )  # fmt: skip


def staff(house: House, *clients: UUID, role: str = "support_specialist") -> tuple[Caller, UUID]:
    """Somebody of the operator who looks after these clients."""
    found = house.sql("select id from kernel.organization where operator")
    operator = found[0].id if found else uuid7()
    if not found:
        house.sql("insert into kernel.organization values (%s, true, now())", operator)
    actor = uuid7()
    house.sql("insert into kernel.access select %s, id, %s from unnest(%s::uuid[]) id", actor, [role], [operator, *clients])
    token = house.process.get(Signer).sign("access", timedelta(hours=1), org=str(operator), sub=str(actor))
    return Caller(house, token), actor


async def ids(reader: Caller, query: str = "") -> list[str]:
    answer = await reader.get(f"/inbox?{query}")
    assert answer.status_code == 200, answer.text
    return [line["conversation_id"] for line in answer.json()["items"]]


async def test_staff_see_the_conversations_of_their_clients_in_one_list(house: House, client: Client) -> None:
    second, third = await house.client(), await house.client()
    name_client(house, client.id, "Hollow Oak Scales")
    mine, colleague = await client.start(), await second.start()
    foreign = await third.start()
    await mine.say("When are you open on Saturdays?")
    reader, me = staff(house, client.id, second.id)
    assert await ids(reader) == [mine.id, colleague.id]
    (line, _) = (await reader.get("/inbox")).json()["items"]
    assert (line["client_id"], line["client_name"], line["last_role"]) == (str(client.id), "Hollow Oak Scales", "assistant")
    assert "9.00 to 12.30" in line["last_line"]
    here = Caller(house, reader.token, client.id)
    assert (await here.post(f"{mine.path}/take")).status_code == 200
    assert await ids(reader, "box=yours") == [mine.id]
    fact(house, client.id, "people", "support_specialist", "agent_id", str(me))
    fact(house, client.id, "people", "support_specialist", "name", "Devi Raman")
    taken = (await reader.get(f"/inbox/{mine.id}")).json()
    assert (taken["taken_by"], taken["taken_by_name"]) == (str(me), "Devi Raman")
    other, _ = staff(house, client.id, third.id)
    assert await ids(other, "box=yours") == []
    assert await ids(other) == [mine.id, foreign.id] or await ids(other) == [foreign.id, mine.id]
    for path in (f"/inbox/{foreign.id}", f"/inbox/{foreign.id}/thread"):
        assert (await reader.get(path)).status_code == 404
    assert await ids(client.person("viewer")) == [mine.id]


async def test_who_waits_longest_is_first_and_counts_say_how_many(house: House, client: Client) -> None:
    first, second = await client.start(), await client.start()
    await client.start()
    for visit in (second, first):
        await visit.say("I want to talk to a real person")
    reader, _ = staff(house, client.id)
    assert await ids(reader, "box=waiting") == [second.id, first.id]
    assert (await reader.get("/inbox/counts")).json() == {"yours": 0, "waiting": 2, "all": 3, "at_most": 1000}
    page = (await reader.get("/inbox?box=waiting&limit=1")).json()
    assert await ids(reader, f"box=waiting&limit=1&cursor={page['next_cursor']}") == [first.id]
    await Caller(house, reader.token, client.id).post(f"{second.path}/take")
    assert (await reader.get("/inbox/counts")).json() | {"at_most": 0} == {"yours": 1, "waiting": 1, "all": 3, "at_most": 0}


async def test_lists_page_filter_and_search(house: House, client: Client) -> None:
    visits = [await client.start(), await client.start(channel="sms"), await client.start()]
    for visit, text in zip(visits, ("What about 100% cotton_bags?", "I am Ann Lee, ann@lee.example", "Where is my pallet?"), strict=True):
        await visit.say(text)
    reader, _ = staff(house, client.id)
    page = (await reader.get("/inbox?limit=2")).json()
    assert [line["conversation_id"] for line in page["items"]] == [visits[2].id, visits[1].id]
    assert await ids(reader, f"limit=2&cursor={page['next_cursor']}") == [visits[0].id]
    assert await ids(reader, "channel=sms") == [visits[1].id]
    assert await ids(reader, "search=pallet") == [visits[2].id]
    assert await ids(reader, "search=LEE.example") == [visits[1].id]
    assert await ids(reader, "search=100%25%20cotton_b") == [visits[0].id]
    assert await ids(reader, "search=cotton%25bags") == []
    await visits[0].visitor.post(f"{visits[0].path}/end")
    assert await ids(reader, "status=ended") == [visits[0].id]
    found = (await reader.get("/inbox?search=a&limit=1")).status_code, (await reader.get("/inbox?box=mine")).status_code
    assert found == (422, 422)
    assert (await reader.get("/inbox?cursor=nonsense")).status_code == 400
    assert (await visits[0].visitor.get("/inbox")).status_code == 403
    one = (await reader.get("/inbox?search=wh&limit=1")).json()
    assert await ids(reader, f"search=wh&cursor={one['next_cursor']}") == (await ids(reader, "search=wh"))[1:]


async def test_a_thread_reads_backwards_with_its_handovers_in_place(house: House, client: Client) -> None:
    visit, agent = await client.start(), client.person("member")
    await visit.say("I want to talk to a real person")
    await agent.post(f"{visit.path}/take")
    await agent.post(f"{visit.path}/take")
    await agent.post(f"{visit.path}/reply", {"content": "It is Ann here."})
    await agent.post(f"{visit.path}/return")
    await visit.say("When are you open on Saturdays?")
    whole = (await agent.get(f"/inbox/{visit.id}/thread")).json()
    assert [m["role"] for m in reversed(whole["items"])] == ["assistant", "visitor", "assistant", "person", "visitor", "assistant"]
    assert [(h["what"], h["after_position"]) for h in whole["handovers"]] == [("requested", 2), ("taken", 3), ("returned", 4)]
    assert whole["handovers"][0]["reason"] == "user_requests_human"
    by = next(m for m in whole["items"] if m["role"] == "person")
    assert (by["author"], by["why"]) == (str(client.people["member"]), False)
    newest = (await agent.get(f"/inbox/{visit.id}/thread?limit=2")).json()
    assert ([m["position"] for m in newest["items"]], newest["handovers"]) == ([6, 5], [])
    older = (await agent.get(f"/inbox/{visit.id}/thread?limit=3&cursor={newest['next_cursor']}")).json()
    assert [m["position"] for m in older["items"]] == [4, 3, 2]
    assert [h["what"] for h in older["handovers"]] == ["requested", "taken", "returned"]
    oldest = (await agent.get(f"/inbox/{visit.id}/thread?limit=3&cursor={older['next_cursor']}")).json()
    assert ([m["position"] for m in oldest["items"]], oldest["next_cursor"], oldest["handovers"]) == ([1], None, [])
    assert (await visit.visitor.get(f"/inbox/{visit.id}/thread")).status_code == 403


def many(house: House, clients: int, each: int) -> list[UUID]:
    """Clients with conversations of two messages, by SQL: what is measured is reading."""
    began = datetime(2026, 3, 1, tzinfo=UTC)
    organizations = [uuid7() for _ in range(clients)]
    house.sql("insert into kernel.organization select id, false, %s from unnest(%s::uuid[]) id", began, organizations)
    house.sql(
        "insert into dossier.fact (organization_id, id, section, key, field, value, number, occurred_at) select o.id, gen_random_uuid(), 'company',"
        " 'client', 'name', to_jsonb('Client ' || (k - 1)), 1, now() from unnest(%s::uuid[]) with ordinality o(id, k)",
        organizations,
    )
    house.sql(
        "insert into conversations.conversation (organization_id, id, channel, status, config_id, config_version, lineage, person, positions,"
        " visitor_name, last_role, last_line, waiting_since, started_at, last_message_at) select o.id, gen_random_uuid(), 'chat',"
        " case when n %% 20 = 0 then 'waiting' else 'open' end, gen_random_uuid(), 1, gen_random_uuid(), gen_random_uuid(), 2, 'Visitor ' || n, 'visitor', 'Where is pallet ' || n,"
        " case when n %% 20 = 0 then t.at end, t.at, t.at from unnest(%s::uuid[]) with ordinality o(id, k), generate_series(1, %s) n,"
        " lateral (select %s::timestamptz + (n * 1000 + k) * interval '1 second' as at) t",
        organizations, each, began,
    )  # fmt: skip
    house.sql(
        "insert into conversations.message (organization_id, id, conversation_id, position, role, content, created_at) select c.organization_id,"
        " gen_random_uuid(), c.id, p, case p when 1 then 'assistant' else 'visitor' end, 'Where is pallet ' || c.id, c.last_message_at"
        " from conversations.conversation c, generate_series(1, 2) p where c.organization_id = any(%s)",
        organizations,
    )
    for table in ("conversations.conversation", "conversations.message", "dossier.fact", "kernel.access"):
        house.sql(f"analyze {table}")
    return organizations


BOXES = {
    "all": "conversation_recent_everywhere",
    "waiting": "conversation_waiting_everywhere",
    "yours": "conversation_taken_everywhere",
}


async def test_lists_counts_and_searches_across_a_thousand_clients(house: House) -> None:
    clients = many(house, 1000, 20)
    reader, me = staff(house, *clients)
    operator = house.sql("select id from kernel.organization where operator")[0].id
    for box, index in BOXES.items():
        asked = inbox.question(box, one=False, status=None, channel=None, search=None, before=None)
        async with house.process.database.work("conversations", operator, me) as work:
            assert not await inbox.alone(work)
            plan = "\n".join(row[0] for row in await work.execute(f"explain {asked}", me=me, size=51, o=operator))
        assert index in plan and "Sort" not in plan, plan
    took = {}
    for path in ("/inbox", "/inbox?box=waiting", "/inbox?box=yours", "/inbox/counts", "/inbox?search=Client", "/inbox?search=nowhere"):
        for _ in range(3):
            began = time.perf_counter()
            assert (await reader.get(path)).status_code == 200
            took[path] = min(took.get(path, 1e9), (time.perf_counter() - began) * 1000)
    print("\n20,000 conversations of 1,000 clients, in ms:", {path: round(ms) for path, ms in took.items()})
    assert max(took.values()) < 1500  # a bound for a machine that does other things as well
    assert (await reader.get("/inbox/counts")).json() == {"yours": 0, "waiting": 1000, "all": 1000, "at_most": 1000}
    (first, *_) = (await reader.get("/inbox")).json()["items"]
    assert first["client_name"] == "Client 999"
    few, _ = staff(house, *clients[:3])
    assert len(await ids(few)) == 50

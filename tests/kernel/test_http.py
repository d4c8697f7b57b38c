"""HTTP around a Work: numbers, refusals, keys, callers, limits."""

import asyncio
import hashlib
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from cryptography.exceptions import InvalidTag

from kernel.conftest import Tenant
from kernel.toys.clients import Clients, is_problem
from retinue.kernel.deliver import Deliverer
from retinue.kernel.http import _kept
from retinue.kernel.limits import Limiter
from retinue.kernel.process import Process
from retinue.kernel.security import Security, new_secret
from retinue.kernel.work import Database, uuid7


async def test_a_write_says_its_number(client: httpx.AsyncClient) -> None:
    posted = await client.post("/calls", json={"minutes": 3, "caller": "Ann"})
    assert (posted.status_code, posted.headers["retinue-event"]) == (201, "1")
    assert (await client.post("/calls", json={"minutes": 3})).headers["retinue-event"] == "2"
    read = await client.get("/calls")
    assert "retinue-event" not in read.headers
    assert posted.json() in read.json()["items"]


async def test_a_refusal_is_a_problem_and_keeps_nothing(client: httpx.AsyncClient, owner: psycopg.Connection) -> None:
    is_problem(await client.post("/calls", json={"minutes": 3000}), 409)
    assert owner.execute("select (select count(*) from toy_calls.call), (select count(*) from events.log)").fetchone() == (0, 0)
    is_problem(await client.get(f"/calls/{uuid4()}"), 404)
    is_problem(await client.get("/calls?cursor=!"), 400)
    is_problem(await client.get("/calls?cursor=abcde"), 400)
    assert (await client.post("/calls", json={"caller": "Ann"})).status_code == 422


async def test_a_bug_says_nothing_of_its_words(client: httpx.AsyncClient, owner: psycopg.Connection) -> None:
    answer = await client.post("/calls/broken")
    is_problem(answer, 500)
    assert "secret words" not in answer.text
    assert owner.execute("select count(*) from toy_calls.call").fetchone() == (0,)


async def test_a_commit_that_fails_is_500_and_frees_the_key(client: httpx.AsyncClient, owner: psycopg.Connection) -> None:
    owner.execute("create function public.no() returns trigger language plpgsql as $$ begin raise 'no'; end $$")
    owner.execute(
        "create constraint trigger no after insert on toy_calls.call deferrable initially deferred for each row execute function public.no()"
    )
    try:
        is_problem(await client.post("/calls", json={"minutes": 3}, headers={"idempotency-key": "k"}), 500)
    finally:
        owner.execute("drop trigger no on toy_calls.call; drop function public.no()")
    again = await client.post("/calls", json={"minutes": 3}, headers={"idempotency-key": "k"})
    assert (again.status_code, again.headers["retinue-event"]) == (201, "1")


async def test_an_answer_that_cannot_be_kept_has_no_effect(client: httpx.AsyncClient, owner: psycopg.Connection) -> None:
    """Rows, events and the stored answer are one transaction: else a repeated request would act twice, or find a key without an answer."""
    owner.execute("create function public.no() returns trigger language plpgsql as $$ begin raise 'no'; end $$")
    owner.execute("create trigger no before update on kernel.answer for each row execute function public.no()")
    try:
        is_problem(await client.post("/calls", json={"minutes": 3}, headers={"idempotency-key": "k"}), 500)
    finally:
        owner.execute("drop trigger no on kernel.answer; drop function public.no()")
    left = "select (select count(*) from toy_calls.call), (select count(*) from events.log), (select count(*) from kernel.answer)"
    assert owner.execute(left).fetchone() == (0, 0, 0)


async def test_one_key_has_one_effect(client: httpx.AsyncClient, owner: psycopg.Connection) -> None:
    async def post(key: str, minutes: int = 3, query: str = "") -> httpx.Response:
        return await client.post(f"/calls{query}", json={"minutes": minutes}, headers={"idempotency-key": key})

    answers = await asyncio.gather(*(post("k") for _ in range(8)))
    assert {(a.status_code, a.text, a.headers["retinue-event"]) for a in answers} == {(201, answers[0].text, "1")}
    assert owner.execute("select count(*) from toy_calls.call").fetchone() == (1,)
    is_problem(await post("k", 4), 422)
    is_problem(await post("k", 3, "?x=1"), 422)
    for _ in range(2):
        is_problem(await post("bad", 4000), 409)
    is_problem(await post("x" * 201), 400)
    assert (await post("other")).headers["retinue-event"] == "2"


async def test_a_kept_answer_opens_with_its_key_only(client: httpx.AsyncClient, owner: psycopg.Connection) -> None:
    """Answers may hold secrets that are shown once; whoever reads the table must not read those."""
    posted = await client.post("/calls", json={"minutes": 3}, headers={"idempotency-key": "k"})
    name, body = owner.execute("select key, body #>> '{}' from kernel.answer").fetchone() or ("", "")
    sealed = bytes.fromhex(body)
    assert name == _kept("k")[0] != "k"
    assert posted.json()["id"].encode() in _kept("k")[1].decrypt(sealed[:12], sealed[12:], None)
    with pytest.raises(InvalidTag):
        _kept("another")[1].decrypt(sealed[:12], sealed[12:], None)


async def test_a_key_is_the_callers_own(client_of: Clients, tenant: Tenant, owner: psycopg.Connection) -> None:
    one, actor = tenant()
    colleague = uuid7()
    owner.execute("insert into kernel.access values (%s, %s, '{owner}')", (colleague, one))
    other = tenant()
    for who in ((one, actor), (one, colleague), other):
        answer = await client_of(*who).post("/calls", json={"minutes": 3}, headers={"idempotency-key": "k"})
        assert answer.status_code == 201
    assert owner.execute("select count(*) from toy_calls.call").fetchone() == (3,)


async def test_another_tenant_does_not_exist(client_of: Clients, tenant: Tenant) -> None:
    (one, actor), (two, _) = tenant(), tenant()
    is_problem(await client_of(one, actor, two).get("/calls"), 404)
    is_problem(await client_of(one, actor, uuid4()).get("/calls"), 404)
    is_problem(await client_of(two, actor).get("/calls"), 404)
    mine = (await client_of(one, actor).post("/calls", json={"minutes": 3})).json()["id"]
    stranger = client_of(*tenant())
    is_problem(await stranger.get(f"/calls/{mine}"), 404)
    is_problem(await stranger.post(f"/calls/{mine}/summary"), 404)
    assert (await stranger.delete(f"/calls/{mine}")).status_code == 204
    assert (await client_of(one, actor).get(f"/calls/{mine}")).status_code == 200
    bad = await client_of(one, actor).get("/calls", headers={"x-tenant-id": "me"})
    is_problem(bad, 400)


async def test_who_is_not_known_or_may_not(client_of: Clients, tenant: Tenant, toys: Process) -> None:
    one, actor = tenant(roles=("viewer",))
    viewer = client_of(one, actor)
    assert (await viewer.get("/calls")).status_code == 200
    refused = await viewer.post("/calls", json={"minutes": 3})
    is_problem(refused, 403)
    assert "conversations:write" in refused.json()["next"]
    is_problem(await viewer.post(f"/calls/{uuid4()}/summary"), 403)
    for bearer in ("nonsense", "rtn_nonsense", "a.b.c", "x" * 5000):
        is_problem(await client_of(one, actor, bearer=bearer).get("/calls"), 401)
    is_problem(await viewer.get("/calls", headers={"authorization": "Basic abc"}), 401)
    nameless = toys.get(Security).signer.sign("access", timedelta(hours=1), org="me", sub="you")
    is_problem(await client_of(one, actor, bearer=nameless).get("/calls"), 401)


def issue(owner: psycopg.Connection, organization: UUID, actor: UUID, scopes: list[str], kind: str = "key", until: object = None) -> str:
    secret = new_secret()
    owner.execute(
        "insert into kernel.credential values (%s, %s, %s, %s, %s, %s, %s)",
        (organization, uuid7(), hashlib.sha256(secret.encode()).digest(), kind, actor, scopes, until),
    )
    return secret


async def test_a_key_has_its_scopes_and_no_other_tenant(
    client_of: Clients, tenant: Tenant, owner: psycopg.Connection, held: Database
) -> None:
    one, actor = tenant()
    two, _ = tenant(actor=actor)
    key = issue(owner, one, actor, ["conversations:read"])
    assert (await client_of(one, actor, bearer=key).get("/calls")).status_code == 200
    is_problem(await client_of(one, actor, bearer=key).post("/calls", json={"minutes": 3}), 403)
    is_problem(await client_of(one, actor, two, bearer=key).get("/calls"), 404)
    expired = issue(owner, one, actor, ["conversations:read"], until=held.clock.now())
    is_problem(await client_of(one, actor, bearer=expired).get("/calls"), 401)
    owner.execute("delete from kernel.access where actor = %s", (actor,))
    is_problem(await client_of(one, actor, bearer=key).get("/calls"), 404)


async def test_a_visitor_may_only_visit(client_of: Clients, tenant: Tenant, owner: psycopg.Connection, toys: Process) -> None:
    one, actor = tenant()
    two, _ = tenant()
    widget = issue(owner, one, actor, [], kind="widget")
    token = toys.get(Security).signer.sign("visitor", timedelta(hours=1), org=str(one), sub=str(uuid4()))
    for bearer in (widget, token):
        is_problem(await client_of(one, actor, bearer=bearer).get("/calls"), 403)
        is_problem(await client_of(one, actor, two, bearer=bearer).get("/calls"), 404)


async def test_staff_works_in_the_clients_organization(client_of: Clients, tenant: Tenant, owner: psycopg.Connection) -> None:
    operator, staff = tenant(operator=True)
    client, _ = tenant(actor=staff)
    posted = await client_of(operator, staff, client).post("/calls", json={"minutes": 3})
    assert posted.status_code == 201
    assert owner.execute("select organization_id from toy_calls.call").fetchall() == [(client,)]
    assert [c["id"] for c in (await client_of(operator, staff).get("/calls")).json()["items"]] == [posted.json()["id"]]


async def test_too_many_requests(client_of: Clients, tenant: Tenant, toys: Process, held: Database) -> None:
    toys.provide(Limiter, Limiter(2, held.clock))
    one, actor = tenant()
    client = client_of(one, actor)
    first = await client.get("/calls")
    assert (first.headers["ratelimit-limit"], first.headers["ratelimit-remaining"], first.headers["ratelimit-reset"]) == ("2", "1", "31")
    await client.get("/calls")
    refused = await client.get("/calls")
    is_problem(refused, 429)
    assert refused.headers["retry-after"] == "31"
    assert "31 s" in refused.json()["next"]
    assert (await client_of(*tenant()).get("/calls")).status_code == 200, "another organization has its own"
    held.clock.move(timedelta(seconds=31))  # type: ignore[attr-defined]
    assert (await client.get("/calls")).status_code == 200


async def test_nobody_spends_the_requests_of_another_organization(
    client_of: Clients, tenant: Tenant, toys: Process, held: Database
) -> None:
    toys.provide(Limiter, Limiter(2, held.clock))
    (one, actor), (two, other) = tenant(), tenant()
    for _ in range(4):
        await client_of(two, other, one).get("/calls")
        await client_of(two, other, one).post(f"/calls/{uuid4()}/summary")
    assert (await client_of(one, actor).get("/calls")).status_code == 200


async def test_pages_hold_everything_once(client: httpx.AsyncClient) -> None:
    posted = [(await client.post("/calls", json={"minutes": m})).json()["id"] for m in range(1, 8)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await client.get(f"/calls?size=3{cursor}")).json()
        seen += [c["id"] for c in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(seen) == sorted(posted) and len(seen) == 7


async def test_a_read_after_an_event_sees_it(client: httpx.AsyncClient, held: Database, deliverer: Deliverer) -> None:
    await deliverer.register()
    number = (await client.post("/calls", json={"minutes": 3})).headers["retinue-event"]
    assert (await client.get("/calls/lines")).json() == 0
    reading = asyncio.create_task(client.get(f"/calls/lines?after={number}"))
    await deliverer.deliver_all()
    assert (await reading).json() == 1
    assert (await client.get("/calls/lines?after=99")).status_code == 200, "it waits, but not for ever"
    assert (await client.get("/calls/lines?after=-1")).status_code == 422

"""Answers that wait for a model: prepared, asked and settled apart."""

import asyncio
import json
from datetime import timedelta

import httpx
import psycopg
import pytest

from kernel.toys.clients import is_problem
from kernel.toys.toy_calls.routes import Model, summarise
from retinue.kernel.asks import Asks
from retinue.kernel.process import Process
from retinue.kernel.work import Database

TOLD = "select body->>'summary' from events.log where kind = 'toy_calls.call_summarised.1'"


@pytest.fixture
def model(toys: Process) -> Model:
    return toys.get(Model)


async def new_call(client: httpx.AsyncClient) -> str:
    return str((await client.post("/calls", json={"minutes": 3})).json()["id"])


async def summary(client: httpx.AsyncClient, id: str, key: str = "s", wait: str = "20", **headers: str) -> httpx.Response:
    return await client.post(f"/calls/{id}/summary", headers={"idempotency-key": key, "prefer": f"wait={wait}"} | headers)


async def test_a_quick_answer(client: httpx.AsyncClient, model: Model, owner: psycopg.Connection) -> None:
    id = await new_call(client)
    answer = await summary(client, id)
    assert (answer.status_code, answer.headers["retinue-event"], answer.json()["summary"]) == (200, "2", "3 minutes")
    again = await summary(client, id)
    assert (again.status_code, again.headers["retinue-event"], again.json()) == (200, "2", answer.json())
    assert model.asked == 1
    assert owner.execute(TOLD).fetchall() == [("3 minutes",)]


async def test_a_slow_answer(client: httpx.AsyncClient, model: Model, toys: Process, owner: psycopg.Connection) -> None:
    id = await new_call(client)
    model.gate.clear()
    slow = await summary(client, id, wait="0")
    assert slow.status_code == 202
    assert slow.headers["location"].startswith("/api/v1/jobs/")
    during = await summary(client, id, wait="0")
    assert (during.status_code, during.headers["location"]) == (202, slow.headers["location"])
    held_open = (
        "select count(*) from pg_stat_activity where usename = 'retinue_app' and datname = current_database() and state like 'idle in%'"
    )
    assert owner.execute(held_open).fetchone() == (0,), "nobody waits in a transaction"
    model.gate.set()
    await asyncio.gather(*(r.task for r in toys.get(Asks).running.values()))
    after = await summary(client, id, wait="0")
    assert (after.status_code, after.headers["retinue-event"], after.json()["summary"]) == (200, "2", "3 minutes")
    assert model.asked == 1


async def test_an_expired_lease_is_taken_over_once(
    client: httpx.AsyncClient,
    model: Model,
    toys: Process,
    held: Database,
    owner: psycopg.Connection,
) -> None:
    id = await new_call(client)
    model.gate.clear()
    await summary(client, id, wait="0")
    asks = toys.get(Asks)
    assert await asks.sweep(toys) == 0, "the lease has not expired"
    first = [r.task for r in asks.running.values()]
    held.clock.move(timedelta(seconds=61))  # type: ignore[attr-defined]
    late, model.gate = model.gate, asyncio.Event()
    model.gate.set()
    assert sum(await asyncio.gather(*(asks.sweep(toys) for _ in range(3)))) == 1
    late.set()
    (body, number), *_ = await asyncio.gather(*first)
    assert (body["summary"], number) == ("3 minutes", 2), "the late first answer settles nothing, and tells what was settled"
    assert owner.execute(TOLD).fetchall() == [("3 minutes",)]
    assert (await summary(client, id)).headers["retinue-event"] == "2"


async def test_a_try_settles_once(client: httpx.AsyncClient, toys: Process, owner: psycopg.Connection) -> None:
    id = await new_call(client)
    await summary(client, id)
    organization, ask = owner.execute("select organization_id, id from kernel.ask").fetchone() or (None, None)
    again = await summarise.finish(toys, organization, ask, {"id": id, "minutes": 9}, 1)
    assert (again[0]["summary"], again[1]) == ("3 minutes", 2)
    assert owner.execute(TOLD).fetchall() == [("3 minutes",)]


async def test_a_late_answer_before_the_second_is_settled(
    client: httpx.AsyncClient,
    model: Model,
    toys: Process,
    held: Database,
    owner: psycopg.Connection,
) -> None:
    """Whoever took over is still asking: the first one's answer is not the settled one, and is not given out."""
    id = await new_call(client)
    model.gate.clear()
    waiting = asyncio.create_task(summary(client, id))
    while model.asked < 1:
        await asyncio.sleep(0.001)
    held.clock.move(timedelta(seconds=61))  # type: ignore[attr-defined]
    late, model.gate = model.gate, asyncio.Event()
    sweeping = asyncio.create_task(toys.get(Asks).sweep(toys))
    while model.asked < 2:
        await asyncio.sleep(0.001)
    late.set()
    answer = await waiting
    assert answer.status_code == 202
    assert answer.headers["location"].startswith("/api/v1/jobs/")
    model.gate.set()
    assert await sweeping == 1
    assert owner.execute(TOLD).fetchall() == [("3 minutes",)]


async def test_the_third_try_answers_by_rules(
    client: httpx.AsyncClient,
    model: Model,
    toys: Process,
    held: Database,
    owner: psycopg.Connection,
) -> None:
    id = await new_call(client)
    model.refuses = True
    is_problem(await summary(client, id), 404)
    asks = toys.get(Asks)
    held.clock.move(timedelta(seconds=61))  # type: ignore[attr-defined]
    assert await asks.sweep(toys) == 0, "a model that fails again does not end the sweeper"
    held.clock.move(timedelta(seconds=61))  # type: ignore[attr-defined]
    assert await asks.sweep(toys) == 1
    assert model.asked == 2
    assert owner.execute(TOLD).fetchall() == [("3 min",)]
    assert (await summary(client, id)).json()["answered_by"] == "rules"


def sse(text: str) -> list[tuple[str, dict[str, object]]]:
    return [
        (a.removeprefix("event: "), json.loads(b.removeprefix("data: "))) for a, b in (m.split("\n") for m in text.strip().split("\n\n"))
    ]


async def test_a_stream_tells_pieces_then_the_whole(client: httpx.AsyncClient, model: Model) -> None:
    id = await new_call(client)
    model.pieces = ("3 ", "minutes")
    answer = await summary(client, id, accept="text/event-stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = sse(answer.text)
    assert [name for name, _ in told] == ["delta", "delta", "message", "done"]
    assert told[0][1] == {"text": "3 "}
    assert told[2][1]["summary"] == "3 minutes"
    assert told[3][1] == {"event": 2}
    assert (await summary(client, id)).json() == told[2][1], "its key knows the settled answer"


async def test_a_stream_that_fails_says_so(client: httpx.AsyncClient, model: Model) -> None:
    id = await new_call(client)
    model.pieces, model.refuses = (), True
    told = sse((await summary(client, id, accept="text/event-stream")).text)
    assert [name for name, _ in told] == ["error"]
    assert told[0][1]["status"] == 404 and told[0][1]["next"]


async def test_answers_and_asks_expire(client: httpx.AsyncClient, held: Database, owner: psycopg.Connection) -> None:
    await summary(client, await new_call(client))
    await held.call("select lookup.drop_expired(:at)", at=held.clock.now() + timedelta(hours=71))
    kept = "select (select count(*) from kernel.answer), (select count(*) from kernel.ask)"
    assert owner.execute(kept).fetchone() == (1, 1)
    await held.call("select lookup.drop_expired(:at)", at=held.clock.now() + timedelta(hours=73))
    assert owner.execute(kept).fetchone() == (0, 0)

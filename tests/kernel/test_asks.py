"""Answers that wait for a model: prepared, asked and settled apart."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import httpx
import psycopg
import pytest

from kernel.conftest import Tenant
from kernel.toys import app as toy_app
from kernel.toys.clients import Clients, is_problem
from kernel.toys.toy_calls.routes import Model, rules, settle, summarise
from kernel.toys.toy_calls.routes import model as ask_model
from retinue.kernel.asks import Ask, NotYet
from retinue.kernel.events import Misuse
from retinue.kernel.process import Process
from retinue.kernel.sweeping import TRIES, Asks
from retinue.kernel.telemetry import ASKS_OPEN
from retinue.kernel.work import Database

TOLD = "select body->>'summary' from events.log where kind = 'toy_calls.call_summarised.1'"


@pytest.fixture
def model(toys: Process) -> Model:
    return toys.get(Model)


@pytest.fixture
def second(held: Database, tmp_path: Path, model: Model) -> Process:
    """Another process on the same database, with the same model behind it."""
    process = toy_app.process(held, tmp_path)
    process.provide(Model, model)
    return process


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
    second: Process,
    held: Database,
    owner: psycopg.Connection,
) -> None:
    id = await new_call(client)
    model.gate.clear()
    await summary(client, id, wait="0")
    others = second.get(Asks)
    assert await others.sweep(second) == 0, "the lease has not expired"
    first = [r.task for r in toys.get(Asks).running.values()]
    held.clock.move(timedelta(seconds=61))  # type: ignore[attr-defined]
    late, model.gate = model.gate, asyncio.Event()
    model.gate.set()
    assert sum(await asyncio.gather(*(others.sweep(second) for _ in range(3)))) == 1
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
    second: Process,
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
    sweeping = asyncio.create_task(second.get(Asks).sweep(second))
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


async def test_who_asks_keeps_the_lease_and_asks_once(
    client: httpx.AsyncClient, model: Model, toys: Process, second: Process, held: Database, owner: psycopg.Connection
) -> None:
    id = await new_call(client)
    model.gate.clear()
    await summary(client, id, wait="0")
    for _ in range(3):
        held.clock.move(timedelta(seconds=50))  # type: ignore[attr-defined]
        await toys.get(Asks).renew(toys)
        assert await second.get(Asks).sweep(second) == 0
    held.clock.move(timedelta(seconds=61))  # type: ignore[attr-defined]
    assert await toys.get(Asks).sweep(toys) == 0, "a process whose heart stopped does not ask a second time itself"
    assert model.asked == 1
    task = next(iter(toys.get(Asks).running.values())).task
    model.gate.set()
    assert (await task)[0]["summary"] == "3 minutes"


async def test_a_renewal_keeps_no_try_that_was_taken_over(
    client: httpx.AsyncClient, model: Model, toys: Process, held: Database, owner: psycopg.Connection
) -> None:
    model.gate.clear()
    await summary(client, await new_call(client), wait="0")
    owner.execute("update kernel.ask set tries = 2")
    until = owner.execute("select lease_until from kernel.ask").fetchone()
    held.clock.move(timedelta(seconds=30))  # type: ignore[attr-defined]
    await toys.get(Asks).renew(toys)
    assert owner.execute("select lease_until from kernel.ask").fetchone() == until
    model.gate.set()
    await toys.get(Asks).drain(10)


def test_an_ask_ends_before_its_lease() -> None:
    with pytest.raises(Misuse, match="longer than its lease"):
        Ask("toy_calls", "x", ask=ask_model, rules=rules, settle=settle, seconds=60, lease=timedelta(seconds=60))


async def test_an_ask_that_takes_too_long_is_cut_off_and_asked_again(
    client: httpx.AsyncClient, model: Model, toys: Process, second: Process, held: Database, owner: psycopg.Connection, tenant: Tenant
) -> None:
    slow = Ask("toy_calls", "toy_calls.slow", ask=ask_model, rules=rules, settle=settle, seconds=0.01)
    second.get(Asks).by_name["toy_calls.slow"] = slow
    model.gate.clear()
    organization, _ = tenant()
    async with held.work("toy_calls", organization) as work:
        id, _ = await slow.start(toys, work, {"id": str(organization), "minutes": 3}, None, None)
    with pytest.raises(Exception, match="longer than it may"):
        await slow.run(toys, organization, id, {"id": str(organization), "minutes": 3}).task
    held.clock.move(timedelta(seconds=6))  # type: ignore[attr-defined]
    assert await second.get(Asks).sweep(second) == 0, "soon, not when its lease would have ended"
    held.clock.move(timedelta(seconds=11))  # type: ignore[attr-defined]
    assert await second.get(Asks).sweep(second) == 1, "by rules"
    assert model.asked == 2


async def test_a_timeout_of_the_ask_itself_is_a_failure(client: httpx.AsyncClient, model: Model) -> None:
    id = await new_call(client)
    model.raises = TimeoutError("of a provider")
    is_problem(await summary(client, id), 500)


async def test_what_fails_every_time_is_given_up(
    client: httpx.AsyncClient, model: Model, second: Process, held: Database, owner: psycopg.Connection
) -> None:
    id = await new_call(client)
    model.raises = ZeroDivisionError("secret words")
    is_problem(await summary(client, id), 500)
    asks = second.get(Asks)
    tries = []
    for _ in range(TRIES):
        held.clock.move(timedelta(seconds=61))  # type: ignore[attr-defined]
        tries.append(await asks.sweep(second))
    assert tries == [0] * (TRIES - 1) + [1]
    assert model.asked == 2, "twice by the model, twice by rules"
    assert owner.execute("select status, tries from kernel.ask").fetchall() == [("failed", TRIES + 1)]
    assert owner.execute(TOLD).fetchall() == [("a person will look",)]
    assert (await summary(client, id)).json()["summary"] == "a person will look", "its key knows"
    held.clock.move(timedelta(seconds=61))  # type: ignore[attr-defined]
    assert await asks.sweep(second) == 0
    await held.call("select lookup.drop_expired(:at)", at=held.clock.now() + timedelta(hours=73))
    assert owner.execute("select count(*) from kernel.ask").fetchone() == (0,)


async def test_what_cannot_be_given_up_with_words_is_without(
    client: httpx.AsyncClient, model: Model, second: Process, held: Database, owner: psycopg.Connection
) -> None:
    id = await new_call(client)
    model.raises = ZeroDivisionError()
    await summary(client, id)
    owner.execute("update kernel.ask set tries = 4, input = '{}'")
    held.clock.move(timedelta(seconds=61))  # type: ignore[attr-defined]
    assert await second.get(Asks).sweep(second) == 1
    assert owner.execute("select status, output from kernel.ask").fetchall() == [("failed", None)]
    is_problem_of(await summary(client, id), "GivenUp")


def is_problem_of(answer: httpx.Response, title: str) -> None:
    assert (answer.status_code, answer.json()["title"]) == (500, title)


async def test_what_was_given_up_is_asked_once_more_when_somebody_wants_it(
    client: httpx.AsyncClient, model: Model, second: Process, held: Database, owner: psycopg.Connection
) -> None:
    id = await new_call(client)
    model.raises = ZeroDivisionError()
    await summary(client, id)
    owner.execute("update kernel.ask set tries = 4")
    held.clock.move(timedelta(seconds=61))  # type: ignore[attr-defined]
    assert await second.get(Asks).sweep(second) == 1
    owner.execute("update kernel.ask set status = 'again', tries = 0, output = null, lease_until = now() - interval '1 hour'")
    assert await second.get(Asks).sweep(second) == 0
    assert owner.execute("select summary from toy_calls.call").fetchall() == [("again",)], "its room has prepared it"
    model.raises = None
    held.clock.move(timedelta(seconds=61))  # type: ignore[attr-defined]
    assert await second.get(Asks).sweep(second) == 1
    assert owner.execute("select summary from toy_calls.call").fetchall() == [("3 minutes",)]


async def test_asks_that_hang_delay_no_other_organization(
    client_of: Clients, model: Model, second: Process, held: Database, owner: psycopg.Connection, tenant: Tenant
) -> None:
    stuck, other = client_of(*tenant()), client_of(*tenant())
    model.refuses = True
    for n in range(12):
        await summary(stuck, await new_call(stuck), key=str(n))
    held.clock.move(timedelta(seconds=1))  # type: ignore[attr-defined]
    await summary(other, await new_call(other))
    held.clock.move(timedelta(seconds=61))  # type: ignore[attr-defined]
    model.refuses, model.gate, asks = False, asyncio.Event(), second.get(Asks)
    owner.execute(
        "update kernel.ask set tries = 2 where organization_id = (select organization_id from kernel.ask order by id desc limit 1)"
    )
    begun = await asks.take_over(second)
    assert len(begun) == 2, "one an organization"
    done, hanging = await asyncio.wait(begun, return_when=asyncio.FIRST_COMPLETED)
    assert [task.result() for task in done] == [True]
    assert owner.execute("select count(*) from kernel.ask where status = 'done'").fetchone() == (1,)
    assert await asks.take_over(second) == [], "the next of the organization waits for its first"
    model.gate.set()
    await asyncio.wait(hanging)
    await asks.sweep(second)
    assert owner.execute("select count(*) from kernel.ask where status = 'done'").fetchone() == (3,)


async def test_a_try_that_only_waits_does_not_count(
    client: httpx.AsyncClient, model: Model, second: Process, held: Database, owner: psycopg.Connection
) -> None:
    id = await new_call(client)
    model.raises = NotYet()
    is_problem(await summary(client, id), 503)
    for _ in range(2 * TRIES):
        held.clock.move(timedelta(seconds=6))  # type: ignore[attr-defined]
        assert await second.get(Asks).sweep(second) == 0
    assert owner.execute("select status, tries from kernel.ask").fetchall() == [("running", 0)]
    model.raises = None
    held.clock.move(timedelta(seconds=6))  # type: ignore[attr-defined]
    assert await second.get(Asks).sweep(second) == 1
    assert owner.execute(TOLD).fetchall() == [("3 minutes",)]


async def test_open_asks_are_counted(client: httpx.AsyncClient, model: Model, toys: Process) -> None:
    model.gate.clear()
    await summary(client, await new_call(client), wait="0")
    await toys.get(Asks).count(toys)
    assert ASKS_OPEN.labels("toy_calls.summarise")._value.get() == 1
    model.gate.set()
    await toys.get(Asks).drain(10)
    await toys.get(Asks).count(toys)
    assert ASKS_OPEN.labels("toy_calls.summarise")._value.get() == 0

"""What a Work, an event and its delivery cost, with fsync on, beside bare SQL in the same run."""

import asyncio
import json
import multiprocessing
import os
import random
import statistics
import sys
import time
import uuid
from collections.abc import Awaitable, Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any
from uuid import UUID

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tests"), str(HERE)]  # tests first: this folder has a kernel.py too

import psycopg  # noqa: E402

from conftest import PASSWORD, as_login, make_template, with_name  # noqa: E402
from durable import server  # noqa: E402
from figures import figure  # noqa: E402
from kernel.toys import ROOMS, SCHEMA  # noqa: E402
from kernel.toys.contracts.toy_calls import CallEnded  # noqa: E402
from retinue.assembly.install import install  # noqa: E402
from retinue.kernel.deliver import Deliverer, Handlers  # noqa: E402
from retinue.kernel.ending import stop  # noqa: E402
from retinue.kernel.work import Database, Work, uuid7  # noqa: E402

TASKS = 8
LOG = int(os.environ.get("BENCH_LOG", "500000"))  # events that are in the log before
LINE = "insert into toy_billing.line (organization_id, call_id, number, minutes) values (:o, :c, :n, :m)"
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["retinue.kernel.deliver", "kernel.toys"])


async def write(url: str, organizations: list[UUID], batch: int, seconds: float, rate: float, told: Any) -> None:
    """`rate` events a second, or as fast as it goes with 0. Tells (organization, number, time after the commit) of every Work."""
    database = Database(url)
    herald = asyncio.create_task(database.herald())
    sent: list[tuple[UUID, int, float]] = []
    began = time.time()

    async def loop() -> None:
        due = time.time() + random.random() * TASKS / (rate or 1)
        while time.time() < began + seconds:
            if rate:
                due += TASKS / rate
                await asyncio.sleep(max(0.0, due - time.time()))
            organization = random.choice(organizations)
            async with database.work("toy_calls", organization) as work:
                for _ in range(batch):
                    work.emit(CallEnded(call_id=uuid7(), minutes=1))
            assert work.number
            sent.append((organization, work.number, time.time()))

    await asyncio.gather(*(loop() for _ in range(TASKS)))
    await asyncio.sleep(0.1)  # the herald's last word
    told.put((began, sent))
    await stop(herald)


class Noting(Deliverer):
    """Notes when a batch was committed, not when its handler was called."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.pending: dict[UUID, list[int]] = {}
        self.seen: list[tuple[UUID, int, float]] = []

    async def take(self, room: str, organization: UUID, size: int, tries: int) -> int:
        done = await super().take(room, organization, size, tries)
        at = time.time()
        self.seen += [(organization, number, at) for number in self.pending.pop(organization, [])]
        return done


async def deliver(url: str, rows: str, ready: Any, end: Any, told: Any) -> None:
    handlers = Handlers()
    deliverer: Noting

    async def note(work: Work, events: list[CallEnded]) -> None:
        if rows == "batch":
            values = [{"o": work.organization, "c": e.call_id, "n": e.number, "m": e.minutes} for e in events]
            await work.wire.send_many(LINE, values)
        elif rows == "each":
            for e in events:
                await work.execute(LINE, o=work.organization, c=e.call_id, n=e.number, m=e.minutes)
        deliverer.pending[work.organization] = [e.number for e in events]

    handlers.on(CallEnded, many=True)(note)
    deliverer = Noting(Database(url), {"toy_billing": handlers})
    running = asyncio.create_task(deliverer.run())
    ready.set()
    while not end.is_set():
        await asyncio.sleep(0.02)
    await stop(running)
    told.put(deliverer.seen)


def in_process(function: Callable[..., Awaitable[None]], *arguments: Any) -> None:
    asyncio.run(function(*arguments))  # type: ignore[arg-type]


def process(*arguments: Any) -> ForkServerProcess:
    started = FORKS.Process(target=in_process, args=arguments, daemon=True)
    started.start()
    return started


def lived_in(owner: psycopg.Connection, organizations: list[UUID]) -> int:
    """The log of organizations that have told and handled as many events before: answers how many each."""
    each = LOG // len(organizations)
    owner.execute(
        "insert into events.log select o, n, gen_random_uuid(), case n %% 3 when 0 then 'toy_calls.call_ended.1' else 'toy_calls.call_noted.1' end,"
        " %s, null, null, null, gen_random_uuid(), '', now() from unnest(%s::uuid[]) o, generate_series(1, %s) n",
        (json.dumps(CallEnded(call_id=uuid7(), minutes=1).model_dump(mode="json")), organizations, each),
    )
    for into in (
        "events.head (organization_id, number) select o, %s",
        "events.cursor (room, organization_id, number) select 'toy_billing', o, %s",
    ):
        owner.execute(f"insert into {into} from unnest(%s::uuid[]) o".encode(), (each, organizations))
    owner.execute("vacuum analyze events.log")
    return each


def run(url: str, *, organizations: int, batch: int, seconds: float, rate: float = 0, rows: str = "batch") -> dict[str, float]:
    """One writing process, one delivering process; every event must arrive once, in order."""
    ids = [uuid7() for _ in range(organizations)]
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(
            "truncate events.log, events.head, events.cursor, events.handler, events.release, toy_billing.line, kernel.organization cascade"
        )
        owner.cursor().executemany("insert into kernel.organization values (%s, false, now())", [(i,) for i in ids])
        before = lived_in(owner, ids)
        login, manager = as_login(url), FORKS.Manager()
        ready, end, told, seen_queue = manager.Event(), manager.Event(), manager.Queue(), manager.Queue()
        worker = process(deliver, login, rows, ready, end, seen_queue)
        ready.wait()
        time.sleep(0.5)
        writer = process(write, login, ids, batch, seconds, rate, told)
        began, sent = told.get()
        writer.join()
        due = "select count(*) from events.handler h, events.due(array[h.room], array[h.release], null, '2126-01-01')"
        while owner.execute(due).fetchone() != (0,):
            time.sleep(0.02)
        end.set()
        seen = seen_queue.get()
        worker.join()
        manager.shutdown()
    count = batch * len(sent)
    by_organization: dict[UUID, list[int]] = {}
    for organization, number, _ in seen:
        by_organization.setdefault(organization, []).append(number)
    assert len(seen) == count, (len(seen), count)
    assert all(numbers == list(range(before + 1, before + len(numbers) + 1)) for numbers in by_organization.values()), (
        "in order, once, no gap"
    )
    at = {(organization, number): when for organization, number, when in seen}
    late = sorted(1e3 * (at[o, n] - when) for o, n, when in sent[len(sent) // 4 :])
    last_write, last_seen = max(s[2] for s in sent), max(s[2] for s in seen)
    return {
        "published": count / (last_write - began),
        "end_to_end": count / (last_seen - began),
        "p50": late[len(late) // 2],
        "p95": late[int(len(late) * 0.95)],
    }


async def bare_inserts(url: str, batch: int, seconds: float) -> float:
    """Rows a second of the same body, `batch` in a transaction, by psycopg alone: no scope, number, seal or reader."""
    body = json.dumps(CallEnded(call_id=uuid7(), minutes=1).model_dump(mode="json"))
    done, end = 0, time.perf_counter() + seconds

    async def loop() -> None:
        nonlocal done
        async with await psycopg.AsyncConnection.connect(url) as connection:
            while time.perf_counter() < end:
                rows = [(uuid7(), uuid7(), "toy_calls.call_ended.1", body) for _ in range(batch)]
                await connection.cursor().executemany("insert into public.bare values (%s, %s, %s, %s)", rows)
                await connection.commit()
                done += batch

    await asyncio.gather(*(loop() for _ in range(TASKS)))
    return done / seconds


async def bare_latency(url: str, seconds: float, rate: float) -> float:
    """p95 of the least that could do it: insert and notify in one transaction, a listener that reads the row and writes one."""
    waits: list[float] = []
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as hears, await psycopg.AsyncConnection.connect(url) as reads:
        await hears.execute("listen bare")

        async def listen() -> None:
            async for n in hears.notifies():
                row, sent = n.payload.split()
                await reads.execute("select body from public.bare where id = %s", (row,))
                await reads.execute("insert into public.bare values (%s, %s, 'read', null)", (uuid7(), uuid7()))
                await reads.commit()
                waits.append(1e3 * (time.time() - float(sent)))

        listening = asyncio.create_task(listen())
        async with await psycopg.AsyncConnection.connect(url) as writes:
            end = due = time.time()
            end += seconds
            while due < end:
                due += 1 / rate
                await asyncio.sleep(max(0.0, due - time.time()))
                row = uuid7()
                await writes.execute("insert into public.bare values (%s, %s, 'sent', '{}')", (row, row))
                await writes.execute("select pg_notify('bare', %s)", (f"{row} {time.time()}",))
                await writes.commit()
        await stop(listening)
    waits.sort()
    return waits[int(len(waits) * 0.95)]


async def works(url: str) -> dict[str, float]:
    """Median milliseconds, the cases taking turns so that the machine's mood is everybody's."""
    database, organization, actor = Database(as_login(url)), uuid7(), uuid7()
    plain = await psycopg.AsyncConnection.connect(as_login(url), autocommit=True)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("insert into kernel.organization values (%s, false, now())", (organization,))
        owner.execute("insert into kernel.access values (%s, %s, '{owner}')", (actor, organization))

    async def bare() -> None:
        async with plain.transaction():
            await plain.execute("select 1")

    async def empty() -> None:
        async with database.work("toy_calls", organization, actor):
            pass

    async def one_event() -> None:
        async with database.work("toy_calls", organization, actor) as work:
            work.emit(CallEnded(call_id=uuid7(), minutes=1))

    cases, took = {"bare": bare, "empty": empty, "event": one_event}, dict[str, list[float]]()
    for _ in range(300):
        for name, case in cases.items():
            began = time.perf_counter()
            await case()
            took.setdefault(name, []).append(1e3 * (time.perf_counter() - began))
    await database.close()
    await plain.close()
    return {name: statistics.median(each) for name, each in took.items()}


def main() -> None:
    with server() as address:
        name = f"bench_{uuid.uuid4().hex[:8]}"
        make_template(address, name, (), (), SCHEMA)
        url = with_name(address, name)
        install(url, ROOMS, (), PASSWORD)
        with psycopg.connect(url, autocommit=True) as owner:
            assert owner.execute("show fsync").fetchone() == ("on",), "figures without fsync are no figures"
            owner.execute("create table public.bare (id uuid primary key, other uuid not null, kind text not null, body json)")
        try:
            measure(url)
        finally:
            with psycopg.connect(address, autocommit=True) as owner:
                owner.execute(f"drop database {name} with (force)")


def measure(url: str) -> None:
    took = asyncio.run(works(url))
    figure("empty Work, beside select 1 in a transaction", took["empty"], "ms", baseline=took["bare"])
    figure("Work that tells one event, beside select 1 in a transaction", took["event"], "ms", baseline=took["bare"])
    bare = asyncio.run(bare_inserts(url, 100, 3))
    for rows, said in (("none", "handler in memory"), ("batch", "handler writes a row each, many=True")):
        got = run(url, organizations=16, batch=100, seconds=5, rows=rows)
        target = {"target": "≥ 10000", "met": got["end_to_end"] >= 10_000} if rows == "none" else {}
        figure(f"events end to end, 16 organizations, batches of 100, {said}", got["end_to_end"], "events/s", baseline=bare, **target)  # type: ignore[arg-type]
    bare = asyncio.run(bare_inserts(url, 1, 3))
    for organizations in (16, 1):
        got = run(url, organizations=organizations, batch=1, seconds=5)
        figure(
            f"single-event transactions, {organizations} organization(s), 8 writers, end to end",
            got["end_to_end"],
            "events/s",
            baseline=bare,
        )
    least = asyncio.run(bare_latency(url, 4, 300))
    got = run(url, organizations=16, batch=1, seconds=10, rate=300, rows="each")
    figure("published to handled p50 at 300/s, 16 organizations, one row each", got["p50"], "ms")
    figure(
        "published to handled p95 at 300/s, 16 organizations, one row each",
        got["p95"],
        "ms",
        baseline=least,
        target="≤ 20",
        met=got["p95"] <= 20,
    )


if __name__ == "__main__":
    main()

"""Kills writers and workers, with slow commits, rollbacks, poison, and events that kill their worker; then checks every promise."""

import asyncio
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from uuid import UUID

import psycopg

from kernel.toys import HANDLERS
from kernel.toys.checks import exact
from kernel.toys.toy_billing.handlers import charging
from kernel.toys.toy_calls.domain import TooLong, end
from retinue.kernel.deliver import Deliverer
from retinue.kernel.work import Database, uuid7

POISON, KILLER = 13, 14


async def write(url: str, sick: Sequence[UUID], organizations: Sequence[UUID], ready: Path) -> None:
    """Poison comes to two organizations only: a third one would stop the room, as it should."""
    database = Database(url)
    herald = asyncio.create_task(database.herald())

    async def one() -> None:
        while True:
            organization = random.choice(organizations)
            weights = [500, 2, 1, 30] if organization in sick else [500, 0, 0, 30]
            try:
                async with database.work("toy_calls", organization) as work:
                    for _ in range(random.randint(1, 4)):
                        await end(work, random.choices([1, POISON, KILLER, 2000], weights)[0])
                    await asyncio.sleep(random.choice([0, 0, random.random() * 0.02]))
                    if random.random() < 0.3:
                        await work.flush()
                        await asyncio.sleep(random.random() * 0.02)
            except TooLong:
                pass
            ready.touch()

    await asyncio.gather(one(), one(), herald)


async def deliver(url: str, ready: Path) -> None:
    def poison(minutes: int) -> bool:
        if minutes == KILLER:
            os.kill(os.getpid(), signal.SIGKILL)
        return minutes == POISON

    database = Database(url)
    await database.call("select 1")
    ready.touch()
    async with asyncio.TaskGroup() as group:
        group.create_task(database.herald())
        group.create_task(Deliverer(database, {**HANDLERS, "toy_billing": charging(poison)}).run())


def begin(kind: str, url: str, folder: Path, organizations: Sequence[UUID]) -> None:
    ready = folder / str(os.getpid())
    asyncio.run(write(url, organizations[:2], organizations, ready) if kind == "write" else deliver(url, ready))


FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["pytest", "kernel.toys.chaos"])  # or each process would import for a second, and nobody would work
Running = tuple[str, ForkServerProcess]


class Chaos:
    def __init__(self, url: str, owner: psycopg.Connection, folder: Path, organizations: int = 12) -> None:
        self.url, self.owner, self.folder = url, owner, folder
        self.organizations = [uuid7() for _ in range(organizations)]
        self.kills, self.deaths = 0, 0
        for room, handlers in HANDLERS.items():  # a room that begins later begins at the then present number
            listen = "select events.listen(%s, %s, %s, %s, now())"
            owner.execute(listen, (room, handlers.release("0"), handlers.kinds, handlers.projection))
        for organization in self.organizations:
            owner.execute("insert into kernel.organization values (%s, false, now())", (organization,))

    def spawn(self, kind: str) -> Running:
        process = FORKS.Process(target=begin, args=(kind, self.url, self.folder, self.organizations), daemon=True)
        process.start()
        return kind, process

    def run(self, seconds: float, *, writers: int = 4, workers: int = 2, drain: float = 60.0) -> dict[str, int]:
        self._hurry()
        processes = [self.spawn("write") for _ in range(writers)] + [self.spawn("deliver") for _ in range(workers)]
        try:
            self._await(processes)
            self._kill(processes, seconds)
            self._drain(processes, drain)
        finally:
            for _, process in processes:
                process.kill()
                process.join()
        return self.check()

    def _hurry(self) -> None:
        """Tries come twenty times as quick."""
        row = self.owner.execute(
            "select pg_get_functiondef('events.attempt(text[], text[], uuid[], timestamptz, int)'::regprocedure)"
        ).fetchone()
        assert row is not None
        self.slow = row[0]
        self.owner.execute(self.slow.replace("'00:00:01'", "'50 ms'").replace("interval '1 second'", "interval '50 ms'"))

    def _await(self, processes: list[Running]) -> None:
        until = time.monotonic() + 60
        while not all((self.folder / str(process.pid)).exists() for _, process in processes):
            assert time.monotonic() < until, "processes do not start"
            time.sleep(0.05)
            self._replace_dead(processes, ("deliver",))

    def _replace_dead(self, processes: list[Running], kinds: Sequence[str]) -> None:
        for i, (kind, process) in enumerate(processes):
            if kind in kinds and not process.is_alive():
                self.deaths += 1
                processes[i] = self.spawn(kind)

    def _kill(self, processes: list[Running], seconds: float) -> None:
        until, workers = time.monotonic() + seconds, [i for i, (kind, _) in enumerate(processes) if kind == "deliver"]
        while time.monotonic() < until:
            time.sleep(0.25)
            self._replace_dead(processes, ("write", "deliver"))
            i = random.choice(workers) if random.random() < 0.3 else random.randrange(len(processes))
            kind, process = processes[i]
            if (self.folder / str(process.pid)).exists():  # one that still imports is spared, or nobody would ever work
                process.kill()
                process.join()
                self.kills += 1
                processes[i] = self.spawn(kind)
        for kind, process in processes:
            if kind == "write":
                process.kill()
                process.join()

    def _drain(self, processes: list[Running], seconds: float) -> None:
        until = time.monotonic() + seconds
        due = "select count(*) from events.handler h, events.due(array[h.room], array[h.release], null, '2126-01-01')"
        while self.owner.execute(due).fetchone() != (0,):
            assert time.monotonic() < until, "not drained"
            time.sleep(0.2)
            self._replace_dead(processes, ("deliver",))

    def check(self) -> dict[str, int]:
        self.owner.execute(self.slow)
        parked = self.owner.execute("select organization_id, number from events.parked where room = 'toy_billing'").fetchall()
        bad = self.owner.execute(
            "select organization_id, number from events.log where (body->>'minutes')::int = any(%s)", ([POISON, KILLER],)
        ).fetchall()
        assert sorted(parked) == sorted(bad), (len(parked), len(bad))
        assert self.owner.execute("select count(*) from events.parked where room <> 'toy_billing'").fetchone() == (0,)
        assert self.owner.execute("select count(*) from events.handler where stopped_at is not null").fetchone() == (0,)
        handled = exact(self.owner, set(parked))
        told = self.owner.execute("select count(*) from events.log").fetchone()
        assert told == self.owner.execute("select count(*) from toy_dossier.entry").fetchone()
        return {"kills": self.kills, "deaths": self.deaths, "events": told[0] if told else 0, "handled": handled, "parked": len(parked)}

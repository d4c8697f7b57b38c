"""Answers that wait for a model: prepare in a Work, ask in none, settle in a Work of the room, under a lease that another process takes over."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from retinue.kernel.errors import Forbidden, ForeignError, Refusal, foreign
from retinue.kernel.http import ANSWERS_KEPT, Answered, actor_of, caller_of, key_of, organization_of, process_of, recall, remember
from retinue.kernel.live import Live
from retinue.kernel.problems import problem
from retinue.kernel.process import Process
from retinue.kernel.security import Security
from retinue.kernel.telemetry import log
from retinue.kernel.work import AWAY, Work, uuid7

LOG = log("asks")
MODEL_TRIES = 2
WAIT_SECONDS, WAIT_AT_MOST = 20.0, 60.0
STREAMED_AHEAD = 1000
Json = dict[str, Any]
Tell = Callable[[Json], None]


@dataclass
class Running:
    """An ask that this process is answering: what it has told so far, and its end."""

    task: "asyncio.Task[tuple[Json, int | None]]"
    told: "asyncio.Queue[Json]" = field(default_factory=lambda: asyncio.Queue(STREAMED_AHEAD))


class AskedBefore(Exception):
    """Raised by a `prepare`: what it was given is an ask already. It is not asked again; whoever sent it gets the answer of the first,
    or `gone` when that is kept no longer."""

    def __init__(self, input: Json, gone: Refusal) -> None:
        self.input, self.gone = input, gone


class TakenOver(Refusal):
    """This answer took too long; another process is answering again."""

    status = 503
    next = "Send the request again with the same Idempotency-Key in a minute."


class Ask:
    """`ask(process, input, tell)` may take long and talk to the world; `rules` stands in for it after two tries; `settle(work, input, output)`
    stores and tells, once, and answers the body to send. `named` gives the id of an input's ask, where the same input can come twice."""

    def __init__(
        self,
        room: str,
        name: str,
        *,
        ask: Callable[[Process, Json, Tell], Awaitable[Json]],
        rules: Callable[[Process, Json, Tell], Awaitable[Json]],
        settle: Callable[[Work, Json, Json], Awaitable[Json]],
        lease: timedelta = timedelta(seconds=60),
        named: Callable[[Json], UUID] = lambda _: uuid7(),
    ) -> None:
        self.room, self.name, self.ask, self.rules, self.settle, self.lease = room, name, ask, rules, settle, lease
        self.named = named

    async def start(self, process: Process, work: Work, input: Json, actor: UUID | None, key: str | None) -> tuple[UUID, str]:
        """Store the ask and end the caller's Work with it. Answers its id and location."""
        id = self.named(input)
        await work.flush(
            "insert into kernel.ask (organization_id, id, name, input, lease_until, actor, key, expires_at)"
            " values (:o, :id, :n, cast(:i as json), :until, :a, :k, :e)",
            o=work.organization,
            id=id,
            n=self.name,
            i=json.dumps(input, default=str),
            until=work.now + self.lease,
            a=actor,
            k=key,
            e=work.now + ANSWERS_KEPT,
        )
        return id, location_of(id)

    def run(self, process: Process, organization: UUID, id: UUID, input: Json, tries: int = 1) -> Running:
        running = Running(asyncio.current_task())  # type: ignore[arg-type]  # replaced in the next line
        running.task = asyncio.create_task(self.finish(process, organization, id, input, tries, running.told))
        process.get(Asks).running[id] = running
        running.task.add_done_callback(lambda _: process.get(Asks).running.pop(id, None))
        return running

    async def finish(
        self, process: Process, organization: UUID, id: UUID, input: Json, tries: int, told: "asyncio.Queue[Json] | None" = None
    ) -> tuple[Json, int | None]:
        """Ask, then settle as the room: whoever asked may have lost access meanwhile. A late first answer settles nothing."""

        def tell(piece: Json) -> None:
            if told is not None and not told.full():  # nobody may be listening
                told.put_nowait(piece)

        output = await (self.ask if tries <= MODEL_TRIES else self.rules)(process, input, tell)
        async with process.database.work(self.room, organization) as work:
            mine = (
                await work.execute(
                    "select actor, key, output from kernel.ask where (organization_id, id, tries) = (:o, :id, :t) for update",
                    o=organization,
                    id=id,
                    t=tries,
                )
            ).first()
            if mine is None or mine.output is not None:
                settled = (
                    await work.execute(
                        "select output, number from kernel.ask where (organization_id, id) = (:o, :id)", o=organization, id=id
                    )
                ).first()
                if settled is None or settled.output is None:
                    raise TakenOver()
                return settled.output, settled.number
            body = await self.settle(work, input, output)
            await work.flush(
                "update kernel.ask set output = cast(:out as json), status = 'done', number = told.number from told"
                " where (organization_id, id) = (:o, :id)",
                out=json.dumps(body, default=str),
                o=organization,
                id=id,
            )
            if mine.key:
                await remember(work, mine.actor, mine.key, 200, json.dumps(body, default=str).encode())
            return body, work.number

    async def joined(self, process: Process, organization: UUID, id: UUID, gone: Refusal) -> Running:
        """An ask of this or another process, as one hears it who sent it a second time: nothing is told but its end. Raises `gone`."""
        known = process.get(Asks).running.get(id)
        if known is None:
            await self.settled(process, organization, id, gone)

        async def end() -> tuple[Json, int | None]:
            if known is not None:
                return await asyncio.shield(known.task)
            while (found := await self.settled(process, organization, id, gone)) is None:
                await process.get(Live).wait(organization)
            return found

        return Running(asyncio.create_task(end()))

    async def settled(self, process: Process, organization: UUID, id: UUID, gone: Refusal) -> tuple[Json, int | None] | None:
        """What an ask answered, once it did. Raises `gone` for one that is kept no longer, or was emptied."""
        async with process.database.work(self.room, organization) as work:
            rows = await work.execute(
                "select output, number from kernel.ask where (organization_id, id) = (:o, :id)", o=organization, id=id
            )
            row = rows.first()
        if row is None or row.output == {}:
            raise gone
        return None if row.output is None else (row.output, row.number)

    async def answer(self, request: Request, permission: str, prepare: Callable[[Work], Awaitable[Json]]) -> Response:
        """The whole route. With `Accept: text/event-stream` it streams what is told, then `message` with the settled body, then `done`."""
        process, caller = process_of(request), await caller_of(request)
        organization, key = await organization_of(request, caller), key_of(request)
        try:
            async with process.database.work(self.room, organization, caller.actor) as work:
                work.permissions = process.get(Security).permissions(caller, work.roles)
                if permission not in work.permissions:
                    raise Forbidden(permission)
                await recall(work, request)
                input = await prepare(work)
                work.followed = True
                id, location = await self.start(process, work, input, actor_of(request), key)
                if key:
                    await remember(work, actor_of(request), key, 202, json.dumps({"location": location}).encode())
        except Answered as again:
            return again.response
        except AskedBefore as before:
            id = self.named(before.input)
            location, running = location_of(id), await self.joined(process, organization, id, before.gone)
        else:
            running = self.run(process, organization, id, input)
        if "text/event-stream" in request.headers.get("accept", ""):
            return StreamingResponse(events_of(running), media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        try:
            body, number = await asyncio.wait_for(asyncio.shield(running.task), wait_of(request))
        except (TimeoutError, TakenOver):
            return JSONResponse({"location": location, "job_id": str(id)}, 202, {"Location": location})
        return JSONResponse(body, headers={"Retinue-Event": str(number)} if number else {})


class Asks:
    """The asks that a process runs, by id, and those of all rooms, by name, for the sweeper."""

    def __init__(self, asks: list[Ask]) -> None:
        self.by_name = {ask.name: ask for ask in asks}
        self.running: dict[UUID, Running] = {}

    async def sweep(self, process: Process) -> int:
        """Take over expired leases: ask again, and from the third try on answer by rules."""
        now = process.database.clock.now()
        done = 0
        for row in await process.database.call("select * from lookup.expired_asks(:at)", at=now):
            ask = self.by_name.get(row.name)
            if ask is None:
                continue
            async with process.database.work(ask.room, row.organization_id) as work:
                taken = (
                    await work.execute(
                        "update kernel.ask set tries = tries + 1, lease_until = :until where (organization_id, id) = (:o, :id)"
                        " and output is null and lease_until < :now returning input, tries",
                        o=row.organization_id,
                        id=row.id,
                        now=now,
                        until=now + ask.lease,
                    )
                ).first()
            if taken:
                try:
                    with foreign(ask.name):
                        await ask.finish(process, row.organization_id, row.id, taken.input, taken.tries)
                    done += 1
                except (ForeignError, Refusal) as error:  # its lease expires again, and the next sweep comes nearer to the rules
                    LOG.warning("ask failed", ask=ask.name, organization=str(row.organization_id), error=type(error).__name__)
        return done

    async def run(self, process: Process, seconds: float = 5.0) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                if taken := await self.sweep(process):
                    LOG.warning("took over asks whose process died", count=taken)
            except AWAY as error:
                LOG.warning("asks wait for the database", error=type(error).__name__)

    async def drain(self, seconds: float) -> None:
        if self.running:
            await asyncio.wait([r.task for r in self.running.values()], timeout=seconds)


def location_of(id: UUID) -> str:
    return f"/api/v1/jobs/{id}"


def wait_of(request: Request) -> float:
    """Seconds of `Prefer: wait=` (RFC 7240), bounded."""
    for part in request.headers.get("prefer", "").split(","):
        name, _, value = part.strip().partition("=")
        if name == "wait":
            try:
                return min(max(float(value), 0.0), WAIT_AT_MOST)
            except ValueError:
                return WAIT_SECONDS
    return WAIT_SECONDS


async def told(running: Running) -> AsyncIterator[tuple[str, Json]]:
    """What a stream or socket says of an ask: `delta` as told, then `message` and `done`, or `error`. Leaving early stops nothing."""
    while not running.task.done() or not running.told.empty():
        next_ = asyncio.ensure_future(running.told.get())
        await asyncio.wait({next_, running.task}, return_when=asyncio.FIRST_COMPLETED)
        if next_.done():
            yield "delta", next_.result()
        else:
            next_.cancel()
    try:
        body, number = running.task.result()
    except Exception as error:  # noqa: BLE001 - what was begun can only be told of in it
        if not isinstance(error, Refusal):
            LOG.error("ask failed", error=type(error).__name__)
        yield "error", problem(error)
    else:
        yield "message", body
        yield "done", {"event": number}


async def events_of(running: Running) -> AsyncIterator[bytes]:
    """Server-sent events."""
    async for event, data in told(running):
        yield f"event: {event}\ndata: {json.dumps(data, default=str)}\n\n".encode()

"""Answers that wait for a model: prepare in a Work, ask in none, settle in a Work of the room, under a lease that whoever asks keeps and another takes over."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from retinue.kernel.errors import Forbidden, ForeignError, NotFound, Refusal, foreign
from retinue.kernel.events import Misuse
from retinue.kernel.http import ANSWERS_KEPT, Answered, actor_of, caller_of, key_of, organization_of, process_of, recall, remember
from retinue.kernel.live import Live
from retinue.kernel.problems import problem
from retinue.kernel.process import Process
from retinue.kernel.security import Security
from retinue.kernel.sweeping import BEAT_SECONDS, Asks
from retinue.kernel.telemetry import ASKS_FAILED, log
from retinue.kernel.waiting import Json, Running, events_of, location_of, wait_of
from retinue.kernel.work import AWAY, Work, uuid7

LOG = log("asks")
MODEL_TRIES = 2  # from the third try on rules answer
AGAIN_SECONDS, AGAIN_AT_MOST = 5.0, 60.0
STREAMED_AHEAD = 1000


class Tell:
    """Takes the pieces of an answer as they come. `waited`: somebody waits for it; else what cannot go on now is better tried later."""

    def __init__(self, *, waited: bool) -> None:
        self.waited = waited
        self.told: asyncio.Queue[Json] = asyncio.Queue(STREAMED_AHEAD)

    def __call__(self, piece: Json) -> None:
        if not self.told.full():  # nobody may be listening
            self.told.put_nowait(piece)


class AskedBefore(Exception):
    """Raised by a `prepare`: what it was given is an ask already. It is not asked again; whoever sent it gets the answer of the first,
    or `gone` when that is kept no longer."""

    def __init__(self, input: Json, gone: Refusal) -> None:
        self.input, self.gone = input, gone


class TakenOver(Refusal):
    """This answer took too long; another process is answering again."""

    status = 503
    next = "Send the request again with the same Idempotency-Key in a minute."


class TooSlow(Refusal):
    """This answer takes longer than it may; it is asked for again, and in the end answered without a model."""

    status = 503
    next = "Send the request again with the same Idempotency-Key in a minute."


class NotYet(Refusal):
    """Something else must be answered first."""

    status = 503
    next = "Nothing is lost: the answer comes. Look again in a minute."


class GivenUp(Refusal):
    """This could not be answered, though it was tried several times."""

    status = 500
    next = "Send the request again with a new Idempotency-Key; if it fails again, the server's log says where."


async def _no_words(process: Process, work: Work, input: Json) -> None:
    return None


class Ask:
    """`ask(process, input, tell)` may take long and talk to the world; `rules` stands in for it after two tries; `settle(work, input, output)`
    stores and tells, once, and answers the body to send. `named` gives the id of an input's ask, where the same input can come twice.

    What fails four times is settled for good by `given_up(process, work, input)`, whose body is the answer then; `again(work, input)` prepares it to
    be asked once more when somebody wants that.
    """

    def __init__(
        self,
        room: str,
        name: str,
        *,
        ask: Callable[[Process, Json, Tell], Awaitable[Json]],
        rules: Callable[[Process, Json, Tell], Awaitable[Json]],
        settle: Callable[[Work, Json, Json], Awaitable[Json]],
        given_up: Callable[[Process, Work, Json], Awaitable[Json]] | None = None,
        again: Callable[[Work, Json], Awaitable[None]] | None = None,
        seconds: float = 50.0,
        lease: timedelta = timedelta(seconds=60),
        named: Callable[[Json], UUID] = lambda _: uuid7(),
    ) -> None:
        if seconds >= lease.total_seconds():
            raise Misuse(f"{name} may take {seconds} s, longer than its lease: it would be asked twice")
        self.room, self.name, self.ask, self.rules, self.settle = room, name, ask, rules, settle
        self.given_up, self.again, self.seconds, self.lease, self.named = given_up, again, seconds, lease, named

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

    def run(self, process: Process, organization: UUID, id: UUID, input: Json, tries: int = 1, *, waited: bool = True) -> Running:
        tell = Tell(waited=waited)
        task = asyncio.create_task(self.finish(process, organization, id, input, tries, tell))
        running = Running(organization, id, tries, self.lease, task, tell.told)
        process.get(Asks).running[id] = running
        task.add_done_callback(lambda _: self._ended(process, running))
        return running

    def _ended(self, process: Process, running: Running) -> None:
        process.get(Asks).running.pop(running.id, None)
        if not running.task.cancelled() and (error := running.task.exception()) and not isinstance(error, NotYet):
            LOG.warning("ask failed", ask=self.name, organization=str(running.organization), error=type(error).__name__)

    async def finish(
        self, process: Process, organization: UUID, id: UUID, input: Json, tries: int, tell: Tell | None = None
    ) -> tuple[Json, int | None]:
        """Ask, then settle as the room: whoever asked may have lost access meanwhile. A late first answer settles nothing."""
        try:
            output = await self._asked(process, input, tries, tell or Tell(waited=False))
            return await self._settle_once(process, organization, id, input, output, tries)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            await self._put_off(process, organization, id, tries, error)
            raise

    async def _asked(self, process: Process, input: Json, tries: int, tell: Tell) -> Json:
        """Raises TooSlow; a TimeoutError is the ask's own."""
        try:
            async with asyncio.timeout(self.seconds) as limit:
                return await (self.ask if tries <= MODEL_TRIES else self.rules)(process, input, tell)
        except TimeoutError:
            if limit.expired():
                raise TooSlow() from None
            raise

    async def _settle_once(
        self, process: Process, organization: UUID, id: UUID, input: Json, output: Json, tries: int
    ) -> tuple[Json, int | None]:
        async with process.database.work(self.room, organization) as work:
            mine = (
                await work.execute(
                    "select actor, key, status from kernel.ask where (organization_id, id, tries) = (:o, :id, :t) for update",
                    o=organization,
                    id=id,
                    t=tries,
                )
            ).first()
            if mine is None or mine.status != "running":
                settled = (
                    await work.execute(
                        "select output, number from kernel.ask where (organization_id, id) = (:o, :id)", o=organization, id=id
                    )
                ).first()
                if settled is None or settled.output is None:
                    raise TakenOver()
                return settled.output, settled.number
            body = await self.settle(work, input, output)
            await self._end(work, id, "done", body)
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

        return Running(organization, id, 0, self.lease, asyncio.create_task(end()), asyncio.Queue())

    async def settled(self, process: Process, organization: UUID, id: UUID, gone: Refusal) -> tuple[Json, int | None] | None:
        """What an ask answered, once it did. Raises `gone` for one that is kept no longer, or was emptied."""
        async with process.database.work(self.room, organization) as work:
            rows = await work.execute(
                "select status, output, number from kernel.ask where (organization_id, id) = (:o, :id)", o=organization, id=id
            )
            row = rows.first()
        if row is None or row.output == {}:
            raise gone
        if row.status == "failed" and row.output is None:
            raise GivenUp()
        return None if row.output is None else (row.output, row.number)

    async def _end(self, work: Work, id: UUID, status: str, body: Json | None) -> None:
        await work.flush(
            "update kernel.ask set output = cast(:out as json), status = :s, number = told.number from told"
            " where (organization_id, id) = (:o, :id)",
            out=None if body is None else json.dumps(body, default=str),
            s=status,
            o=work.organization,
            id=id,
        )

    async def _put_off(self, process: Process, organization: UUID, id: UUID, tries: int, error: BaseException) -> None:
        """It is tried again soon, not when its lease ends; a try that only had to wait, for another or for the database, does not count."""
        only_waited = isinstance(error, (NotYet, *AWAY))
        seconds = BEAT_SECONDS if only_waited else min(AGAIN_SECONDS * 2 ** (tries - 1), AGAIN_AT_MOST)
        with suppress(NotFound, *AWAY):
            async with process.database.work(self.room, organization) as work:
                await work.execute(
                    "update kernel.ask set lease_until = :until, tries = tries - :n"
                    " where (organization_id, id, tries) = (:o, :id, :t) and status = 'running'",
                    until=work.now + timedelta(seconds=seconds),
                    n=int(only_waited),
                    o=organization,
                    id=id,
                    t=tries,
                )

    async def take(self, work: Work, id: UUID) -> tuple[Json, int] | None:
        """The input, and the try that this is, counted before it starts; None when somebody else took it or it is settled."""
        taken = (
            await work.execute(
                "with was as (select organization_id, id, status from kernel.ask where (organization_id, id) = (:o, :id)"
                " and status in ('running', 'again') and lease_until < :now for update)"
                " update kernel.ask a set tries = a.tries + 1, lease_until = :until, status = 'running' from was"
                " where (a.organization_id, a.id) = (was.organization_id, was.id) returning a.input, a.tries, was.status as was",
                o=work.organization,
                id=id,
                now=work.now,
                until=work.now + self.lease,
            )
        ).first()
        if taken is None:
            return None
        if taken.was == "again" and self.again:
            await self.again(work, taken.input)
        return taken.input, taken.tries

    async def give_up(self, process: Process, organization: UUID, id: UUID, input: Json) -> None:
        """Settle it for good: with its room's words, and without any when even those fail."""
        for words in filter(None, (self.given_up, _no_words)):
            try:
                with foreign(self.name):
                    async with process.database.work(self.room, organization) as work:
                        mine = (
                            await work.execute(
                                "select actor, key from kernel.ask where (organization_id, id) = (:o, :id) and status = 'running' for update",
                                o=organization,
                                id=id,
                            )
                        ).first()
                        if mine is None:
                            return
                        body = await words(process, work, input)
                        await self._end(work, id, "failed", body)
                        if mine.key:
                            kept = problem(GivenUp()) if body is None else body
                            await remember(
                                work, mine.actor, mine.key, GivenUp.status if body is None else 200, json.dumps(kept, default=str).encode()
                            )
                ASKS_FAILED.labels(self.name).inc()
                LOG.error("ask given up", ask=self.name, organization=str(organization), id=str(id))
                return
            except ForeignError as error:
                if words is _no_words or isinstance(error.__cause__, AWAY):
                    raise
                LOG.error("an ask could not be given up with words", ask=self.name, exc_info=error)

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
        later = JSONResponse({"location": location, "job_id": str(id)}, 202, {"Location": location})
        done, _ = await asyncio.wait({running.task}, timeout=wait_of(request))
        if not done:
            return later
        try:
            body, number = running.task.result()
        except (TakenOver, TooSlow):
            return later
        return JSONResponse(body, headers={"Retinue-Event": str(number)} if number else {})

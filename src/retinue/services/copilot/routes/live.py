"""The live socket of a page: what happens at every client that its person sees, as it happens, and what it missed."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from uuid import UUID

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from retinue.engines.dossier.cards import SECTIONS
from retinue.kernel.errors import Forbidden, Refusal, Unauthorized
from retinue.kernel.http import Router, process_of
from retinue.kernel.limits import Limiter
from retinue.kernel.live import patiently
from retinue.kernel.problems import problem
from retinue.kernel.security import Caller, Security
from retinue.kernel.shapes import printable, reason
from retinue.kernel.sockets import together
from retinue.kernel.watch import Watch
from retinue.kernel.work import Work
from retinue.services.copilot import shapes, store
from retinue.services.copilot.feed import NOT_PERMITTED, ROOM, SEES, Feed, Reader, reset, told
from retinue.services.copilot.schemas import FromTab

router = Router(ROOM, tag="dossier and events")
SIGNED_OUT = 4401
SIGN_IN_SECONDS = 10.0
BEGUN = timedelta(seconds=10)  # within which a page that loads has its first answers and its socket
MISSED_AT_MOST, MISSED_IN_ALL = 200, 1_000  # events that a page gets again, of a client and together
FIRST = 10_000  # characters of the frame that says who it is
LARGEST = 600_000  # characters of a frame: 10,000 clients with their numbers


class PeopleOnly(Refusal):
    """Only people who are signed in have a live socket."""

    status = 403
    next = "With a key, follow GET /api/v1/events as text/event-stream."


class SignInFirst(Refusal):
    """The first thing to send is auth with a token."""

    status = 401
    next = 'Send {"type": "auth", "token": "…"} within ten seconds.'


class AnotherPerson(Refusal):
    """This socket belongs to another person."""

    status = 401
    next = "Open a socket of your own."


@router.websocket("/live")
async def live(socket: WebSocket) -> None:
    """The token comes in the first frame: an address would be logged."""
    await socket.accept()
    tab = Tab(socket)
    try:
        async with asyncio.timeout(SIGN_IN_SECONDS):
            first = tab.understood((await socket.receive_text())[:FIRST])
        if first.type != "auth":
            raise SignInFirst()
        await patiently(partial(tab.sign_in, first.token))
    except (Refusal, ValidationError, TimeoutError) as error:
        await tab.refuse(error if isinstance(error, Refusal) else SignInFirst())
        return
    except WebSocketDisconnect:
        return
    await tab.live()


class Tab:
    """One socket. `tasks` end it: what it hears, what it sends, and the end of its token."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket, self.process = socket, process_of(socket)
        self.feed = self.process.get(Feed)
        self.reader: Reader | None = None
        self.leave: Watch
        self.watching = asyncio.Event()
        self.renewed = asyncio.Event()

    @staticmethod
    def understood(text: str) -> FromTab:
        return FromTab.model_validate_json(text[: LARGEST + 1])

    async def refuse(self, refusal: Refusal) -> None:
        await self.socket.send_json({**problem(refusal), "type": "error"})
        await self.socket.close(NOT_PERMITTED if refusal.status == 403 else SIGNED_OUT)

    async def sign_in(self, token: str) -> None:
        """Also again, before the token ends. Raises Unauthorized, Forbidden, PeopleOnly, AnotherPerson, TooManyRequests."""
        security = self.process.get(Security)
        caller = await security.caller(token)
        if caller.kind != "person":
            raise PeopleOnly()
        if self.reader and caller.actor != self.reader.actor:
            raise AnotherPerson()
        self.process.get(Limiter).take(caller, self.socket)
        async with self.process.database.work(ROOM, caller.organization, caller.actor) as work:
            permissions = self.permissions(caller, work)
        self.leave = Watch(self.process, token, ROOM, caller.organization, SEES) if self.reader is None else self.leave.renewed(token)
        if self.reader is None:
            self.reader = Reader(caller)
        self.reader.caller, self.reader.permissions = caller, permissions
        self.renewed.set()

    def permissions(self, caller: Caller, work: Work) -> frozenset[str]:
        work.permissions = self.process.get(Security).permissions(caller, work.roles)
        if SEES not in work.permissions:
            raise Forbidden(SEES)
        return work.permissions

    @property
    def me(self) -> Reader:
        assert self.reader is not None
        return self.reader

    async def live(self) -> None:
        try:
            refusal = await together(self.listen(), self.send(), self.expire(), self.leave.over())
        finally:
            await self.feed.leave(self.me)
        if refusal:
            await self.refuse(refusal)

    async def listen(self) -> None:
        while True:
            try:
                said = self.understood(await self.socket.receive_text())
            except ValidationError as error:
                first = error.errors(include_input=False, include_url=False)[0]
                where = ".".join(printable(str(step)) for step in first["loc"])
                await self.socket.send_json(
                    {"type": "error", "status": 422, "title": "Malformed", "detail": f"{where}: {reason(FromTab, first)}"}
                )
                continue
            if said.type != "auth":
                self.process.get(Limiter).take(self.me.caller, self.socket)
            if said.type == "ping":
                await self.socket.send_json({"type": "pong"})
            elif said.type == "auth":
                await patiently(partial(self.sign_in, said.token))
            else:
                await patiently(partial(self.watch, said.heads))

    async def expire(self) -> None:
        clock = self.process.database.clock
        while (left := self.me.caller.claims["exp"] - clock.now().timestamp()) > 0:
            self.renewed.clear()
            try:
                async with asyncio.timeout(left):
                    await self.renewed.wait()
            except TimeoutError:
                continue
        raise Unauthorized()

    async def send(self) -> None:
        """What waits, in its order; after `hello`, so that nothing comes before what was missed."""
        while True:
            await self.me.news.wait()
            await self.watching.wait()
            self.me.news.clear()
            while self.me.waiting and self.watching.is_set():
                await self.socket.send_text(self.me.waiting.popleft()[2])
            if self.me.closing is not None:
                await self.socket.close(self.me.closing)
                return

    async def watch(self, seen: Mapping[UUID, int] | None) -> None:
        """Hello, then what `seen` lacks, then what happens. The feed keeps what happens meanwhile."""
        self.watching.clear()
        await self.feed.join(self.me)
        caller = self.me.caller
        async with self.process.database.work(ROOM, caller.organization, caller.actor) as work:
            permissions = self.permissions(caller, work)
            last = await store.heads(work)
            heads = {place: event.number for place, event in last.items()}
            missed = [] if seen is None else await self.missed(work, heads, seen, permissions)
        self.feed.caught_up(self.me, heads)
        if seen is None:  # a page that begins has read some things before this
            since = work.now - BEGUN
            self.feed.await_handled(self.me, {place: event.number for place, event in last.items() if event.occurred_at > since})
        await self.socket.send_json({"type": "hello", "heads": {str(place): number for place, number in heads.items()}, "delay_ms": None})
        for frame in missed:
            await self.socket.send_text(frame)
        self.watching.set()
        self.me.news.set()

    @staticmethod
    async def missed(work: Work, heads: Mapping[UUID, int], seen: Mapping[UUID, int], permissions: frozenset[str]) -> list[str]:
        behind = {place: number - seen.get(place, 0) for place, number in heads.items() if number > seen.get(place, 0)}
        again = [place for place, count in behind.items() if count > MISSED_AT_MOST]
        wanted = {place: seen.get(place, 0) for place, count in behind.items() if count <= MISSED_AT_MOST}
        if sum(behind[place] for place in wanted) > MISSED_IN_ALL:
            return [reset(None)]
        frames = [reset(place) for place in again]
        for place, rows in (await store.after(work, wanted)).items():
            there = Work(work.wire, ROOM, place, work.actor, work.now)  # keys of persons are an organization's own
            for one in await told(there, rows):
                if SECTIONS[one.section] in permissions:
                    frames.append(one.named if shapes.NAMES in permissions else one.unnamed)
        return frames

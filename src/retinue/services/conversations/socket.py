"""The chat socket: each message once whatever the network does, answers in pieces, and what a person writes as it is written."""

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from retinue.kernel.asks import AskedBefore
from retinue.kernel.bodies import storable
from retinue.kernel.errors import Forbidden, Refusal
from retinue.kernel.http import Router, caller_of, organization_of, process_of
from retinue.kernel.limits import Limiter
from retinue.kernel.live import patiently
from retinue.kernel.problems import problem
from retinue.kernel.security import Caller, Security
from retinue.kernel.shapes import printable, reason
from retinue.kernel.sockets import together
from retinue.kernel.waiting import Running, told
from retinue.kernel.watch import Watch, watch_of
from retinue.kernel.work import AWAY, Work
from retinue.services.conversations import domain, heard, store, turns
from retinue.services.conversations.agents import Agents
from retinue.services.conversations.heard import Window
from retinue.services.conversations.knowing import ROOM
from retinue.services.conversations.refusals import AnotherCaller, MessageTooLong, SignInFirst
from retinue.services.conversations.routes import admit
from retinue.services.conversations.schemas import MESSAGE_CHARACTERS, FromSocket
from retinue.services.conversations.watching import Chats

router = Router(ROOM, prefix="/chat", tag="conversations")
REFUSED, NOT_FOUND, AGAIN, GOING_AWAY = 4401, 4404, 1013, 1000
SIGN_IN_SECONDS = 10.0
REPLAYED = 200  # messages at most that one resume sends
LARGEST = 4 * MESSAGE_CHARACTERS + 1000  # characters of a frame


@router.websocket("/ws/{conversation_id}")
async def chat(socket: WebSocket, conversation_id: UUID) -> None:
    """The token comes in the first frame: an address would be logged."""
    await socket.accept()

    async def opened() -> Connection:
        caller = await caller_of(socket)
        admit(caller, conversation_id)
        connection = Connection(socket, caller, await organization_of(socket, caller), conversation_id)
        connection.watch = await watch_of(socket, ROOM, connection.organization, connection.window.permission)
        await connection.greet()
        return connection

    try:
        if not (socket.headers.get("authorization") or "token" in socket.query_params):
            socket.scope["retinue.token"] = await token_of(socket)
        connection = await patiently(opened)
    except WebSocketDisconnect:
        return
    except Refusal as refusal:
        await refuse(socket, refusal)
        return
    chats = connection.process.get(Chats)
    try:
        chats.join(connection.window)
        ended = await together(connection.listen(), connection.show(), connection.watch.over())
    finally:
        heard.leave(connection.window)
        await chats.leave(connection.window)
    if ended:
        await refuse(socket, ended)


async def token_of(socket: WebSocket) -> str:
    """Raises SignInFirst."""
    try:
        async with asyncio.timeout(SIGN_IN_SECONDS):
            text = await socket.receive_text()
        first = FromSocket.model_validate_json(text[:LARGEST])
    except (TimeoutError, ValidationError):
        raise SignInFirst() from None
    if first.type != "auth":
        raise SignInFirst()
    return first.token


async def refuse(socket: WebSocket, refusal: Refusal) -> None:
    with suppress(RuntimeError):  # it is closed already
        await socket.send_json({**problem(refusal), "type": "error"})
        await socket.close({404: NOT_FOUND, 503: AGAIN}.get(refusal.status, REFUSED))


class Connection:
    """One socket, which listens and shows what waits in its window."""

    def __init__(self, socket: WebSocket, caller: Caller, organization: UUID, conversation_id: UUID) -> None:
        self.socket, self.caller, self.organization, self.id = socket, caller, organization, conversation_id
        self.process = process_of(socket)
        self.window = Window(caller, organization, conversation_id)
        self.watch: Watch
        self.answering: set[asyncio.Task[None]] = set()

    async def tell(self, frame: heard.Frame) -> None:
        """Raises WebSocketDisconnect, also when the socket was closed from here."""
        try:
            await self.socket.send_json(frame)
        except RuntimeError as closed:
            raise WebSocketDisconnect from closed

    def work(self) -> Any:
        return self.process.database.work(ROOM, self.organization, self.caller.actor)

    def permit(self, work: Work) -> None:
        if self.window.permission not in self.process.get(Security).permissions(self.caller, work.roles):
            raise Forbidden(self.window.permission)

    async def greet(self) -> None:
        """The greeting, and where the conversation stands; what came since is for a resume."""
        async with self.work() as work:
            self.permit(work)
            conversation = await store.conversation(work, self.id)
            rows = await store.messages(work, self.id, 0, 1)
        self.process.get(Agents).warm(self.organization)
        self.window.seen, self.window.status = conversation.positions, conversation.status
        heard.enter(self.window)
        for row in rows:
            self.window.offer(heard.message(row) | {"last": conversation.positions, "status": conversation.status})

    async def show(self) -> None:
        while True:
            await self.tell(await self.window.next())

    async def listen(self) -> None:
        while True:
            text, message = await self.socket.receive_text(), None
            try:
                self.process.get(Limiter).take(self.caller, self.socket)
                if len(text) > LARGEST:
                    raise MessageTooLong(limit=MESSAGE_CHARACTERS)
                storable(text.encode())
                message = FromSocket.model_validate_json(text)
                if message.type != "auth":
                    await self.watch.look()
                if message.type == "message":
                    await self.take(message)
                elif message.type == "resume":
                    await self.resume(message.after)
                elif message.type == "typing":
                    heard.types(self.id, visitor=self.window.visits, status=message.status)
                elif message.type == "ping":
                    await self.tell({"type": "pong"})
                elif message.type == "auth":
                    await self.renew(message.token)
                elif message.type == "end":
                    async with self.work() as work:
                        self.permit(work)
                        await domain.end(work, self.id)
                    await self.tell({"type": "end"})
                    await self.socket.close(GOING_AWAY)
                    return
            except ValidationError as error:
                first = error.errors(include_input=False, include_url=False)[0]
                await self.tell(
                    {
                        "type": "error",
                        "status": 422,
                        "title": "Malformed",
                        "detail": f"{'.'.join(printable(str(step)) for step in first['loc'])}: {reason(FromSocket, first)}",
                    }
                )
            except (Refusal, *AWAY) as error:
                await self.tell({**problem(error), "type": "error", "id": message.id if message else None})

    async def renew(self, token: str) -> None:
        """Raises Unauthorized, AnotherCaller."""
        caller = await self.process.get(Security).caller(token)
        if (caller.kind, caller.actor, caller.conversation) != (self.caller.kind, self.caller.actor, self.caller.conversation):
            raise AnotherCaller()
        self.caller = self.window.caller = caller
        self.watch.renewed(token)

    async def take(self, message: FromSocket) -> None:
        """Store the message and begin its turn; the same client id again only says what became of it."""
        try:
            async with self.work() as work:
                self.permit(work)
                input = await turns.receive(self.process, work, self.id, message.content, client_message_id=message.id)
                ask, _ = await turns.turn.start(self.process, work, input, self.caller.actor or self.id, None)
        except AskedBefore as before:
            await self.acknowledge(message, UUID(before.input["message_id"]), before.input["position"])
            return
        await self.acknowledge(message, UUID(input["message_id"]), input["position"])
        question = UUID(input["message_id"])
        self.window.asked.add(question)
        running = turns.turn.run(self.process, self.organization, ask, input)
        task = asyncio.create_task(self.end_of(running, message.id, question))
        self.answering.add(task)
        task.add_done_callback(self.answering.discard)

    async def acknowledge(self, message: FromSocket, id: UUID, position: int) -> None:
        await self.tell({"type": "ack", "id": message.id, "message_id": str(id), "position": position})

    async def end_of(self, running: Running, id: str | None, question: UUID) -> None:
        """The answer comes to the window by itself; what becomes of it otherwise is told here. The turn goes on if the socket is gone."""
        async for what, data in told(running):
            if what == "error":
                self.window.offer({**data, "type": "error", "id": id, "in_answer_to": str(question)})
        self.window.asked.discard(question)

    async def resume(self, after: int) -> None:
        """Everything after a position, the visitor's own messages too."""
        async with self.work() as work:
            rows = await store.messages(work, self.id, after, REPLAYED)
        for row in rows:
            self.window.offer(heard.message(row))
        last, more = max((row.position for row in rows), default=after), len(rows) == REPLAYED
        if after <= self.window.seen:
            self.window.seen = max(self.window.seen, last)
        position = last if more else max(last, self.window.seen)
        self.window.offer({"type": "resumed", "after": after, "position": position, "more": more})

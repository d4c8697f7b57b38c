"""The chat socket: each message once whatever the network does, answers in pieces, and what a person writes as it is written."""

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from retinue.kernel.asks import AskedBefore, Running, told
from retinue.kernel.bodies import storable
from retinue.kernel.errors import Forbidden, Refusal
from retinue.kernel.http import Router, caller_of, organization_of, process_of
from retinue.kernel.limits import Limiter
from retinue.kernel.live import Live, patiently
from retinue.kernel.problems import problem
from retinue.kernel.security import VISIT, Caller, Security
from retinue.kernel.shapes import printable, reason
from retinue.kernel.sockets import together
from retinue.kernel.work import AWAY, Work
from retinue.services.conversations import domain, store, turns, watching
from retinue.services.conversations.knowing import ROOM
from retinue.services.conversations.refusals import MessageTooLong
from retinue.services.conversations.routes import admit
from retinue.services.conversations.schemas import MESSAGE_CHARACTERS, FromSocket

router = Router(ROOM, prefix="/chat", tags=["conversations"])
REFUSED, NOT_FOUND, GOING_AWAY = 4401, 4404, 1000
REPLAYED = 200  # messages at most that one resume sends
LARGEST = 4 * MESSAGE_CHARACTERS + 1000  # characters of a frame


@router.websocket("/ws/{conversation_id}")
async def chat(socket: WebSocket, conversation_id: UUID) -> None:
    await socket.accept()

    async def opened() -> Connection:
        caller = await caller_of(socket)
        admit(caller, conversation_id)
        connection = Connection(socket, caller, await organization_of(socket, caller), conversation_id)
        await connection.greet()
        return connection

    try:
        connection = await patiently(opened)
    except WebSocketDisconnect:
        return
    except Refusal as refusal:
        await refuse(socket, refusal)
        return
    watcher = watching.Watcher(connection.visits, connection.tell)
    watching.enter(conversation_id, watcher)
    try:
        ended = await together(connection.listen(), connection.push_as_written(), connection.overhear(watcher))
    finally:
        watching.leave(conversation_id, watcher)
    if ended:
        await refuse(socket, ended)


async def refuse(socket: WebSocket, refusal: Refusal) -> None:
    await socket.send_json({**problem(refusal), "type": "error"})
    await socket.close(NOT_FOUND if refusal.status == 404 else REFUSED)


class Connection:
    """One socket. `sent` is the position up to which it has everything but its own messages."""

    def __init__(self, socket: WebSocket, caller: Caller, organization: UUID, conversation_id: UUID) -> None:
        self.socket, self.caller, self.organization, self.id = socket, caller, organization, conversation_id
        self.process = process_of(socket)
        self.sent = 0
        self.status = ""
        self.asking = 0  # answers that this socket asked for, and is told itself
        self.speaking = asyncio.Lock()  # one answer's pieces at a time, in order
        self.answering: set[asyncio.Task[None]] = set()

    @property
    def visits(self) -> bool:
        return self.caller.kind == "visitor"

    async def tell(self, frame: watching.Frame) -> None:
        """Raises WebSocketDisconnect, also when the socket was closed from here."""
        try:
            await self.socket.send_json(frame)
        except RuntimeError as closed:
            raise WebSocketDisconnect from closed

    def work(self) -> Any:
        return self.process.database.work(ROOM, self.organization, self.caller.actor)

    def permit(self, work: Work) -> None:
        permission = VISIT if self.visits else "conversations:write"
        if permission not in self.process.get(Security).permissions(self.caller, work.roles):
            raise Forbidden(permission)

    async def greet(self) -> None:
        """The greeting, and where the conversation stands; what came since is for a resume."""
        async with self.work() as work:
            self.permit(work)
            conversation = await store.conversation(work, self.id)
            rows = await store.messages(work, self.id, 0, 1)
        self.sent, self.status = conversation.positions, conversation.status
        for row in rows:
            await self.show(row, last=conversation.positions, status=self.status)

    async def show(self, row: Any, **more: Any) -> None:
        shaped = turns.shaped(row)
        await self.tell({"type": "message", **shaped, "timestamp": shaped["created_at"], **more})

    async def listen(self) -> None:
        while True:
            text, message = await self.socket.receive_text(), None
            try:
                self.process.get(Limiter).take(self.organization)
                if len(text) > LARGEST:
                    raise MessageTooLong(limit=MESSAGE_CHARACTERS)
                storable(text.encode())
                message = FromSocket.model_validate_json(text)
                if message.type == "message":
                    await self.take(message)
                elif message.type == "resume":
                    await self.resume(message.after)
                elif message.type == "typing":
                    await watching.types(self.id, visitor=self.visits, status=message.status)
                elif message.type == "ping":
                    await self.tell({"type": "pong"})
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
        running = turns.turn.run(self.process, self.organization, ask, input)
        task = asyncio.create_task(self.speak(running, message.id, input["message_id"]))
        self.answering.add(task)
        task.add_done_callback(self.answering.discard)

    async def acknowledge(self, message: FromSocket, id: UUID, position: int) -> None:
        await self.tell({"type": "ack", "id": message.id, "message_id": str(id), "position": position})

    async def speak(self, running: Running, id: str | None, question: str) -> None:
        """Pass on what is told as it is told, then the message. The turn goes on if the socket is gone."""
        self.asking += 1
        try:
            await self._speak(running, id, question)
        finally:
            self.asking -= 1

    async def _speak(self, running: Running, id: str | None, question: str) -> None:
        asked = {"in_answer_to": question}
        with suppress(WebSocketDisconnect):
            async with self.speaking:
                await self.tell({"type": "typing", "status": True, **asked})
                async for what, data in told(running):
                    if what == "delta":
                        await self.tell({"type": "delta", **data, **asked})
                        continue
                    await self.tell({"type": "typing", "status": False, **asked})
                    if what == "error":
                        await self.tell({**data, "type": "error", "id": id, **asked})
                    else:
                        await patiently(self.push)
                    return

    async def push(self) -> None:
        """Whatever the conversation has beyond `sent`, to others than people except what visitors wrote; and who answers in it, when that changed."""
        async with self.work() as work:
            conversation = await store.conversation(work, self.id)
            more = conversation.positions > self.sent
            rows = await store.messages(work, self.id, self.sent, REPLAYED, without_visitor=self.caller.kind != "person") if more else []
        for row in rows:
            if row.position > self.sent:
                self.sent = row.position
                await self.show(row)
        if len(rows) < REPLAYED:
            self.sent = max(self.sent, conversation.positions)
        if conversation.status != self.status:
            self.status = conversation.status
            await self.tell({"type": "status", "status": self.status})

    async def resume(self, after: int) -> None:
        """Everything after a position, the visitor's own messages too."""
        async with self.speaking:
            async with self.work() as work:
                rows = await store.messages(work, self.id, after, REPLAYED)
            for row in rows:
                self.sent = max(self.sent, row.position)
                await self.show(row)
            await self.tell({"type": "resumed", "after": after, "position": self.sent, "more": len(rows) == REPLAYED})

    async def overhear(self, watcher: watching.Watcher) -> None:
        """What the agent says to a visitor on another socket, as it is said."""
        while True:
            frame = await watcher.overheard.get()
            if not self.asking:
                await self.tell(frame)

    async def push_as_written(self) -> None:
        """What a person writes, or another process answers: woken when the organization's log grows."""
        live = self.process.get(Live)
        while True:
            waiting = asyncio.create_task(live.wait(self.organization, 2.0))
            await asyncio.sleep(0)  # registered before the look, so that nothing falls between
            async with self.speaking:
                await patiently(self.push)
            await waiting

"""HTTP in for conversations: visitors talk, people listen, take over and answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from retinue.kernel.errors import Forbidden, NotFound, Unauthorized
from retinue.kernel.http import (
    PAGE,
    PAGE_AT_MOST,
    Caller,
    Page,
    Router,
    caller_of,
    cursor_moment,
    cursor_number,
    page_of,
    process_of,
    works,
)
from retinue.kernel.limits import Limiter, address_of
from retinue.kernel.marks import marked
from retinue.kernel.security import VISIT, Signer
from retinue.kernel.work import Work
from retinue.services.conversations import allowances, domain, identities, store, turns
from retinue.services.conversations.agents import Agents
from retinue.services.conversations.identities import admit_page
from retinue.services.conversations.knowing import ROOM
from retinue.services.conversations.refusals import ChannelNotYours
from retinue.services.conversations.schemas import (
    CHAT,
    Conversation,
    Here,
    Message,
    Note,
    Presence,
    SendMessage,
    StartConversation,
    Started,
    Status,
    VersionCount,
    VisitorsConversation,
    WriteNote,
)
from retinue.services.conversations.settings import ConversationsSettings

router = Router(ROOM, prefix="/chat", tag="conversations", about="Talking with a client's agent, and people who take over.")
TRIES = "configurations:read"
Size = Annotated[int, Query(ge=1, le=PAGE_AT_MOST)]


def visits(permission: str) -> Any:
    """Like `works`, for visitors as well, who hold no permission but the one to visit."""

    async def work(request: Request) -> AsyncIterator[Work]:
        caller = await caller_of(request)
        held = VISIT if caller.kind == "visitor" else permission
        async with asynccontextmanager(works(ROOM, held).dependency)(request) as opened:
            yield opened

    return Depends(work, scope="function")


def admit(caller: Caller, conversation_id: UUID) -> None:
    """A visitor sees their own conversation and no other. Raises NotFound."""
    if caller.kind == "visitor" and caller.conversation != conversation_id:
        raise NotFound()


def member(work: Work) -> UUID:
    """Who acts, where only a person or a key can. Raises Unauthorized."""
    if work.actor is None:
        raise Unauthorized()
    return work.actor


def visitors(row: Any) -> VisitorsConversation:
    return VisitorsConversation(
        conversation_id=row.id,
        client_id=row.organization_id,
        channel=row.channel,
        status=row.status,
        config_id=row.config_id,
        config_version=row.config_version,
        lineage_id=row.lineage,
        subject=row.subject,
        visitor_name=row.said_name,
        identified=row.identified,
        callback=row.callback,
        messages=row.positions,
        waiting_since=row.waiting_since,
        started_at=row.started_at,
        last_message_at=row.last_message_at,
        ended_at=row.ended_at,
    )


def conversation(row: Any) -> Conversation:
    more = {"visitor_name": row.visitor_name, "contact_id": row.contact_id, "taken_by": row.taken_by}
    return Conversation(**(visitors(row).model_dump() | more))


def seen_by(caller: Caller, row: Any) -> Conversation | VisitorsConversation:
    return visitors(row) if caller.kind == "visitor" else conversation(row)


@router.post("/conversations", status_code=201, summary="Start a conversation")
async def start(request: Request, body: StartConversation, work: Work = visits("conversations:write")) -> Started:
    """Start a conversation with the agent that is deployed. The token lets a visitor talk in it and see nothing else."""
    process, caller = process_of(request), await caller_of(request)
    if caller.conversation is not None:
        raise NotFound()  # a visitor's token is for one conversation
    if caller.kind == "visitor" and body.channel != CHAT:
        raise ChannelNotYours(channel=body.channel)
    if body.config_version is not None and TRIES not in work.permissions:
        raise Forbidden(TRIES)
    agents = process.get(Agents)
    admit_page(request, caller)
    if caller.public_key:
        whose = (caller.organization, "start", caller.public_key, address_of(request))
        limits = process.get(ConversationsSettings)
        process.get(Limiter).spend(whose, limits.starts_per_minute)
        await allowances.use(work, "conversations", caller.public_key, 1, limits.starts_per_day)
    identity = identities.read(process.get(Signer), caller, body.identity, work.now) if body.identity else None
    row, greeting = await domain.start(work, agents, body, identity=identity, by_widget=caller.public_key is not None)
    agents.warm(work.organization)
    days = process.get(ConversationsSettings).visitor_token_days
    token = process.get(Signer).sign("visitor", timedelta(days=days), org=str(work.organization), sub=str(row.id))
    return Started(
        conversation_id=row.id,
        config_id=row.config_id,
        config_version=row.config_version,
        visitor_token=token,
        greeting=Message.model_validate(greeting),
    )


@router.post(
    "/conversations/{id}/messages",
    summary="Ask the agent",
    openapi_extra=marked(waits=True, streams="Events `delta`, `message` or `error`, `done`."),
)
async def send(request: Request, id: UUID, body: SendMessage) -> Response:
    """Ask the agent; a message sent again under its `id` gets the first one's answer. With `Accept: text/event-stream` the answer comes as `delta`, `message`, `done` or `error` events."""
    caller = await caller_of(request)
    admit(caller, id)
    permission = VISIT if caller.kind == "visitor" else "conversations:write"

    async def received(work: Work) -> dict[str, Any]:
        return await turns.receive(process_of(request), work, id, body.content, client_message_id=body.id)

    return await turns.turn.answer(request, permission, received)


@router.get("/conversations", summary="List conversations")
async def conversations(
    status: Status | None = None,
    search: Annotated[str | None, Query(min_length=2, max_length=200)] = None,
    cursor: str | None = None,
    limit: Size = PAGE,
    work: Work = works(ROOM, "conversations:read"),
) -> Page[Conversation]:
    """Latest first; from the operator's organization those of all clients that one is assigned to."""
    rows = await store.page(work, status=status, search=search, before=cursor_moment(cursor), size=limit)
    return page_of(rows, limit, lambda row: [row.last_message_at.isoformat(), str(row.id)], conversation)


@router.get("/conversations/{id}", summary="Read a conversation")
async def one(request: Request, id: UUID, work: Work = visits("conversations:read")) -> Conversation | VisitorsConversation:
    admit(caller := await caller_of(request), id)
    return seen_by(caller, await store.conversation(work, id))


@router.get("/conversations/{id}/messages", summary="List the messages of a conversation")
async def messages(
    request: Request, id: UUID, cursor: str | None = None, after: int = 0, limit: Size = PAGE, work: Work = visits("conversations:read")
) -> Page[Message]:
    """Oldest first; `after` is a position."""
    admit(await caller_of(request), id)
    await store.conversation(work, id)
    rows = await store.messages(work, id, cursor_number(cursor) or after, limit + 1)
    return page_of(rows, limit, lambda row: row.position, Message.model_validate)


@router.post("/conversations/{id}/take", summary="Take over a conversation")
async def take(id: UUID, work: Work = works(ROOM, "conversations:take")) -> Conversation:
    """Take over: the agent is silent until the conversation is returned."""
    await domain.take(work, id, member(work))
    return conversation(await store.conversation(work, id))


@router.post("/conversations/{id}/return", summary="Give a conversation back to the agent")
async def give_back(id: UUID, work: Work = works(ROOM, "conversations:take")) -> Conversation:
    await domain.give_back(work, id, member(work))
    return conversation(await store.conversation(work, id))


@router.post("/conversations/{id}/reply", status_code=201, summary="Answer as a person")
async def reply(request: Request, id: UUID, body: SendMessage, work: Work = works(ROOM, "conversations:take")) -> Message:
    """Answer as a person, in a conversation that one has taken."""
    return Message.model_validate(
        await domain.reply(work, process_of(request).get(Agents).gate, id, member(work), turns.cleaned(body.content))
    )


@router.post("/conversations/{id}/end", summary="End a conversation")
async def end(request: Request, id: UUID, work: Work = visits("conversations:write")) -> Conversation | VisitorsConversation:
    admit(caller := await caller_of(request), id)
    await domain.end(work, id)
    return seen_by(caller, await store.conversation(work, id))


@router.post("/conversations/{id}/notes", status_code=201, summary="Write a note that only colleagues see")
async def note(id: UUID, body: WriteNote, work: Work = works(ROOM, "conversations:write")) -> Note:
    row = await domain.note(work, id, member(work), body.content)
    return Note(note_id=row.id, author=row.author, content=row.content, created_at=row.created_at)


@router.get("/conversations/{id}/notes", summary="List the notes on a conversation")
async def notes(id: UUID, work: Work = works(ROOM, "conversations:read")) -> Page[Note]:
    await store.conversation(work, id)
    rows = (await work.execute("select * from conversations.note where conversation_id = :c order by created_at, id limit 200", c=id)).all()
    return Page(items=[Note(note_id=r.id, author=r.author, content=r.content, created_at=r.created_at) for r in rows])


@router.get("/versions/{config_id}", summary="Count the conversations of each version")
async def versions(config_id: UUID, work: Work = works(ROOM, "conversations:read")) -> Page[VersionCount]:
    """How many conversations took each version of a configuration: all of them in one page."""
    return Page(items=[VersionCount.model_validate(row, from_attributes=True) for row in await store.counts(work, config_id)])


@router.post("/presence", summary="Say that a person is there")
async def presence(request: Request, body: Presence, work: Work = works(ROOM, "conversations:take")) -> Here:
    """Say that one is there for visitors who ask for a person; it lapses unless said again."""
    minutes = process_of(request).get(ConversationsSettings).presence_minutes
    until = await domain.say_here(work, member(work), body.here, minutes)
    return Here(here=until is not None, until=until)

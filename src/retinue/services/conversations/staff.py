"""HTTP in for staff: the inbox across clients, why an answer was given, suggested replies, and who a visitor is."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from retinue.engines.contacts import merging
from retinue.engines.dossier import views
from retinue.kernel.errors import NotFound
from retinue.kernel.http import PAGE, Page, Router, cursor_moment, cursor_number, page_of, works
from retinue.kernel.marks import marked
from retinue.kernel.work import Work
from retinue.services.conversations import inbox, people, suggesting
from retinue.services.conversations.inbox_schemas import (
    Address,
    Box,
    BoxCounts,
    Channel,
    ContactCard,
    CorrectContact,
    Forgotten,
    Handover,
    InboxLine,
    MergeContact,
    Part,
    Possibly,
    StaffMessage,
    Suggestions,
    Thread,
    Why,
)
from retinue.services.conversations.knowing import ROOM
from retinue.services.conversations.routes import Size, conversation, member
from retinue.services.conversations.schemas import Message, Status

router = Router(ROOM, tag="conversations")
READ, WRITE, TAKE, ERASE = "conversations:read", "conversations:write", "conversations:take", "contacts:erase"
Names = dict[tuple[UUID, UUID], str]
Search = Annotated[str | None, Query(min_length=2, max_length=200)]


async def named(work: Work, rows: Sequence[Any]) -> Callable[[Any], InboxLine]:
    """How a line is made of one of these rows; the names for all are read at once."""
    clients = await views.clients(work, list({row.organization_id for row in rows}))
    people = await views.actors(work, list({row.organization_id for row in rows if row.taken_by}))

    def line(row: Any) -> InboxLine:
        place = row.organization_id
        return InboxLine(
            **conversation(row).model_dump(),
            client_name=clients.get(place),
            taken_by_name=people.get((place, row.taken_by)),
            last_role=row.last_role,
            last_line=row.last_line,
        )

    return line


def message(row: Any, people: Names) -> StaffMessage:
    shown = Message.model_validate(row).model_dump()
    more = {name: getattr(row, name) for name in ("author", "ms", "cost_usd", "model", "why")}
    return StaffMessage.model_validate(shown | more | {"id": row.id, "author_name": people.get((row.organization_id, row.author))})


def handover(row: Any, people: Names) -> Handover:
    return Handover(
        handover_id=row.id,
        what=row.what,
        actor=row.actor,
        actor_name=people.get((row.organization_id, row.actor)),
        reason=row.reason,
        after_position=row.after_position,
        created_at=row.created_at,
    )


@router.get("/inbox", summary="List conversations of all clients by box")
async def lines(
    box: Box = "all",
    status: Status | None = None,
    channel: Channel | None = None,
    search: Search = None,
    cursor: str | None = None,
    limit: Size = PAGE,
    work: Work = works(ROOM, READ),
) -> Page[InboxLine]:
    """Conversations of all clients that one looks after: the latest first, in `waiting` who waits longest.

    `yours` are those that the caller has taken. `search` looks through names, addresses and what was said in the newest 5,000 of the box.
    """
    rows = await inbox.lines(work, work.actor, box, status=status, channel=channel, search=search, before=cursor_moment(cursor), size=limit)
    key = "waiting_since" if box == "waiting" else "last_message_at"
    return page_of(rows, limit, lambda row: [getattr(row, key).isoformat(), str(row.id)], await named(work, rows))


@router.get("/inbox/counts", summary="Count the conversations of each box")
async def counts(work: Work = works(ROOM, READ)) -> BoxCounts:
    """How many conversations are in each box."""
    return BoxCounts(**await inbox.counts(work, work.actor))


@router.get("/inbox/{conversation_id}", summary="Read a conversation as the inbox shows it")
async def line(conversation_id: UUID, work: Work = works(ROOM, READ)) -> InboxLine:
    row = await inbox.line(work, conversation_id)
    return (await named(work, [row]))(row)


@router.get("/inbox/{conversation_id}/thread", summary="Read what was said, with handovers, newest first")
async def thread(conversation_id: UUID, cursor: str | None = None, limit: Size = PAGE, work: Work = works(ROOM, READ)) -> Thread:
    """What was said, newest first, and where people were asked for, took over and gave back."""
    row = await inbox.line(work, conversation_id)
    rows, handovers = await inbox.thread(work, conversation_id, before=cursor_number(cursor), size=limit)
    people = await views.actors(work, [row.organization_id])
    page = page_of(rows, limit, lambda row: row.position, lambda row: message(row, people))
    return Thread(items=page.items, next_cursor=page.next_cursor, handovers=[handover(row, people) for row in handovers])


@router.get("/chat/conversations/{id}/messages/{message_id}/why", summary="Say why an answer was given")
async def why(id: UUID, message_id: UUID, work: Work = works(ROOM, READ)) -> Why:
    """The path of an answer: what was decided, found and said for it, as it was recorded."""
    row = await inbox.why(work, id, message_id)
    people = await views.actors(work, [row.organization_id])
    return Why(
        message_id=row.id,
        conversation_id=id,
        client_id=row.organization_id,
        question=row.question,
        content=row.content,
        answered_by=row.answered_by,
        author=row.author,
        author_name=people.get((row.organization_id, row.author)),
        model=row.model,
        grounded=row.grounded,
        confidence=row.confidence,
        config_id=row.config_id,
        config_version=row.config_version,
        cost_usd=row.cost_usd,
        ms=row.ms,
        provider_ms=row.provider_ms,
        lineage_id=row.lineage,
        citations=row.citations,
        steps=row.path,
        created_at=row.created_at,
    )


@router.post(
    "/chat/conversations/{id}/suggestions",
    response_model=Suggestions,
    summary="Draft replies for a person",
    openapi_extra=marked(waits=True),
)
async def suggest(request: Request, id: UUID) -> Response:
    """Draft replies for whoever has taken the conversation; nothing is sent."""
    return await suggesting.suggestions.answer(request, TAKE, lambda work: suggesting.prepare(work, id))


@router.post("/chat/conversations/{id}/forget", summary="Erase the visitor of a conversation")
async def forget(id: UUID, work: Work = works(ROOM, ERASE)) -> Forgotten:
    """Erase the visitor of this conversation: what they said, who they are, and every copy, here and in their other conversations with this client.

    Those are what they proved to be theirs, and what staff merged with it; whoever claims the same address is somebody else.
    """
    return Forgotten(conversations=await people.forget(work, id, member(work)))


@router.get("/contacts/{contact_id}", summary="Read a contact")
async def contact(contact_id: UUID, work: Work = works(ROOM, READ)) -> ContactCard:
    """The contact that this one is now: one that was merged answers as the one it was merged into."""
    return await card(work, contact_id)


@router.patch("/contacts/{contact_id}", summary="Correct a contact")
async def correct(contact_id: UUID, body: CorrectContact, work: Work = works(ROOM, WRITE)) -> ContactCard:
    """Say who a contact is. A name replaces the one before; an address is added, and counts as proven."""
    await people.correct(work, contact_id, body, member(work))
    return await card(work, contact_id)


@router.post("/contacts/{contact_id}/addresses/{address_id}/confirm", summary="Confirm that an address is a contact's")
async def confirm(contact_id: UUID, address_id: UUID, work: Work = works(ROOM, WRITE)) -> ContactCard:
    """Say that an address is this contact's: until then it is a claim. It is recorded who said so."""
    await people.confirm(work, contact_id, address_id, member(work))
    return await card(work, contact_id)


@router.post("/contacts/{contact_id}/merge", summary="Merge a contact into another")
async def merge(contact_id: UUID, body: MergeContact, work: Work = works(ROOM, WRITE)) -> ContactCard:
    """Say that this contact is the same person as another. Separating gives each back what it had."""
    return await card(work, await people.merge(work, contact_id, body.into, member(work)))


@router.post("/contacts/{contact_id}/separate", summary="Take a merge of contacts back")
async def separate(contact_id: UUID, work: Work = works(ROOM, WRITE)) -> ContactCard:
    """Take a merge back: this contact is somebody again, with what it had and what has come to it since."""
    await people.separate(work, contact_id, member(work))
    return await card(work, contact_id)


@router.get("/contacts/{contact_id}/conversations", summary="List a contact's conversations on every channel")
async def of_contact(contact_id: UUID, work: Work = works(ROOM, READ)) -> Page[InboxLine]:
    """The latest 50 conversations with one person, on every channel."""
    rows = await inbox.of_contact(work, await known(work, contact_id), PAGE)
    line = await named(work, rows)
    return Page(items=[line(row) for row in rows])


async def known(work: Work, contact_id: UUID) -> merging.Known:
    """Raises NotFound."""
    found = await merging.read(work, contact_id)
    if found is None:
        raise NotFound()
    return found


async def card(work: Work, contact_id: UUID) -> ContactCard:
    """Raises NotFound."""
    contact = await known(work, contact_id)
    own, people = contact.own, await views.actors(work, [contact.own.organization_id])

    def name(actor: UUID | None) -> str | None:
        return people.get((own.organization_id, actor)) if actor else None

    return ContactCard(
        contact_id=own.id,
        client_id=own.organization_id,
        name=contact.name,
        source=own.source,
        addresses=[
            Address(
                address_id=a.id,
                kind=a.kind,
                shown=a.shown,
                verified=a.verified,
                verified_by=a.verified_by,
                verified_by_name=name(a.verified_by),
                created_at=a.created_at,
            )
            for a in await merging.addresses(work, contact)
        ],
        parts=[
            Part(
                contact_id=part.id,
                name=part.name,
                source=part.source,
                merged_into=part.merged_into,
                merged_by=part.merged_by,
                merged_by_name=name(part.merged_by),
                merged_at=part.merged_at,
            )
            for part in contact.parts
        ],
        possibly=[
            Possibly(contact_id=p.id, name=p.name, kind=p.kind, shown=p.shown, verified=p.verified)
            for p in await merging.possibly(work, contact)
        ],
        created_at=own.created_at,
        updated_at=own.updated_at,
    )

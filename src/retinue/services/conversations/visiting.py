"""What the widget asks for beside messages: its settings, and files, contact details and typing of one conversation."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from starlette.datastructures import UploadFile

from retinue.engines.documents import Reader
from retinue.kernel.bodies import takes_files
from retinue.kernel.errors import NotFound, Unauthorized
from retinue.kernel.http import Router, caller_of, permitted, process_of, works
from retinue.kernel.limits import Limiter
from retinue.kernel.marks import marked
from retinue.kernel.security import KEY_PREFIX, VISIT, Security
from retinue.kernel.shapes import only
from retinue.kernel.work import Work
from retinue.services.conversations import attachments, domain, heard, store, widget
from retinue.services.conversations.identities import UnknownWidgetKey, admit_page
from retinue.services.conversations.knowing import ROOM
from retinue.services.conversations.routes import admit, seen_by, visits
from retinue.services.conversations.schemas import FILE_BYTES, Conversation, LeaveContact, Message, Typing, VisitorsConversation

router = Router(ROOM, prefix="/chat", tag="conversations")
AROUND_A_FILE = 100_000  # bytes of a form beside its file
FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "content": {"type": "string", "description": "What the visitor says to it."},
                        "id": {"type": "string", "maxLength": 100, "description": "The client's own id; the same one again does nothing."},
                    },
                }
            }
        },
    }
}


@router.get("/widget", summary="Read how the chat widget looks and behaves", openapi_extra=marked(public=True))
async def widget_settings(
    request: Request, response: Response, key: Annotated[str, Query(max_length=200, description="The widget's public key.")]
) -> widget.WidgetSettings:
    """How the widget of a public key looks and behaves, as the version in production says. No sign-in is needed."""
    process = process_of(request)
    try:
        caller = await process.get(Security).caller(key) if key.startswith(KEY_PREFIX) else None
    except Unauthorized:
        caller = None
    if caller is None or caller.public_key is None:
        raise UnknownWidgetKey()
    request.scope["retinue.headers"] = process.get(Limiter).take(caller, request)
    admit_page(request, caller)
    response.headers["Cache-Control"] = "no-store"
    async with process.database.work(ROOM, caller.organization) as work:
        return await widget.of_deployed(work)


async def sent(request: Request, id: UUID) -> AsyncIterator[attachments.Sent]:
    """Read and kept before any transaction: both may take long. A file that no message came to have is removed again; where a commit was
    tried and failed, nobody knows whether one has it, and the daily sweep asks.

    Raises FileTooLarge, NoFile, and what is said of files that cannot be read.
    """
    caller = await caller_of(request)
    admit(caller, id)
    organization = await permitted(request, ROOM, VISIT if caller.kind == "visitor" else "conversations:write")
    form = await request.form(max_files=1, max_fields=5)
    only(form, ("file", "content", "id"))
    file, content, client_id = form.get("file"), form.get("content") or "", form.get("id")
    if (
        not isinstance(file, UploadFile)
        or not isinstance(content, str)
        or not isinstance(client_id, str | None)
        or len(client_id or "") > 100
    ):
        raise attachments.NoFile()
    data, name = await file.read(), attachments.tidy(file.filename or "file")
    kind = await attachments.kind_of(process_of(request).get(Reader), data, name)
    caption, files = attachments.caption(content), attachments.kept(process_of(request))
    given = attachments.Sent(name, kind, len(data), await files.put(organization, data, alone=True), caption, client_id)
    try:
        yield given
    finally:
        if not given.stored:
            await files.remove(organization, given.file)


@router.post("/conversations/{id}/files", status_code=201, openapi_extra=FORM, summary="Send a file")
@takes_files(FILE_BYTES + AROUND_A_FILE, visitors=True)
async def send_file(
    request: Request,
    id: UUID,
    given: Annotated[attachments.Sent, Depends(sent, scope="function")],
    work: Work = visits("conversations:write"),
) -> Message:
    """Send a file as the visitor. People can see it; the agent does not read it, and says so."""
    return Message.model_validate(await attachments.receive(process_of(request), work, id, given))


@router.get("/conversations/{id}/files/{attachment_id}", response_class=Response, summary="Read a file that was sent")
async def read_file(request: Request, id: UUID, attachment_id: UUID, work: Work = visits("conversations:read")) -> Response:
    """The file as it was sent, to be saved and never shown as a page."""
    admit(await caller_of(request), id)
    name, data = await attachments.file(process_of(request), id, attachment_id, work)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return Response(data, media_type="application/octet-stream", headers=headers)


@router.post("/conversations/{id}/contact", summary="Leave contact details")
async def leave_contact(
    request: Request, id: UUID, body: LeaveContact, work: Work = visits("conversations:write")
) -> Conversation | VisitorsConversation:
    """Who the visitor is, as they say themselves: a claim. With `callback` a person is asked to get back to them."""
    admit(caller := await caller_of(request), id)
    await domain.leave_contact(work, process_of(request), id, body)
    return seen_by(caller, await store.conversation(work, id))


@router.post("/conversations/{id}/typing", status_code=204, summary="Say that a person is writing")
async def typing(id: UUID, body: Typing, work: Work = works(ROOM, "conversations:take")) -> None:
    """Tell the visitor that a person is writing, or no longer. The widget forgets it after some seconds by itself."""
    if (await store.conversation(work, id)).taken_by != work.actor:
        raise NotFound()
    heard.types(id, visitor=False, status=body.status)

"""HTTP around a Work: who asks, once per key, refusals as problems, and the number of what was told."""

import hashlib
import json
import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel

from retinue.kernel.bodies import FILES, OF_NOBODY, OF_SOMEBODY, OF_TEXT, Checked, allow
from retinue.kernel.deliver import wait_handled
from retinue.kernel.errors import Forbidden, NotFound, Refusal, Unauthorized
from retinue.kernel.limits import Limiter
from retinue.kernel.marks import open_to_all
from retinue.kernel.process import Process
from retinue.kernel.security import Caller, Security
from retinue.kernel.shapes import UnknownParameter, only
from retinue.kernel.work import Work

__all__ = ["AfterEvent", "Caller", "Page", "Process", "Router", "caller_of", "page_of", "permitted", "process_of", "works"]

ANSWERS_KEPT = timedelta(hours=72)
PAGE, PAGE_AT_MOST = 50, 200
TENANT = "client_id"  # may stand in any query instead of X-Tenant-ID
NUMBER_AT_MOST = 2**63 - 1
NOBODY = UUID(int=0)
Item = TypeVar("Item")


class KeyReused(Refusal):
    """This Idempotency-Key was used for another request."""

    status = 422
    next = "Send a new key with a new request."


class AnswerGone(Refusal):
    """What this request answered is no longer kept: somebody in it asked to be forgotten."""

    status = 410
    next = "It was done once and is not done again; read what there is now."


class BadHeader(Refusal):
    """The header {header} cannot be read."""

    status = 400
    next = "Send an id in the form of a UUID, and keys of at most 200 characters."


class BadCursor(Refusal):
    """This cursor was not given out by this list."""

    status = 400
    next = "Start again without a cursor."


class Answered(Exception):
    """This key was answered before: the stored answer goes out again and nothing is done."""

    def __init__(self, response: Response) -> None:
        self.response = response


class Route(APIRoute):
    """The only place that sees the finished answer before the commit: flushes, numbers the answer, stores it under its key.

    What is not marked public answers nobody who is unknown."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        known = {TENANT, *_parameters(self.dependant)}
        parts = set(self.parts)

        async def answer(request: Request) -> Response:
            request = Checked(request.scope, request.receive)
            if unknown := next((name for name in request.query_params if name not in known), None):
                raise UnknownParameter(unknown, known)  # of the contract, which everybody may read
            allow(request.scope, await self.limit(request))
            await request.check()
            if parts and "form" in request.headers.get("content-type", ""):
                only(await request.form(), parts)
            if key_of(request):
                await request.body()  # kept, since a form would consume it before its fingerprint is taken
            try:
                response = await handle(request)
            except Answered as again:
                return again.response
            work: Work | None = request.scope.get("retinue.work")
            if work is not None:
                await work.flush()
                if work.number is not None:
                    response.headers["Retinue-Event"] = str(work.number)
                if key := key_of(request):
                    await remember(work, actor_of(request), key, response.status_code, bytes(response.body))
            response.headers.update(request.scope.get("retinue.headers", {}))
            return response

        return answer

    async def limit(self, request: Request) -> int:
        """Bytes that the body may have: whoever sends it is known before any of it is read. Raises Unauthorized and
        TooManyRequests."""
        try:
            caller = await caller_of(request)
        except Unauthorized:
            if not open_to_all(self.openapi_extra):
                raise
            return OF_NOBODY
        if caller.public_key:
            return OF_NOBODY
        of_files, visitors = FILES.get(self.endpoint, (OF_SOMEBODY, True))
        if "json" in request.headers.get("content-type", ""):  # is parsed at once, while nothing else runs
            return OF_SOMEBODY if caller.kind == "visitor" else min(of_files, OF_TEXT)
        return of_files if visitors or caller.kind != "visitor" else OF_SOMEBODY

    @property
    def parts(self) -> Sequence[str]:
        """Of its form, also where a dependency reads them."""
        return [part.alias for part in _bodies(self.dependant) if isinstance(part.field_info, Form)]


def _parameters(dependant: Dependant) -> Iterator[str]:
    yield from (parameter.alias for parameter in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _parameters(inner)


def _bodies(dependant: Dependant) -> Iterator[ModelField]:
    yield from dependant.body_params
    for inner in dependant.dependencies:
        yield from _bodies(inner)


class Router(APIRouter):
    """`tag`: under which the contract lists its operations; `about`: the tag in a sentence, said by one of the routers that have it."""

    def __init__(self, room: str, *, prefix: str = "", tag: str | None = None, about: str | None = None) -> None:
        super().__init__(prefix=prefix, tags=[tag or room], route_class=Route)
        self.tag, self.about = tag or room, about


def process_of(request: Any) -> Process:
    """Of a request or a web socket."""
    process: Process = request.app.state.process
    return process


async def caller_of(request: Any) -> Caller:
    """Who sent this request or opened this socket; it is counted once. A socket may say its token in its first frame, kept as
    `retinue.token`; as the query parameter `token`, which proxies log, it is heard for programs that were written before.

    Raises Unauthorized and TooManyRequests.
    """
    known: Caller | None = request.scope.get("retinue.caller")
    if request.scope.get("retinue.unknown"):
        raise Unauthorized()
    if known is None:
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        if request.scope["type"] == "websocket" and not bearer:
            scheme, bearer = "Bearer", request.scope.get("retinue.token") or request.query_params.get("token", "")
        if scheme.lower() != "bearer" or not bearer or len(bearer) > 4096:
            raise Unauthorized()
        try:
            known = request.scope["retinue.caller"] = await process_of(request).get(Security).caller(bearer)
        except Unauthorized:
            request.scope["retinue.unknown"] = True  # a made-up key costs one look and no more
            raise
        request.scope["retinue.bearer"] = bearer
        request.scope["retinue.headers"] = process_of(request).get(Limiter).take(known, request)
    return known


async def organization_of(request: Any, caller: Caller) -> UUID:
    """X-Tenant-ID, else `client_id` of the query, else of a JSON body, else where the caller belongs. Raises NotFound for what a key
    or visitor does not belong to; a person's access is the database's to judge."""
    named = request.headers.get("x-tenant-id") or request.query_params.get("client_id") or await _named_in_body(request)
    if not named:
        return caller.organization
    try:
        organization = UUID(named)
    except ValueError:
        raise BadHeader(header="X-Tenant-ID (or client_id)") from None
    if caller.kind != "person" and organization != caller.organization:
        raise NotFound()
    return organization


async def _named_in_body(request: Any) -> str | None:
    if request.scope["type"] != "http" or request.method not in ("POST", "PUT", "PATCH"):
        return None
    if "json" not in request.headers.get("content-type", ""):
        return None
    try:
        body = await request.json()
    except ValueError:
        return None
    named = body.get("client_id") if isinstance(body, dict) else None
    return named if isinstance(named, str) else None


def actor_of(request: Request) -> UUID:
    """Under whom an answer is kept: a visitor's conversation stands for the visitor."""
    caller: Caller = request.scope["retinue.caller"]
    return caller.actor or caller.conversation or NOBODY


def key_of(request: Request) -> str | None:
    key = request.headers.get("idempotency-key") if request.method == "POST" else None
    if key is not None and not 0 < len(key) <= 200:
        raise BadHeader(header="Idempotency-Key")
    return key


async def fingerprint(request: Request) -> str:
    """The same for the same request sent again, also when its form was written with another boundary."""
    body = await request.body()
    _, _, boundary = request.headers.get("content-type", "").partition("boundary=")
    if boundary := boundary.partition(";")[0].strip('" '):
        body = body.replace(boundary.encode(), b"")
    return hashlib.sha256(f"{request.url.path}?{request.url.query}\n".encode() + body).hexdigest()


async def recall(work: Work, request: Request) -> None:
    """Claim the key; a second request waits here for the first one's commit and then gets its answer."""
    key = key_of(request)
    if not key:
        return
    asked = await fingerprint(request)
    name, cipher = _kept(key)
    who: dict[str, Any] = {"o": work.organization, "a": actor_of(request), "k": name}
    new = await work.execute(
        "insert into kernel.answer (organization_id, actor, key, request, expires_at) values (:o, :a, :k, :r, :until)"
        " on conflict do nothing returning key",
        **who,
        r=asked,
        until=work.now + ANSWERS_KEPT,
    )
    if new.first() is not None:
        return
    row = (await work.execute("select * from kernel.answer where (organization_id, actor, key) = (:o, :a, :k)", **who)).one()
    if row.request != asked:
        raise KeyReused()
    headers = {"Retinue-Event": str(row.number)} if row.number else {}
    if row.body is None:
        raise AnswerGone()
    sealed = bytes.fromhex(row.body)
    body = json.loads(cipher.decrypt(sealed[:12], sealed[12:], None))
    if row.status == 202 and isinstance(body, dict) and "location" in body:
        headers["Location"] = body["location"]
    empty = row.status in (204, 304)
    raise Answered(Response(status_code=row.status, headers=headers) if empty else JSONResponse(body, row.status, headers))


def _kept(key: str) -> tuple[str, AESGCM]:
    """The name under which an answer is kept, and its cipher: answers may hold secrets shown once, so only who knows the key can read them."""
    return hashlib.sha256(b"name\n" + key.encode()).hexdigest(), AESGCM(hashlib.sha256(b"body\n" + key.encode()).digest())


async def remember(work: Work, actor: UUID, key: str, status: int, body: bytes) -> None:
    name, cipher = _kept(key)
    nonce = os.urandom(12)
    await work.execute(
        "update kernel.answer set status = :s, body = cast(:b as json), number = :n where (organization_id, actor, key) = (:o, :a, :k)",
        s=status,
        b=json.dumps((nonce + cipher.encrypt(nonce, body or b"null", None)).hex()),
        n=work.number,
        o=work.organization,
        a=actor,
        k=name,
    )


def works(room: str, permission: str) -> Any:
    """The Work of this request: the caller's, in the organization that X-Tenant-ID names, when `permission` is held there.

    A visitor's Work is the room's own; the route compares the conversation.
    """

    async def work(request: Request) -> AsyncIterator[Work]:
        process = process_of(request)
        caller = await caller_of(request)
        organization = await organization_of(request, caller)
        async with process.database.work(room, organization, caller.actor) as work:
            work.permissions = process.get(Security).permissions(caller, work.roles)
            if permission not in work.permissions:
                raise Forbidden(permission)
            await recall(work, request)
            request.scope["retinue.work"] = work
            yield work

    return Depends(work, scope="function")


async def permitted(request: Request, room: str, permission: str) -> UUID:
    """The organization where the caller holds `permission`: for what is done before the request's Work, such as keeping a file.

    Raises Unauthorized, NotFound, Forbidden.
    """
    process, caller = process_of(request), await caller_of(request)
    organization = await organization_of(request, caller)
    async with process.database.work(room, organization, caller.actor) as work:
        if permission not in process.get(Security).permissions(caller, work.roles):
            raise Forbidden(permission)
    return organization


def AfterEvent(room: str) -> Any:  # noqa: N802 - used as a dependency's type
    """`?after=N`: wait, before the read's transaction, until `room` has handled what it handles up to N."""

    async def wait(request: Request, after: Annotated[int | None, Query(ge=0, le=NUMBER_AT_MOST)] = None) -> int | None:
        if after is not None:
            organization = await organization_of(request, await caller_of(request))
            read = request.path_params.get("client_id") or request.query_params.get(
                "client_id"
            )  # staff read a client's from the operator's
            with suppress(ValueError):
                organization = UUID(read) if read else organization
            await wait_handled(process_of(request).database, room, organization, after)
        return after

    return Depends(wait)


class Page(BaseModel, Generic[Item]):
    items: list[Item]
    next_cursor: str | None = None


def page_of(rows: Sequence[Any], size: int, key: Callable[[Any], Any], shape: Callable[[Any], Item]) -> Page[Item]:
    """`rows` holds one more than `size` when there is more; `key` of the last row given out becomes the cursor."""
    more = len(rows) > size
    kept = rows[:size]
    cursor = urlsafe_b64encode(json.dumps(key(kept[-1]), default=str).encode()).decode().rstrip("=") if more else None
    return Page(items=[shape(row) for row in kept], next_cursor=cursor)


def cursor_value(cursor: str | None) -> Any:
    """What `page_of` put into a cursor, or None. Raises BadCursor."""
    if cursor is None:
        return None
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,400}", cursor):
        raise BadCursor()
    try:
        return json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        raise BadCursor() from None


def cursor_id(cursor: str | None) -> UUID | None:
    """The same where rows are listed by id. Raises BadCursor."""
    value = cursor_value(cursor)
    try:
        return UUID(value) if value is not None else None
    except (ValueError, AttributeError, TypeError):
        raise BadCursor() from None


def cursor_number(cursor: str | None) -> int | None:
    """The same where rows are listed by a number. Raises BadCursor."""
    value = cursor_value(cursor)
    if value is not None and (type(value) is not int or not 0 <= value < 2**31):
        raise BadCursor()
    return value


def cursor_moment(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The same where rows are listed by time and id. Raises BadCursor."""
    value = cursor_value(cursor)
    if value is None:
        return None
    try:
        at, id = value
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise BadCursor()
        return moment, UUID(id)
    except (ValueError, AttributeError, TypeError):
        raise BadCursor() from None

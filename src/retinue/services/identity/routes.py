"""Signing in, clients, keys and people over HTTP."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request

from retinue.kernel.errors import Forbidden, NotFound, Refusal
from retinue.kernel.http import BadCursor, Caller, Page, Router, caller_of, cursor_value, organization_of, page_of, process_of, works
from retinue.kernel.limits import address_of
from retinue.kernel.marks import marked
from retinue.kernel.security import Security, Signer, identity_secret
from retinue.kernel.settings import KernelSettings
from retinue.kernel.work import Work
from retinue.services.identity import schemas as s
from retinue.services.identity import store
from retinue.services.identity.domain import clients, keys, names, people, sessions
from retinue.services.identity.settings import IdentitySettings

auth = Router("identity", prefix="/auth", tag="auth", about="Sign in and out. Answers hold a token to send as `Authorization: Bearer`.")
of_clients = Router("identity", prefix="/clients", tag="clients", about="The companies that are looked after.")
of_keys = Router("identity", prefix="/api-keys", tag="api-keys", about="Keys for programs, and public keys for the chat widget.")
of_widgets = Router("identity", prefix="/widget-keys", tag="api-keys")
of_people = Router("identity", prefix="/people", tag="people", about="Who may sign in to an organization, and as what.")
routers = (auth, of_clients, of_keys, of_widgets, of_people)

Cursor = Annotated[str | None, Query(max_length=400)]
Limit = Annotated[int, Query(ge=1, le=200)]
COOKIE = "retinue_session"


class PeopleOnly(Refusal):
    """An API key cannot do this."""

    status = 403
    next = "Sign in with an e-mail address and a password."


def headers(request: Request, number: int | None) -> None:
    """For answers outside a request's Work."""
    given = request.scope.setdefault("retinue.headers", {})
    given["Cache-Control"] = "no-store"
    if number is not None:
        given["Retinue-Event"] = str(number)


def lifetime(request: Request) -> timedelta:
    return timedelta(days=process_of(request).get(IdentitySettings).session_days)


def tokens(request: Request, session: sessions.Session, *, cookie: bool) -> s.Tokens:
    headers(request, session.number)
    if cookie:
        kept(request, session.refresh_token, round(lifetime(request).total_seconds()))
    refresh_token = None if cookie else session.refresh_token
    return s.Tokens(access_token=session.access_token, refresh_token=refresh_token, expires_in=session.expires_in)


def kept(request: Request, secret: str, seconds: int) -> None:
    """No script reads it, no other site makes a browser send it, and only these routes get it."""
    secure = "; Secure" if process_of(request).get(KernelSettings).address.startswith("https:") else ""
    request.scope.setdefault("retinue.headers", {})["Set-Cookie"] = (
        f"{COOKIE}={secret}; Max-Age={seconds}; Path=/api/v1/auth; HttpOnly; SameSite=Strict{secure}"
    )


def secret_of(request: Request, body: s.RefreshToken) -> str:
    """Raises SessionEnded."""
    secret = body.refresh_token or request.cookies.get(COOKIE, "")
    if not 0 < len(secret) <= 200:
        raise sessions.SessionEnded()
    return secret


async def person(request: Request) -> Caller:
    caller = await caller_of(request)
    if caller.kind != "person":
        raise PeopleOnly()
    return caller


def id_of(cursor: str | None) -> UUID | None:
    value = cursor_value(cursor)
    if value is None:
        return None
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise BadCursor() from None


@auth.post("/login", summary="Sign in with e-mail and password", openapi_extra=marked(public=True))
async def login(body: s.Login, request: Request) -> s.Tokens:
    process = process_of(request)
    session = await sessions.sign_in(
        process.database, process.get(Signer), lifetime(request), body.email, body.password, address_of(request)
    )
    return tokens(request, session, cookie=body.cookie)


@auth.post("/refresh", summary="Get a new token for a refresh token", openapi_extra=marked(public=True))
async def refresh(body: s.RefreshToken, request: Request) -> s.Tokens:
    """The refresh token is good once; using it again ends every session that came from it. A cookie's is good for ten seconds more."""
    process = process_of(request)
    session = await sessions.refresh(
        process.database, process.get(Signer), lifetime(request), secret_of(request, body), page=body.refresh_token is None
    )
    return tokens(request, session, cookie=body.cookie)


@auth.post("/logout", status_code=204, summary="Sign out: end the sessions of a refresh token", openapi_extra=marked(public=True))
async def logout(body: s.RefreshToken, request: Request) -> None:
    if secret := body.refresh_token or request.cookies.get(COOKIE, ""):
        await sessions.sign_out(process_of(request).database, secret)
    if body.cookie:
        kept(request, "", 0)


@auth.post("/one-time", status_code=201, summary="Make a link that signs in once")
async def one_time(request: Request, caller: Annotated[Caller, Depends(person)]) -> s.OneTimeLink:
    """A link that signs the caller in, once, within ten minutes."""
    process = process_of(request)
    async with process.database.work("identity", caller.organization, caller.actor) as work:
        token, until = await sessions.one_time(work, caller.actor or UUID(int=0))
    headers(request, work.number)
    return s.OneTimeLink(token=token, url=f"{process.get(KernelSettings).address}/sign-in#{token}", expires_at=until)


@auth.post("/one-time/redeem", summary="Sign in with a one-time link", openapi_extra=marked(public=True))
async def redeem(body: s.OneTimeToken, request: Request) -> s.Tokens:
    process = process_of(request)
    session = await sessions.redeem(process.database, process.get(Signer), lifetime(request), body.token)
    return tokens(request, session, cookie=body.cookie)


@auth.post("/password", status_code=204, summary="Change the caller's password")
async def change_password(body: s.ChangePassword, request: Request, caller: Annotated[Caller, Depends(person)]) -> None:
    """Ends all sessions of the caller."""
    number = await sessions.change_password(
        process_of(request).database,
        caller.organization,
        caller.actor or UUID(int=0),
        body.current_password,
        body.new_password,
        address_of(request),
    )
    headers(request, number)


@auth.get("/me", summary="Say who the caller is and what they may do")
async def me(request: Request) -> s.Me:
    process, caller = process_of(request), await caller_of(request)
    organization = await organization_of(request, caller)
    if caller.kind == "visitor" or caller.actor is None:
        raise Forbidden("clients:read")
    async with process.database.work("identity", caller.organization, caller.actor) as work:
        known, roles = await store.user(work, caller.actor), work.roles
    if organization != caller.organization:
        async with process.database.work("identity", organization, caller.actor) as work:
            roles = work.roles
    return s.Me(
        kind=caller.kind,
        user_id=caller.actor,
        email=known.email if known else None,
        name=known.name if known else None,
        home_organization_id=caller.organization,
        organization_id=organization,
        roles=sorted(roles),
        permissions=sorted(process.get(Security).permissions(caller, roles)),
    )


def registered(request: Request, client: clients.Registered) -> s.RegisteredClient:
    return s.RegisteredClient(
        client_id=client.client_id,
        slug=client.slug,
        claim_url=f"{process_of(request).get(KernelSettings).address}/claim#{client.claim}",
        claim_expires_at=client.claim_expires_at,
        status="unclaimed",
        assigned_to=client.assigned_to,
    )


def shown(row: Any) -> s.Client:
    return s.Client(
        client_id=row.id,
        name=row.name,
        slug=row.slug,
        website=row.website,
        contact_email=row.contact_email,
        status=row.shown,
        claim_expires_at=row.claim_expires_at,
        assigned_to=row.assigned_to,
        created_at=row.created_at,
    )


def claim_days(request: Request) -> timedelta:
    return timedelta(days=process_of(request).get(IdentitySettings).claim_days)


@of_clients.post("", status_code=201, summary="Register a client")
async def register(body: s.NewClient, request: Request, work: Work = works("identity", "clients:write")) -> s.RegisteredClient:
    """An assisted account. The claim link is in this answer only."""
    return registered(request, await clients.register(work, claim_days(request), body.name, body.website, body.contact_email))


@of_clients.get("", summary="List clients")
async def list_clients(
    work: Work = works("identity", "clients:read"),
    q: Annotated[s.Text | None, Query(max_length=100)] = None,
    name: Annotated[s.Text | None, Query(max_length=200)] = None,
    status: s.Status | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[s.Client]:
    """The newest first. `q` is looked for in names and slugs; `name` is the whole name."""
    rows = await store.clients(
        work,
        q=names.same_name(q) if q else None,
        name_key=names.same_name(name) if name else None,
        status=status,
        before=id_of(cursor),
        size=limit,
    )
    return page_of(rows, limit, lambda row: row.id, shown)


@of_clients.post("/claim", status_code=201, summary="Claim a client's account with its link", openapi_extra=marked(public=True))
async def claim(body: s.Claim, request: Request) -> s.ClaimedClient:
    """Makes the caller the client's owner; then they sign in."""
    done = await clients.claim(
        process_of(request).database, body.token, body.email, body.password, body.name or body.email, address_of(request)
    )
    headers(request, done.number)
    return s.ClaimedClient(client_id=done.client_id, user_id=done.user_id)


@of_clients.get("/{client}", summary="Read a client")
async def read_client(client: str, work: Work = works("identity", "clients:read")) -> s.Client:
    """By id or slug."""
    row = await store.client(work, client) if len(client) <= 64 and client.isprintable() else None
    if row is None:
        raise NotFound()
    return shown(row)


@of_clients.post("/{client_id}/claim-link", status_code=201, summary="Make a new claim link")
async def renew_claim(client_id: UUID, request: Request, work: Work = works("identity", "clients:write")) -> s.RegisteredClient:
    """A new claim link, for another thirty days; older links end."""
    return registered(request, await clients.renew_claim(work, claim_days(request), client_id))


async def by_key(request: Request) -> bool:
    return (await caller_of(request)).kind == "key"


ByKey = Annotated[bool, Depends(by_key)]


def issued(key: keys.Issued) -> s.IssuedKey:
    return s.IssuedKey(id=key.id, key=key.key, prefix=key.prefix)


def issued_widget(request: Request, key: keys.Issued) -> s.IssuedKey:
    secret = identity_secret(process_of(request).get(Signer), key.key)
    return s.IssuedKey(id=key.id, key=key.key, prefix=key.prefix, identity_secret=secret)


@of_keys.post("", status_code=201, summary="Make an API key; it is shown once")
async def issue_key(body: s.NewKey, key: ByKey, work: Work = works("identity", "keys:write")) -> s.IssuedKey:
    return issued(await keys.issue(work, by_key=key, kind="key", name=body.name, scopes=body.scopes, expires_at=body.expires_at))


@of_keys.get("", summary="List API keys")
async def list_keys(work: Work = works("identity", "keys:write"), cursor: Cursor = None, limit: Limit = 50) -> Page[s.Key]:
    rows = await store.keys(work, before=id_of(cursor), size=limit)
    return page_of(rows, limit, lambda row: row.id, lambda row: s.Key.model_validate(row, from_attributes=True))


@of_keys.delete("/{key_id}", status_code=204, summary="End an API key")
async def revoke_key(key_id: UUID, work: Work = works("identity", "keys:write")) -> None:
    await keys.revoke(work, key_id)


@of_keys.post("/{key_id}/rotate", status_code=201, summary="Replace the secret of an API key")
async def rotate_key(request: Request, key_id: UUID, key: ByKey, work: Work = works("identity", "keys:write")) -> s.IssuedKey:
    """The old secret ends now, and with a widget's key the one that signs who a visitor is."""
    fresh = await keys.rotate(work, key_id, by_key=key)
    return issued_widget(request, fresh) if fresh.kind == "widget" else issued(fresh)


@of_widgets.post("", status_code=201, summary="Make a public key for the chat widget")
async def issue_widget_key(request: Request, body: s.NewWidgetKey, key: ByKey, work: Work = works("identity", "keys:write")) -> s.IssuedKey:
    """A public key: whoever sends it is a visitor of this organization."""
    made = await keys.issue(work, by_key=key, kind="widget", name=body.name, scopes=(), expires_at=body.expires_at, origins=body.origins)
    return issued_widget(request, made)


@of_widgets.put("/{key_id}/origins", summary="Say which pages may use a public key")
async def limit_widget_key(key_id: UUID, body: s.KeyOrigins, work: Work = works("identity", "keys:write")) -> s.Key:
    """At once, for conversations that begin from now on; running ones go on."""
    return s.Key.model_validate(await keys.limit(work, key_id, body.origins), from_attributes=True)


@of_people.get("", summary="List the people of an organization")
async def list_people(work: Work = works("identity", "people:write"), cursor: Cursor = None, limit: Limit = 50) -> Page[s.Person]:
    rows, roles = await store.users(work, after=id_of(cursor), size=limit), await store.roles_here(work)
    return page_of(rows, limit, lambda row: row.id, lambda row: one(row, roles.get(row.id, [])))


@of_people.get("/names", summary="List the names of an organization's people")
async def list_names(work: Work = works("identity", "clients:read"), cursor: Cursor = None, limit: Limit = 50) -> Page[s.Named]:
    """Of everybody here, so that whoever reads what a colleague did knows whom to ask."""
    return page_of(
        await store.users(work, after=id_of(cursor), size=limit), limit, lambda row: row.id, lambda row: s.Named(id=row.id, name=row.name)
    )


def one(row: Any, roles: list[str]) -> s.Person:
    return s.Person(id=row.id, email=row.email, name=row.name, roles=roles, disabled=row.disabled_at is not None, created_at=row.created_at)


async def first_password(body: s.NewPerson, request: Request) -> people.FirstPassword:
    """Before the request's Work; for people and keys that are known, so that a stranger makes nothing hash."""
    await caller_of(request)
    return await people.FirstPassword.of(body.password)


@of_people.post("", status_code=201, summary="Add a person")
async def add_person(
    body: s.NewPerson,
    password: Annotated[people.FirstPassword, Depends(first_password)],
    work: Work = works("identity", "people:write"),
) -> s.AddedPerson:
    id, roles = await people.add_person(work, body.email, body.name, body.roles, password)
    return s.AddedPerson(id=id, email=body.email, name=body.name, roles=roles, password=password.made)


@of_people.put("/{user_id}/roles", summary="Set a person's roles; none ends their access")
async def set_roles(user_id: UUID, body: s.PersonsRoles, work: Work = works("identity", "people:write")) -> s.Person:
    """Of the operator's staff: whoever would leave clients alone hands them over, or is refused and told which."""
    row = await people.set_roles(work, user_id, body.roles, body.hand_to)
    return one(row, sorted(set(body.roles)))

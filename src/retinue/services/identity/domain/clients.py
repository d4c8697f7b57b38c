"""A client's beginning: registered by staff, looked after by a sales agent, opened in its own organization, claimed by its owner."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from retinue.contracts.identity import (
    AgentAssigned,
    ClaimExpired,
    ClientClaimed,
    ClientCreated,
    ClientRegistered,
    OrganizationCreated,
    StaffPutOn,
    StaffTakenOff,
)
from retinue.contracts.permissions import EVERYWHERE, SALES_AGENT
from retinue.kernel.errors import NotFound, Refusal
from retinue.kernel.security import hashed, new_secret
from retinue.kernel.work import Database, Work, uuid7
from retinue.services.identity import assignments, store
from retinue.services.identity.domain.attempts import count_attempt, drop_old_attempts, forgive_attempt, operator_of
from retinue.services.identity.domain.names import free_slug, same_name, slug_of
from retinue.services.identity.domain.passwords import hash_password
from retinue.services.identity.domain.people import insert_user
from retinue.services.identity.domain.staff import OperatorOnly

SALES = "sales"


class ClientExists(Refusal):
    """A client of this name and website exists: {client_id}"""

    next = "Use that client, or give the other one another name."


class ClaimUnknown(Refusal):
    """This claim link belongs to no client; a newer link replaces older ones."""

    status = 404
    next = "Copy the whole link, or ask your sales agent for a new one."


class AlreadyClaimed(Refusal):
    """This client was claimed before."""

    next = "Sign in, or ask the client's owner to add you."


class ClaimTooLate(Refusal):
    """This claim link has expired."""

    status = 410
    next = "Ask your sales agent for a new link."


@dataclass(frozen=True)
class Registered:
    client_id: UUID
    slug: str
    claim: str
    claim_expires_at: datetime
    status: str
    assigned_to: UUID


async def register(work: Work, lifetime: timedelta, name: str, website: str | None, contact_email: str | None) -> Registered:
    """In the operator's Work. `claim` of the answer is the secret of the claim link, told here only."""
    assert work.actor is not None  # a visitor holds no clients:write
    if not await store.lock_organization(work):
        raise OperatorOnly()
    key = same_name(name)
    if existing := await store.client_named(work, key, website):
        raise ClientExists(client_id=str(existing))
    client, secret, until = uuid7(), new_secret("rtc_"), work.now + lifetime
    slug = slug_of(name)
    slug = free_slug(slug, await store.slugs_like(work, slug))
    roles = await store.roles_here(work)
    agent = await least_loaded(work, [a for a, held in roles.items() if SALES_AGENT in held], work.actor)
    lineage = uuid7()
    await store.insert_client(
        work,
        id=client,
        name=name,
        name_key=key,
        slug=slug,
        website=website,
        claim_hash=hashed(secret),
        claim_expires_at=until,
        assigned_to=agent,
        contact_email=contact_email,
        contact_id=uuid7(),
        lineage=lineage,
    )
    await work.execute("select kernel.admit(:client, false, :now)", client=client, now=work.now)
    for person, held in {work.actor: set(work.roles), agent: {SALES_AGENT} | (set(work.roles) if agent == work.actor else set())}.items():
        await store.insert_assignments(work, client, person, sorted(held), SALES)
    await assignments.reach(work, EVERYWHERE, clients=[client])
    work.lineage = lineage
    work.emit(ClientRegistered(client_id=client, name=name, slug=slug))
    work.defer("identity.open_client", client_id=str(client))
    return Registered(client, slug, secret, until, "unclaimed", agent)


async def least_loaded(work: Work, agents: list[UUID], creator: UUID) -> UUID:
    """The active sales agent with the fewest open clients; the creator of two with as many, or when there is none."""
    load = await store.load_of(work, agents)
    return min(load, key=lambda agent: (load[agent], agent != creator, agent)) if load else creator


async def renew_claim(work: Work, lifetime: timedelta, client_id: UUID) -> Registered:
    """A new link; the older one is worth nothing from now on."""
    secret, until = new_secret("rtc_"), work.now + lifetime
    row = (
        await work.execute(
            "update identity.client set claim_hash = :hash, claim_expires_at = :until, status = 'unclaimed'"
            " where (organization_id, id) = (:o, :id) and status <> 'claimed' returning slug, assigned_to",
            hash=hashed(secret),
            until=until,
            o=work.organization,
            id=client_id,
        )
    ).first()
    if row is None:
        if await store.client(work, str(client_id)) is None:
            raise NotFound()
        raise AlreadyClaimed()
    return Registered(client_id, row.slug, secret, until, "unclaimed", row.assigned_to)


async def open_client(database: Database, operator: UUID, client_id: UUID) -> None:
    """Tell the client's own log that it exists; once, however often this runs."""
    async with database.work("identity", operator) as work:
        client = await store.client(work, str(client_id))
        if client is None:
            return
        agent = await store.user(work, client.assigned_to)
    async with database.work("identity", client_id) as work:
        await _open(work, client, agent.name if agent else None)


async def _open(work: Work, client: Any, agent_name: str | None) -> None:
    if not await store.insert_organization(work, client.name, operator=False, lead=client.assigned_to):
        return
    work.lineage = client.lineage
    work.emit(OrganizationCreated(name=client.name, operator=False))
    work.emit(
        ClientCreated(
            client_id=client.id,
            name=client.name,
            slug=client.slug,
            website=client.website,
            claim_expires_at=client.claim_expires_at,
            person=client.contact_id,
            contact_email=client.contact_email,
        )
    )
    work.emit(AgentAssigned(agent_id=client.assigned_to, role=SALES_AGENT, automatic=True, person=client.assigned_to, name=agent_name))


async def tell_client(database: Database, operator: UUID, client_id: UUID) -> None:
    """The client's own log follows what the operator's says; told once, however often this runs."""
    await open_client(database, operator, client_id)
    async with database.work("identity", operator) as work:
        client = await store.client(work, str(client_id))
        if client is None:
            return
        there = await assignments.put_on_by_somebody(work, client_id)
        agent = await store.user(work, client.assigned_to)
    async with database.work("identity", client_id) as work:
        work.lineage = client.lineage
        if agent is not None and await assignments.follow_lead(work, agent.id):
            work.emit(AgentAssigned(agent_id=agent.id, role=SALES_AGENT, automatic=False, person=agent.id, name=agent.name))
        for row in there:
            what = {
                "client_id": client_id,
                "user_id": row.agent_id,
                "role": row.role,
                "by": row.assigned_by,
                "person": row.agent_id,
                "name": row.name,
            }
            if await assignments.told_begun(work, row):
                work.emit(StaffPutOn(**what, until=row.until, stands_in_for=row.stands_in_for))
            if row.ended_at is not None and await assignments.told_ended(work, row.id):
                work.emit(StaffTakenOff(**what))


@dataclass(frozen=True)
class Claimed:
    client_id: UUID
    user_id: UUID
    number: int | None


async def claim(database: Database, secret: str, email: str, password: str, name: str, address: str) -> Claimed:
    """The client's first owner. Whoever claims at the same moment with the same link comes too late."""
    operator = await operator_of(database)
    await count_attempt(database, operator, None, address)
    rows = await database.call("select * from lookup.claim(:hash)", hash=hashed(secret))
    if not rows:
        raise ClaimUnknown()
    found = rows[0]
    if found.status == "claimed":
        raise AlreadyClaimed()
    if found.expires_at <= database.clock.now() or found.status == "expired":
        raise ClaimTooLate()
    await forgive_attempt(database, operator, None, address)
    password_hash = await hash_password(password)
    await open_client(database, found.organization_id, found.id)
    async with database.work("identity", found.organization_id) as work:
        client = await store.client(work, str(found.id))
    if client is None:
        raise ClaimUnknown()
    owner: UUID = client.contact_id if client.contact_email == email else uuid7()
    async with database.work("identity", found.id) as work:
        taken = await work.execute(
            "update identity.organization set claimed_by = :u where (organization_id, id) = (:o, :o) and claimed_by is null returning id",
            o=work.organization,
            u=owner,
        )
        if taken.first() is None:
            raise AlreadyClaimed()
        await insert_user(work, owner, email, name, password_hash)
        await work.execute("select kernel.allow(:u, :o, :roles)", u=owner, o=work.organization, roles=["owner"])
        work.lineage = client.lineage
        work.emit(ClientClaimed(client_id=work.organization, person=owner, email=email))
        work.defer("identity.mark_claimed", client_id=str(found.id))
    await mark_claimed(database, found.id)
    return Claimed(found.id, owner, work.number)


async def mark_claimed(database: Database, client_id: UUID) -> None:
    """The operator's row follows what the client's organization says; run at once, and by a job in case this process dies between."""
    operator = await operator_of(database)
    async with database.work("identity", operator) as work:
        await work.execute(
            "update identity.client set status = 'claimed' where (organization_id, id) = (:o, :id)", o=operator, id=client_id
        )


async def expire_claims(database: Database) -> None:
    operator = await operator_of(database)
    async with database.work("identity", operator) as work:
        expired = await work.execute(
            "update identity.client set status = 'expired' where organization_id = :o and status = 'unclaimed' and claim_expires_at <= :now"
            " returning id, lineage",
            o=operator,
            now=work.now,
        )
        for row in expired:
            work.emit(ClaimExpired(client_id=row.id, lineage=row.lineage))
        await drop_old_attempts(work)

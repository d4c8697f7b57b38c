"""SQL of identity: every statement names its organization, since staff read those of many."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from retinue.kernel.work import Work, uuid7

CLIENT = (
    "select c.*, case when c.status = 'unclaimed' and c.claim_expires_at <= :now then 'expired' else c.status end as shown"
    " from identity.client c where c.organization_id = :o"
)


async def insert_organization(work: Work, name: str, *, operator: bool, lead: UUID | None = None) -> bool:
    """False when it is there already; then another transaction has told of it."""
    new = await work.execute(
        "insert into identity.organization (organization_id, id, name, operator, created_at, lead) values (:o, :o, :name, :operator, :now, :lead)"
        " on conflict do nothing returning id",
        o=work.organization,
        name=name,
        operator=operator,
        now=work.now,
        lead=lead,
    )
    return new.first() is not None


async def lock_organization(work: Work) -> bool:
    """One at a time where names, loads or the last owner are read and then written. Answers whether this is the operator."""
    row = await work.execute(
        "select operator from identity.organization where (organization_id, id) = (:o, :o) for update", o=work.organization
    )
    return bool(row.scalar())


async def is_operator(work: Work) -> bool:
    row = await work.execute("select operator from identity.organization where (organization_id, id) = (:o, :o)", o=work.organization)
    return bool(row.scalar())


async def client_named(work: Work, name_key: str, website: str | None) -> UUID | None:
    row = await work.execute(
        "select id from identity.client where (organization_id, name_key, coalesce(website, '')) = (:o, :key, :website)",
        o=work.organization,
        key=name_key,
        website=website or "",
    )
    id: UUID | None = row.scalar()
    return id


async def slugs_like(work: Work, slug: str) -> set[str]:
    rows = await work.execute(
        "select slug from identity.client where organization_id = :o and (slug = :slug or starts_with(slug, :slug || '-'))",
        o=work.organization,
        slug=slug,
    )
    return set(rows.scalars())


async def insert_client(work: Work, **values: Any) -> None:
    await work.execute(
        "insert into identity.client (organization_id, id, name, name_key, slug, website, status, claim_hash, claim_expires_at,"
        " assigned_to, contact_email, contact_id, lineage, created_at) values (:o, :id, :name, :name_key, :slug, :website, 'unclaimed',"
        " :claim_hash, :claim_expires_at, :assigned_to, :contact_email, :contact_id, :lineage, :now)",
        o=work.organization,
        now=work.now,
        **values,
    )


async def insert_assignments(work: Work, client: UUID, agent: UUID, roles: Sequence[str], stage: str) -> None:
    await work.execute(
        "insert into identity.assignment (organization_id, id, client_id, agent_id, role, stage, started_at)"
        " select :o, r.id, :client, :agent, r.role, :stage, :now from unnest(cast(:ids as uuid[]), cast(:roles as text[])) r(id, role)"
        " on conflict do nothing",
        o=work.organization,
        client=client,
        agent=agent,
        stage=stage,
        now=work.now,
        ids=[uuid7() for _ in roles],
        roles=list(roles),
    )


async def roles_here(work: Work) -> dict[UUID, list[str]]:
    """Everybody who may act in this organization, with their roles."""
    rows = await work.execute("select actor, roles from kernel.actors() where organization_id = :o", o=work.organization)
    return {row.actor: row.roles for row in rows}


async def load_of(work: Work, agents: Sequence[UUID]) -> dict[UUID, int]:
    """Open clients of each agent who may sign in."""
    rows = await work.execute(
        'select u.id, count(c.id) as load from identity."user" u left join identity.client c'
        " on (c.organization_id, c.assigned_to) = (u.organization_id, u.id) and c.status <> 'expired'"
        " where u.organization_id = :o and u.id = any(:agents) and u.disabled_at is null group by u.id",
        o=work.organization,
        agents=list(agents),
    )
    return {row.id: row.load for row in rows}


async def client(work: Work, id_or_slug: str) -> Any | None:
    """The row with `shown`, its status now: a claim that ran out is expired before the nightly job says so."""
    row = await work.execute(
        CLIENT + " and (cast(c.id as text) = :it or c.slug = :it)", o=work.organization, now=work.now, it=id_or_slug.lower()
    )
    return row.first()


async def clients(work: Work, *, q: str | None, name_key: str | None, status: str | None, before: UUID | None, size: int) -> Sequence[Any]:
    """The newest first; one more than `size`."""
    rows = await work.execute(
        f"select * from ({CLIENT}) c where (cast(:q as text) is null or position(:q in c.name_key) > 0 or position(:q in c.slug) > 0)"
        " and (cast(:name as text) is null or c.name_key = :name) and (cast(:status as text) is null or c.shown = :status)"
        " and (cast(:before as uuid) is null or c.id < :before) order by c.id desc limit :size",
        o=work.organization,
        now=work.now,
        q=q,
        name=name_key,
        status=status,
        before=before,
        size=size + 1,
    )
    return rows.all()


async def user(work: Work, id: UUID) -> Any | None:
    row = await work.execute('select * from identity."user" where (organization_id, id) = (:o, :id)', o=work.organization, id=id)
    return row.first()


async def users(work: Work, *, after: UUID | None, size: int) -> Sequence[Any]:
    rows = await work.execute(
        'select * from identity."user" where organization_id = :o and (cast(:after as uuid) is null or id > :after) order by id limit :size',
        o=work.organization,
        after=after,
        size=size + 1,
    )
    return rows.all()


async def key(work: Work, id: UUID) -> Any | None:
    """Locked, since whoever reads it here changes it."""
    row = await work.execute(
        "select * from identity.api_key where (organization_id, id) = (:o, :id) and revoked_at is null for update",
        o=work.organization,
        id=id,
    )
    return row.first()


async def keys(work: Work, *, before: UUID | None, size: int) -> Sequence[Any]:
    rows = await work.execute(
        "select * from identity.api_key where organization_id = :o and (cast(:before as uuid) is null or id < :before)"
        " order by id desc limit :size",
        o=work.organization,
        before=before,
        size=size + 1,
    )
    return rows.all()

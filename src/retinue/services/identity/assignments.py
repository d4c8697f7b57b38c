"""SQL of who is on which client, and of what everybody reaches by that."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from retinue.kernel.work import Work, uuid7

NAMED = (
    'select a.*, u.name, c.name as client_name from identity.assignment a join identity."user" u on (u.organization_id, u.id) = (a.organization_id, a.agent_id)'
    " join identity.client c on (c.organization_id, c.id) = (a.organization_id, a.client_id) where a.organization_id = :o"
)


async def reach(
    work: Work, everywhere: Iterable[str], *, agents: Sequence[UUID] | None = None, clients: Sequence[UUID] | None = None
) -> None:
    """Write into the kernel what people of the operator may do at clients: what they are on, as far as they hold it at home, and what reaches everywhere.

    `agents`, `clients`: of these only; None: of all.
    """
    await work.execute(
        "select kernel.allow(p.agent, p.client, nullif(p.roles, '{}')) from (select u.id as agent, c.id as client, array(select distinct r from unnest("
        " array(select a.role from identity.assignment a where (a.organization_id, a.agent_id, a.client_id) = (:o, u.id, c.id) and a.ended_at is null"
        "  and a.role = any(k.roles)) || array(select h from unnest(k.roles) h where h = any(:everywhere))) r order by r) as roles"
        ' from identity."user" u left join kernel.actors() k on (k.actor, k.organization_id) = (u.id, :o) cross join identity.client c'
        " where u.organization_id = :o and c.organization_id = :o and (cast(:agents as uuid[]) is null or u.id = any(:agents))"
        " and (cast(:clients as uuid[]) is null or c.id = any(:clients))) p",
        o=work.organization,
        everywhere=sorted(everywhere),
        agents=None if agents is None else list(agents),
        clients=None if clients is None else list(clients),
    )


async def assign(
    work: Work,
    client_id: UUID,
    user_id: UUID,
    role: str,
    *,
    stage: str,
    by: UUID | None,
    until: Any = None,
    stands_in_for: UUID | None = None,
) -> UUID:
    """Answers the assignment; one that is open already has what this one says."""
    rows = await work.execute(
        "insert into identity.assignment as a (organization_id, id, client_id, agent_id, role, stage, started_at, until, stands_in_for, assigned_by)"
        " values (:o, :id, :client, :agent, :role, :stage, :now, :until, :stands_in_for, :by)"
        " on conflict (organization_id, agent_id, client_id, role) where ended_at is null"
        " do update set until = excluded.until, stands_in_for = excluded.stands_in_for, assigned_by = excluded.assigned_by returning id",
        o=work.organization,
        id=uuid7(),
        client=client_id,
        agent=user_id,
        role=role,
        stage=stage,
        now=work.now,
        until=until,
        stands_in_for=stands_in_for,
        by=by,
    )
    id: UUID = rows.scalar_one()
    return id


async def open_ones(work: Work, client_id: UUID | None, user_id: UUID | None) -> Sequence[Any]:
    """Open ones, of a client, of a person or of both, with names."""
    rows = await work.execute(
        NAMED + " and a.ended_at is null and (cast(:client as uuid) is null or a.client_id = :client)"
        " and (cast(:agent as uuid) is null or a.agent_id = :agent) order by a.started_at, a.id limit 1000",
        o=work.organization,
        client=client_id,
        agent=user_id,
    )
    return rows.all()


async def put_on_by_somebody(work: Work, client_id: UUID) -> Sequence[Any]:
    """Those of a client that did not come with its registration, the oldest first; the ended ones too."""
    rows = await work.execute(
        NAMED + " and a.client_id = :client and a.assigned_by is not null order by a.started_at, a.id",
        o=work.organization,
        client=client_id,
    )
    return rows.all()


async def end_assignments(work: Work, ids: Sequence[UUID]) -> None:
    await work.execute(
        "update identity.assignment set ended_at = :now where organization_id = :o and id = any(:ids) and ended_at is null",
        o=work.organization,
        ids=list(ids),
        now=work.now,
    )


async def due_assignment(work: Work, id: UUID) -> Any | None:
    """This one when its time is over and it has not ended, held to the end of the Work."""
    rows = await work.execute(
        "select * from identity.assignment where (organization_id, id) = (:o, :id) and ended_at is null and until <= :now for update",
        o=work.organization,
        id=id,
        now=work.now,
    )
    return rows.first()


async def overdue_assignments(work: Work) -> Sequence[Any]:
    rows = await work.execute(
        "select * from identity.assignment where organization_id = :o and ended_at is null and until <= :now order by id for update",
        o=work.organization,
        now=work.now,
    )
    return rows.all()


async def left_alone(work: Work, user_id: UUID, held: Sequence[str], *, leads: bool, everywhere: bool) -> Sequence[Any]:
    """Clients that this person would leave with no more than these roles: with role null those that they look after, else what they were put on as.

    `leads`: they may look after none any more. Whoever stands in for somebody leaves nobody alone.
    """
    rows = await work.execute(
        "select c.id as client_id, c.name, null as role from identity.client c where (c.organization_id, c.assigned_to) = (:o, :agent) and :leads"
        " union all select c.id, c.name, a.role from identity.assignment a"
        " join identity.client c on (c.organization_id, c.id) = (a.organization_id, a.client_id)"
        " where (a.organization_id, a.agent_id) = (:o, :agent) and a.ended_at is null and a.assigned_by is not null and a.until is null and not :everywhere"
        " and not a.role = any(:held) and not exists (select from identity.assignment b where (b.organization_id, b.agent_id, b.client_id) ="
        " (a.organization_id, a.agent_id, a.client_id) and b.ended_at is null and b.role = any(:held)) order by 2, 3",
        o=work.organization,
        agent=user_id,
        held=list(held),
        leads=leads,
        everywhere=everywhere,
    )
    return rows.all()


async def lead(work: Work, client_id: UUID, user_id: UUID) -> None:
    await work.execute(
        "update identity.client set assigned_to = :agent where (organization_id, id) = (:o, :id)",
        o=work.organization,
        id=client_id,
        agent=user_id,
    )


async def led(work: Work, user_id: UUID) -> Sequence[Any]:
    rows = await work.execute(
        "select id, name from identity.client where (organization_id, assigned_to) = (:o, :agent) order by id desc limit 1000",
        o=work.organization,
        agent=user_id,
    )
    return rows.all()


async def follow_lead(work: Work, user_id: UUID) -> bool:
    """In the client's own organization. False when its log was told already."""
    rows = await work.execute(
        "update identity.organization set lead = :agent where (organization_id, id) = (:o, :o) and lead is distinct from :agent returning id",
        o=work.organization,
        agent=user_id,
    )
    return rows.first() is not None


async def told_begun(work: Work, assignment: Any) -> bool:
    """In the client's own organization. False when its log was told already."""
    rows = await work.execute(
        "insert into identity.attendant (organization_id, id, user_id, role) values (:o, :id, :user, :role) on conflict do nothing returning id",
        o=work.organization,
        id=assignment.id,
        user=assignment.agent_id,
        role=assignment.role,
    )
    return rows.first() is not None


async def told_ended(work: Work, id: UUID) -> bool:
    """In the client's own organization. False when its log was told already."""
    rows = await work.execute(
        "update identity.attendant set ended = true where (organization_id, id) = (:o, :id) and not ended returning id",
        o=work.organization,
        id=id,
    )
    return rows.first() is not None

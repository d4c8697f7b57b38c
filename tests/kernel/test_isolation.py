"""What a room's SQL may reach: one organization's rows of its own schema, and nothing else."""

from uuid import uuid4

import psycopg
import pytest

from kernel.conftest import Tenant
from kernel.toys.toy_calls.domain import end
from retinue.kernel.errors import NotFound
from retinue.kernel.work import Database

DENIED = "permission denied|must be owner|row-level security"


async def refused(database: Database, room: str, organization: object, actor: object, sql: str, **values: object) -> None:
    with pytest.raises(psycopg.Error, match=DENIED):
        async with database.work(room, organization, actor) as work:
            await work.execute(sql, **values)


async def test_another_organizations_rows_do_not_exist(database: Database, tenant: Tenant) -> None:
    (one, actor), (two, other) = tenant(), tenant()
    async with database.work("toy_calls", one, actor) as work:
        await end(work, 3)
    async with database.work("toy_calls", two, other) as work:
        assert (await work.execute("select count(*) from toy_calls.call")).scalar() == 0
        assert (await work.execute("update toy_calls.call set minutes = 9")).rowcount == 0
        assert (await work.execute("delete from toy_calls.call")).rowcount == 0
        assert (await work.execute("select count(*) from kernel.person")).scalar() == 0
    async with database.work("toy_calls", one, actor) as work:
        assert (await work.execute("select minutes from toy_calls.call")).scalars().all() == [3]


async def test_an_organization_without_access_does_not_exist(database: Database, tenant: Tenant) -> None:
    (one, _), (_, other) = tenant(), tenant()
    for organization in (one, uuid4()):
        with pytest.raises(NotFound):
            async with database.work("toy_calls", organization, other):
                pass


async def test_rows_do_not_move_between_organizations(database: Database, tenant: Tenant) -> None:
    (one, actor), (two, _) = tenant(), tenant()
    async with database.work("toy_calls", one, actor) as work:
        await end(work)
    await refused(database, "toy_calls", one, actor, "update toy_calls.call set organization_id = :o", o=two)
    await refused(database, "toy_calls", one, actor, "insert into toy_calls.call values (:o, :o, :o, null, 1)", o=two)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from toy_billing.line",
        "insert into toy_dossier.entry values (gen_random_uuid(), 'k', null, 1)",
        "select * from events.log",
        "insert into events.log select null",
        "update events.head set number = 0",
        "select * from events.cursor",
        "delete from events.parked",
        "select * from kernel.access",
        "insert into kernel.access values (gen_random_uuid(), gen_random_uuid(), '{owner}')",
        "select * from kernel.organization",
        "select * from kernel.secret",
        "select * from kernel.credential",
        "delete from kernel.answer",
        "delete from kernel.person",
        "select * from jobs.procrastinate_jobs",
        "select kernel.begin(gen_random_uuid(), gen_random_uuid())",
        "select kernel.serve(gen_random_uuid())",
        "select kernel.enter(gen_random_uuid(), '')",
        "select kernel.seal('', '')",
        "select kernel.admit(gen_random_uuid(), true, '2026-01-01')",
        "select kernel.allow(gen_random_uuid(), kernel.organization(), '{owner}')",
        "select * from kernel.actors()",
        "select kernel.tenant_table('toy_calls.call')",
        "select * from lookup.credential('', '2026-01-01')",
        "select lookup.operator()",
        "select * from lookup.expired_asks('2126-01-01', '{toy_calls.summarise}', '{}', '{}', 9)",
        "select lookup.renew_asks(array[gen_random_uuid()], array[gen_random_uuid()], array[1], array['2126-01-01'::timestamptz])",
        "select * from lookup.open_asks()",
        "select lookup.drop_expired('2126-01-01')",
        "select * from events.take('toy_billing', '', gen_random_uuid(), 9, 0)",
        "select * from events.due(array['toy_billing'], array[''], null, '2126-01-01')",
        "select * from events.unpark('toy_billing', gen_random_uuid(), 1)",
        "select events.listen('toy_calls', '', '{}', true, '2126-01-01')",
        "select events.charge('toy_calls', '', '2126-01-01')",
        "select events.resume('toy_calls')",
        "alter table toy_calls.call disable row level security",
        "alter table toy_calls.call no force row level security",
        "create policy everything on toy_calls.call using (true)",
        "create table toy_calls.mine ()",
        "create schema mine",
        "create function pg_temp.f() returns int language sql security definer as 'select 1'; select * from kernel.secret",
        "set session authorization postgres",
        "set local role retinue_carrier",
        "set local role retinue_searcher",
        "set local role postgres",
        "grant retinue_toy_billing to retinue_toy_calls with inherit true",
        "alter role retinue_toy_calls bypassrls",
        "copy (select 1) to program 'true'",
    ],
)
async def test_a_rooms_sql_is_refused(database: Database, tenant: Tenant, sql: str) -> None:
    await refused(database, "toy_calls", *tenant(), sql.replace(":", "\\:"))


async def test_a_forged_scope_reads_and_writes_nothing(database: Database, tenant: Tenant) -> None:
    (one, actor), (two, other) = tenant(), tenant()
    async with database.work("toy_calls", one, actor) as work:
        await end(work)
    async with database.work("toy_calls", two, other) as work:
        await end(work)
        for name in ("app.organization", "app.organizations"):
            await work.execute("select set_config(:name, :o, true)", name=name, o=str(one))
        assert (await work.execute("select kernel.scope()")).scalar() == []
        assert (await work.execute("select kernel.organization()")).scalar() is None
        assert (await work.execute("select count(*) from toy_calls.call")).scalar() == 0
        assert (await work.execute("update toy_calls.call set minutes = 1")).rowcount == 0
        with pytest.raises(psycopg.Error, match="row-level security"):
            await work.execute("savepoint before")
            await work.execute("insert into toy_calls.call values (:o, :o, :o, null, 1)", o=one)
        await work.execute("rollback to savepoint before")
        work.events.clear()


async def test_a_seal_does_not_outlive_its_transaction(database: Database, tenant: Tenant) -> None:
    database = Database(database.url, pool=1)  # one connection, so that the second Work gets the first one's
    (one, actor), (two, other) = tenant(), tenant()
    async with database.work("toy_calls", one, actor) as work:
        await end(work)
        stolen = (await work.execute("select current_setting('app.seal'), pg_backend_pid()")).one()
    async with database.work("toy_calls", two, other) as work:
        same, pid = (await work.execute("select current_setting('app.organization'), pg_backend_pid()")).one()
        assert (same, pid) == (str(two), stolen.pg_backend_pid), "the pool gives the same connection, with nothing left over"
        for name, value in (("organization", str(one)), ("organizations", str(one)), ("seal", stolen.current_setting)):
            await work.execute("select set_config(:name, :value, true)", name=f"app.{name}", value=value)
        assert (await work.execute("select count(*) from toy_calls.call")).scalar() == 0
    await database.close()


async def test_becoming_another_room_keeps_the_organization(database: Database, tenant: Tenant, owner: psycopg.Connection) -> None:
    """In one process the rooms' roles are a guard rail: SQL of one may become another, but never leaves its organization."""
    (one, actor), (two, _) = tenant(), tenant()
    owner.execute("insert into toy_billing.line values (%s, %s, 1, 1), (%s, %s, 1, 1)", (one, one, two, two))
    async with database.work("toy_calls", one, actor) as work:
        await work.execute("set local role retinue_toy_billing")
        assert (await work.execute("select organization_id from toy_billing.line")).scalars().all() == [one]


async def test_without_a_work_there_is_nothing(database: Database, tenant: Tenant) -> None:
    one, actor = tenant()
    async with database.work("toy_calls", one, actor) as work:
        await end(work)
    with pytest.raises(psycopg.Error, match=DENIED):
        await database.call("select * from toy_calls.call")
    async with database.begun("set local role retinue_toy_calls", {}) as (wire, _):
        assert (await wire.send("select count(*) from toy_calls.call")).scalar() == 0
        assert (await wire.send("update toy_calls.call set minutes = 1")).rowcount == 0
        with pytest.raises(psycopg.Error, match=DENIED):
            await wire.send("insert into toy_calls.call values (gen_random_uuid(), gen_random_uuid(), null, null, 1)")


async def test_staff_reads_many_and_writes_one(database: Database, tenant: Tenant) -> None:
    operator, staff = tenant(operator=True)
    clients = [tenant(actor=staff, roles=("sales_agent",))[0] for _ in range(3)]
    stranger, _ = tenant()
    for organization in [*clients, stranger]:
        async with database.work("toy_calls", organization) as work:
            await end(work, 3)
    async with database.work("toy_calls", operator, staff) as work:
        assert set((await work.execute("select organization_id from toy_calls.call")).scalars()) == set(clients)
        assert (await work.execute("update toy_calls.call set minutes = 9")).rowcount == 0
        assert (await work.execute("delete from toy_calls.call")).rowcount == 0
        assert (await work.execute("select * from toy_calls.call for update")).all() == [], "locks are taken in the client's Work"
        with pytest.raises(psycopg.Error, match="row-level security"):
            await work.execute("savepoint before")
            await work.execute("insert into toy_calls.call values (:o, :o, :o, null, 1)", o=clients[0])
        await work.execute("rollback to savepoint before")
    async with database.work("toy_calls", clients[0], staff) as work:
        assert work.roles == ("sales_agent",)
        assert (await work.execute("select organization_id from toy_calls.call")).scalars().all() == [clients[0]]
        assert (await work.execute("update toy_calls.call set minutes = 9")).rowcount == 1


async def test_many_organizations_of_a_client_are_not_read_together(database: Database, tenant: Tenant) -> None:
    one, actor = tenant()
    two, _ = tenant(actor=actor)
    async with database.work("toy_calls", one) as work:
        await end(work)
    async with database.work("toy_calls", two, actor) as work:
        assert (await work.execute("select count(*) from toy_calls.call")).scalar() == 0
    async with database.work("toy_calls", one) as work:
        assert (await work.execute("select count(*) from toy_calls.call")).scalar() == 1


async def test_a_work_rolls_back_whole(database: Database, tenant: Tenant, owner: psycopg.Connection) -> None:
    one, actor = tenant()
    with pytest.raises(ZeroDivisionError):
        async with database.work("toy_calls", one, actor) as work:
            await end(work)
            work.defer("toy_calls.end", minutes=1)
            await work.flush()
            raise ZeroDivisionError
    counts = "(select count(*) from toy_calls.call), (select count(*) from events.log), (select count(*) from jobs.procrastinate_jobs)"
    assert (
        owner.execute(f"select {counts}, (select count(*) from kernel.person), (select count(*) from events.head)").fetchone() == (0,) * 5
    )


async def test_only_the_operator_admits(owner: psycopg.Connection, owner_url: str, server: str, tenant: Tenant) -> None:
    """As the room `identity` would call them: a client's Work admits nobody and lets people into no other organization."""
    operator, _ = tenant(operator=True)
    (client, actor), (other, _) = tenant(), tenant()
    owner.execute(
        "grant execute on function kernel.admit(uuid, boolean, timestamptz), kernel.allow(uuid, uuid, text[]) to retinue_toy_calls"
    )

    def as_room(organization: object, sql: str, *values: object) -> None:
        with owner.transaction():
            owner.execute("select kernel.serve(%s)", (organization,))
            owner.execute("set local role retinue_toy_calls")
            owner.execute(sql, values)

    admit, allow = "select kernel.admit(%s, false, now())", "select kernel.allow(%s, %s, '{owner}')"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_room(client, admit, uuid4())
    with pytest.raises(psycopg.errors.UniqueViolation):
        as_room(client, "select kernel.admit(%s, true, now())", uuid4())
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_room(client, allow, actor, other)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_room(client, allow, actor, operator)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_room(client, "select kernel.allow(%s, %s, null)", actor, other)
    as_room(client, allow, uuid4(), client)
    new = uuid4()
    as_room(operator, admit, new)
    as_room(operator, allow, actor, new)
    owner.execute(
        "revoke all on function kernel.admit(uuid, boolean, timestamptz), kernel.allow(uuid, uuid, text[]) from retinue_toy_calls"
    )


def test_the_login_owns_and_inherits_nothing(owner: psycopg.Connection) -> None:
    owned = "select count(*) from pg_class where relowner = 'retinue_app'::regrole"
    assert owner.execute(owned).fetchone() == (0,)
    assert owner.execute("select count(*) from pg_proc where proowner = 'retinue_app'::regrole").fetchone() == (0,)
    row = owner.execute("select rolinherit, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = 'retinue_app'")
    assert row.fetchone() == (False,) * 5
    assert owner.execute(
        "select count(*) from pg_auth_members where member = 'retinue_app'::regrole and (inherit_option or admin_option)"
    ).fetchone() == (0,)
    may_become = owner.execute(
        "select rolname from pg_roles where rolname ~ '^retinue_' and rolname <> 'retinue_app' and pg_has_role('retinue_app', oid, 'set')"
        " and rolname in ('retinue_carrier', 'retinue_searcher')"
    )
    assert may_become.fetchall() == []

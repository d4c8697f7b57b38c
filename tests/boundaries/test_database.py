"""What the database itself enforces, over the schemas of all rooms."""

import ast
import dataclasses
import re
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import NoneType
from typing import get_args, get_type_hints
from uuid import UUID

import psycopg
import pytest

from conftest import PASSWORD, as_login, with_name
from retinue.assembly import schema as schema_file
from retinue.assembly.install import PATIENCE, build, grants, install, schema_files, upgrade
from retinue.assembly.rooms import ENGINES, ROOMS
from retinue.embedded import postgres
from retinue.kernel.pool import conninfo_of
from retinue.kernel.tables import Row

HERE = Path(__file__).parent
SOURCE = HERE.parents[1] / "src/retinue"
OURS = "nspname !~ '^pg_' and nspname not in ('information_schema', 'extensions', 'public')"


@pytest.fixture(scope="module")
def house(server: str, template: str) -> Iterator[psycopg.Connection]:
    """The real template; only read."""
    with psycopg.connect(with_name(server, template), autocommit=True) as connection:
        yield connection


def test_the_functions_that_cross_tenants_are_a_closed_list(house: psycopg.Connection) -> None:
    """Each is a door in the wall between tenants: whoever adds one says so in definers.txt."""
    found = [
        f"{owner} {name}"
        for owner, name in house.execute(
            "select proowner::regrole::text, oid::regprocedure::text from pg_proc where prosecdef order by 2"
        ).fetchall()
    ]
    listed = (HERE / "definers.txt").read_text().splitlines()
    assert found == listed, "\n".join(["definers.txt should hold:", *found])


def test_such_functions_belong_to_roles_that_may_little(house: psycopg.Connection) -> None:
    rows = house.execute(
        "select p.oid::regprocedure::text, r.rolname, r.rolsuper or r.rolcanlogin or r.rolbypassrls, has_function_privilege('public', p.oid, 'execute'),"
        " coalesce(p.proconfig::text, '') from pg_proc p join pg_roles r on r.oid = p.proowner where p.prosecdef"
    ).fetchall()
    assert rows
    for name, owner, mighty, public, settings in rows:
        assert owner in ("retinue_carrier", "retinue_searcher") and not mighty, name
        assert not public or name in ("kernel.scope()", "kernel.organization()"), name
        assert "search_path=" in settings and "pg_temp" in settings, name
        path = settings.split("search_path=")[1].split('"')[0]
        assert path.rstrip("}").endswith("pg_temp") and "public" not in path, f"{name}: {path}"
    owned = "select count(*) from pg_class where relowner in ('retinue_carrier'::regrole, 'retinue_searcher'::regrole)"
    assert house.execute(owned).fetchone() == (0,)


def test_every_tenant_table_is_under_forced_policies(house: psycopg.Connection) -> None:
    tables = house.execute(
        f"select c.oid::regclass::text, c.relrowsecurity, c.relforcerowsecurity, c.oid from pg_class c join pg_namespace n on n.oid = relnamespace"
        f" where {OURS} and relkind in ('r', 'p') and exists (select from pg_attribute a where a.attrelid = c.oid and attname = 'organization_id')"
        f" and c.oid not in ('events.head'::regclass, 'kernel.access'::regclass)"  # no room may touch these two at all
    ).fetchall()
    assert len(tables) >= 7
    reads = "(organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[]))"
    writes = "(organization_id = ( SELECT kernel.organization() AS organization))"
    for name, enabled, forced, oid in tables:
        assert enabled and forced, name
        policies = {
            row[0]: row[1:]
            for row in house.execute(
                "select polcmd::text, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) from pg_policy"
                " where polrelid = %s and polroles = '{0}' and polpermissive",
                (oid,),
            ).fetchall()
        }
        assert policies == {"r": (reads, None), "a": (None, writes), "w": (writes, None), "d": (writes, None)}, (name, policies)
        others = house.execute(
            "select r.rolname from pg_policy p, unnest(polroles) o join pg_roles r on r.oid = o where polrelid = %s", (oid,)
        ).fetchall()
        assert {row[0] for row in others} <= {"retinue_carrier", "retinue_searcher"}, name


def test_a_table_without_an_organization_is_the_kernels(house: psycopg.Connection) -> None:
    """A room's table without organization_id would be shared by all tenants."""
    rows = house.execute(
        f"select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = relnamespace where {OURS} and nspname not in ('jobs', 'kernel', 'events')"
        " and relkind in ('r', 'p') and not exists (select from pg_attribute a where a.attrelid = c.oid and attname = 'organization_id')"
    ).fetchall()
    assert rows == []


def test_keys_begin_with_the_organization(house: psycopg.Connection) -> None:
    """Unique constraints and foreign keys look through policies: one that ignores the organization tells what other tenants have."""
    rows = house.execute(
        f"select conrelid::regclass||'.'||conname from pg_constraint k join pg_class c on c.oid = conrelid join pg_namespace n on n.oid = relnamespace"
        f" where {OURS} and nspname not in ('jobs', 'kernel', 'events') and contype in ('p', 'u', 'f')"
        " and not exists (select from pg_attribute a where attrelid = conrelid and attname = 'organization_id' and attnum = any(conkey))"
    ).fetchall()
    # The hash of 256 random bits tells nobody anything; sign-in looks it up before it knows a tenant.
    assert [row[0] for row in rows if not row[0].endswith("hash_key")] == []


def test_grants_are_what_the_manifests_say(house: psycopg.Connection) -> None:
    schemas = {row[0] for row in house.execute(f"select nspname from pg_namespace where {OURS}").fetchall()}
    said = {
        (f"retinue_{room}", schema): {p.strip().upper() for p in privileges.split(",")}
        for room, schema, privileges in grants(ROOMS, ENGINES)
    }
    for room in ROOMS:
        for schema in schemas - {"kernel", "events", "jobs", "lookup"}:
            tables = house.execute(
                "select c.oid::regclass::text, array_agg(p) filter (where has_table_privilege(%s, c.oid, p)) from pg_class c,"
                " unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p"
                " where relkind in ('r', 'p') and relnamespace = %s::regnamespace group by 1",
                (f"retinue_{room.name}", schema),
            ).fetchall()
            for table, privileges in tables:
                assert set(privileges or ()) == said.get((f"retinue_{room.name}", schema), set()), (room.name, table)
            may_create = house.execute("select has_schema_privilege(%s, %s, 'create')", (f"retinue_{room.name}", schema)).fetchone()
            assert may_create == (False,), (room.name, schema)


def test_no_room_reaches_what_carries(house: psycopg.Connection) -> None:
    kernel = {"kernel.person", "kernel.answer", "kernel.ask"}
    extra = {"identity": {"kernel.credential"}, "copilot": {"events.log", "events.parked", "events.cursor"}}
    for room in ROOMS:
        reached = house.execute(
            "select c.oid::regclass::text from pg_class c where relkind in ('r', 'p') and relnamespace = any(array['kernel', 'events', 'jobs']::regnamespace[])"
            " and has_table_privilege(%s, c.oid, 'select, insert, update, delete')",
            (f"retinue_{room.name}",),
        ).fetchall()
        assert {row[0] for row in reached} == kernel | extra.get(room.name, set()), room.name
        lookups = house.execute(
            "select oid::regprocedure::text from pg_proc where pronamespace = 'lookup'::regnamespace and has_function_privilege(%s, oid, 'execute')"
            " and has_schema_privilege(%s, 'lookup', 'usage')",
            (f"retinue_{room.name}", f"retinue_{room.name}"),
        ).fetchall()
        assert lookups == [], room.name


def test_the_login_may_begin_and_carry_but_read_no_row(house: psycopg.Connection) -> None:
    rows = house.execute(
        "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = relnamespace where "
        f"{OURS} and nspname <> 'jobs' and relkind in ('r', 'p') and has_table_privilege('retinue_app', c.oid, 'select, insert, update, delete')"
    ).fetchall()
    assert rows == []


def test_the_tables_in_python_are_the_tables_in_the_database(server: str, template: str) -> None:
    """By name, type and whether they may be null; a class that is only read may leave columns out."""
    kinds = Row.__subclasses__()
    assert len(kinds) > 10
    with psycopg.connect(with_name(server, template)) as connection:
        for kind in kinds:
            stands = connection.execute(
                "select attname, format_type(atttypid, null), attnotnull from pg_attribute where attrelid = %s::regclass and attnum > 0"
                " and not attisdropped",
                (kind.table,),
            ).fetchall()
            columns = {name: (type_, required) for name, type_, required in stands}
            said = get_type_hints(kind)
            for field in dataclasses.fields(kind):
                type_, required = columns[field.name]
                hint = said[field.name]
                of = next(each for each in (*get_args(hint), hint) if each is not NoneType)
                assert type_ in (("jsonb",) if field.name in kind.documents else PYTHONS[of]), f"{kind.table}.{field.name} is {type_}"
                assert required == (NoneType not in get_args(hint)), f"{kind.table}.{field.name}"
            missing = [name for name, (_, required) in columns.items() if required and name not in said]
            assert missing in ([], ["words"]), f"no row of {kind.table} can be added without {missing}"


PYTHONS = {
    UUID: ("uuid",),
    str: ("text",),
    int: ("integer", "bigint"),
    bool: ("boolean",),
    float: ("real", "double precision"),
    datetime: ("timestamp with time zone",),
}


def pg_dump() -> Path:
    try:
        return postgres.program("pg_dump")
    except postgres.CannotRun as refusal:
        pytest.skip(str(refusal))


@pytest.fixture
def empty(server: str) -> Iterator[list[str]]:
    """Addresses of two empty databases."""
    names = [f"schema_{uuid.uuid4().hex[:8]}" for _ in range(2)]
    with psycopg.connect(with_name(server, "postgres"), autocommit=True) as connection:
        for name in names:
            connection.execute(f"create database {name}")
        yield [with_name(server, name) for name in names]
        for name in names:
            connection.execute(f"drop database {name} with (force)")


def test_the_schema_files_build_what_the_migrations_build(empty: list[str], server: str) -> None:
    """Under another prefix than the one they were made with."""
    one, two = empty
    program = pg_dump()
    schema_file.roles(one)
    upgrade(one)
    made = schema_file.dump(one, program)
    assert not [name for name, text in made.items() if "retinue_" in text]
    assert {path.stem: path.read_text() for path in schema_files()} == made, "run: make schema"
    schema_file.roles(two, "kt_other")
    with psycopg.connect(two, autocommit=True) as connection:
        build(connection, "kt_other")
    assert schema_file.dump(two, program, "kt_other") == made


def test_installing_twice_changes_nothing(server: str, template: str, house: psycopg.Connection) -> None:
    acl = "select oid::regclass::text, relacl::text from pg_class where relacl is not null order by 1"
    before = house.execute(acl).fetchall()
    assert install(with_name(server, template), ROOMS, ENGINES, PASSWORD) is False
    assert house.execute(acl).fetchall() == before


def test_a_login_waits_for_nothing_without_end(server: str, template: str) -> None:
    """On any server: a transaction left lying, a lock and a statement end by themselves; what a connection's other side lost is noticed."""
    with psycopg.connect(conninfo_of(as_login(with_name(server, template)))) as connection:
        said = {name: connection.execute(f"show {name}").fetchone() for name in PATIENCE}
        assert said == {"idle_in_transaction_session_timeout": ("1min",), "lock_timeout": ("30s",), "statement_timeout": ("2min",)}
        assert {"keepalives_idle", "tcp_user_timeout", "connect_timeout"} <= connection.info.get_parameters().keys()


def statements() -> Iterator[tuple[str, str]]:
    """File and text of every piece of SQL in the code; the migrations tell of what once was."""
    for file in sorted(SOURCE.rglob("*.py")):
        if "migrations" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.search(r"\b(select|insert|update|delete)\b", node.value)
            ):
                yield str(file.relative_to(SOURCE)), node.value


def missing(text: str, functions: set[str], relations: set[str], schemas: set[str]) -> list[str]:
    called = [f"{s}.{f}" for s, f in re.findall(r"(?<![\w.])([a-z_]+)\.([a-z_]+)\(", text) if s in schemas]
    read = [f"{s}.{t}" for s, t in re.findall(r"\b(?:from|join|into|update)\s+([a-z_]+)\.([a-z_]+)\b(?!\s*\()", text) if s in schemas]
    return [name for name in called if name not in functions] + [name for name in read if name not in relations]


def test_what_statements_name_is_in_the_database(house: psycopg.Connection) -> None:
    """A revision that drops a function, and a statement elsewhere that calls it, meet here and not in production."""
    schemas = {row[0] for row in house.execute(f"select nspname from pg_namespace where {OURS}").fetchall()}
    of = "select n.nspname || '.' || {} from {} join pg_namespace n on n.oid = {}"
    functions = {row[0] for row in house.execute(of.format("proname", "pg_proc", "pronamespace")).fetchall()}
    relations = {row[0] for row in house.execute(of.format("relname", "pg_class", "relnamespace")).fetchall()}
    found = [(file, name) for file, text in statements() for name in missing(text, functions, relations, schemas)]
    assert not found
    assert missing("select events.nothing(:o) from kernel.nothing", functions, relations, schemas) == ["events.nothing", "kernel.nothing"]

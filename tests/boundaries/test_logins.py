"""What a login of the database can do: become its rooms and no other, with a password that opens no other login, and with what manifests say now."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from assembled import PASSWORD, settings
from conftest import with_name
from retinue.assembly.install import install, login_password
from retinue.assembly.process import NotMigrated, entered, migrated, named
from retinue.assembly.rooms import ENGINES, ROOMS
from retinue.kernel.errors import Refusal
from retinue.kernel.room import Engine, Room
from retinue.kernel.schema import PREFIX
from retinue.services.library import room as library


@pytest.fixture
def some(owner_url: str, tmp_path: Path) -> str:
    """The address of a login that is `library` and `research`."""
    return migrated(settings(tmp_path), owner_url, named(["library", "research"]))[0]


def test_a_process_of_some_rooms_becomes_these_only(some: str) -> None:
    with psycopg.connect(some, autocommit=True) as connection:
        for room in ROOMS:
            become = f"set role retinue_{room.name}"
            if room.name in ("library", "research"):
                connection.execute(become)
                connection.execute("reset role")
            else:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(become)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("set role retinue_app")


def test_its_password_opens_no_other_login(some: str, owner_url: str) -> None:
    its = psycopg.conninfo.conninfo_to_dict(some)
    everything = str(psycopg.conninfo.make_conninfo(some, user="retinue_app"))
    assert its["user"] != "retinue_app"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(everything)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(some.replace(str(its["user"]), str(psycopg.conninfo.conninfo_to_dict(owner_url)["user"])))
    psycopg.connect(psycopg.conninfo.make_conninfo(some, user="retinue_app", password=login_password(PASSWORD, "app"))).close()


async def test_a_process_starts_without_the_owner(some: str, tmp_path: Path) -> None:
    own = tmp_path / "of-its-own"  # where the secret that all passwords are made from never was
    async with entered(settings(own), some, named(["library", "research"])) as process:
        organization = (await process.database.call("select lookup.operator() as id"))[0].id
        assert organization is None


async def test_it_waits_for_a_database_that_is_behind(some: str, owner: psycopg.Connection, tmp_path: Path) -> None:
    owner.execute("comment on table public.alembic_version is '0001_kernel'")
    with pytest.raises(NotMigrated) as refused:
        async with entered(settings(tmp_path), some, named(["library"])):
            pytest.fail("it started")
    assert isinstance(refused.value, Refusal) and "retinue migrate" in refused.value.next


@pytest.fixture
def installed(server: str, template: str) -> Iterator[str]:
    """A database whose roles carry a prefix of their own, so that other tests' keep what they have."""
    with psycopg.connect(with_name(server, "postgres"), autocommit=True) as connection:
        connection.execute("create database test_grants")
    try:
        yield with_name(server, "test_grants")
    finally:
        with psycopg.connect(with_name(server, "postgres"), autocommit=True) as connection:
            connection.execute("drop database test_grants with (force)")
            for (role,) in connection.execute("select rolname from pg_roles where rolname like 'grants\\_%'").fetchall():
                connection.execute(f"drop role {role}")
        PREFIX.set("retinue")


def reach(url: str, room: str) -> set[tuple[str, str]]:
    """(schema, kind) of everything that a room may touch beside what all rooms may."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "select n.nspname, p.privilege from pg_class c join pg_namespace n on n.oid = c.relnamespace,"
            " unnest(array['select', 'insert', 'update', 'delete']) p(privilege)"
            " where c.relkind in ('r', 'p') and n.nspname not in ('kernel', 'events', 'jobs', 'pg_catalog', 'information_schema')"
            f" and has_schema_privilege('grants_{room}', n.oid, 'usage') and has_table_privilege('grants_{room}', c.oid, p.privilege)"
        )
        return {(schema, privilege) for schema, privilege in rows}


def test_what_a_manifest_no_longer_says_is_taken_back(installed: str) -> None:
    def put(rooms: tuple[Room, ...], engines: tuple[Engine, ...] = ENGINES) -> None:
        install(installed, rooms, engines, PASSWORD, prefix="grants")

    put(ROOMS)
    before = reach(installed, "library")
    assert {("knowledge", "delete"), ("library", "delete")} <= before
    put(tuple(replace(room, writes=(), reads=("knowledge",)) if room is library else room for room in ROOMS))
    assert reach(installed, "library") == before - {("knowledge", each) for each in ("insert", "update", "delete")}
    put(tuple(room for room in ROOMS if room is not library))
    assert reach(installed, "library") == set(), "a room that is gone reaches nothing"
    put(ROOMS)
    assert reach(installed, "library") == before

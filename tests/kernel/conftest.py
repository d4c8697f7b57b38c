"""Toy rooms in a template of their own."""

import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio

from conftest import PASSWORD, as_login, make_template, with_name
from kernel.toys import HANDLERS, ROOMS, SCHEMA
from kernel.toys.clients import app, client, client_of, toys  # noqa: F401
from retinue.assembly.install import install
from retinue.kernel.clock import StoppedClock
from retinue.kernel.deliver import Deliverer
from retinue.kernel.work import Database, uuid7

Tenant = Callable[..., tuple[UUID, UUID]]


@pytest.fixture(scope="session")
def template(server: str) -> str:
    name = f"template_toys_{uuid.uuid4().hex[:8]}"
    make_template(server, name, (), (), SCHEMA)
    with psycopg.connect(with_name(server, "postgres"), autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(1)")
        install(with_name(server, name), ROOMS, (), PASSWORD)
    return name


@pytest.fixture(scope="session")
def shared(server: str, template: str) -> Iterator[str]:
    """One database for all tests of toys: emptying it costs a tenth of cloning and dropping."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(with_name(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name} template {template} strategy file_copy")
    yield with_name(server, name)
    with psycopg.connect(with_name(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"drop database if exists {template} with (force)")


@pytest.fixture
def owner_url(shared: str) -> Iterator[str]:
    """An empty database, as its owner. What a test changes in the schema it puts back itself."""
    yield shared
    with psycopg.connect(shared, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        )
        tables = connection.execute(
            "select string_agg(oid::regclass::text, ',') from pg_class where relkind = 'r' and relname <> 'secret'"
            " and relnamespace in (select oid from pg_namespace where nspname ~ '^(kernel|events|jobs|toy_.*)$')"
        ).fetchone()
        connection.execute(f"set client_min_messages = warning; truncate {tables[0] if tables else ''} restart identity cascade")


@pytest.fixture
def tenant(owner: psycopg.Connection) -> Tenant:
    """Make an organization and somebody who may act there: (organization, actor)."""

    def make(*, operator: bool = False, actor: UUID | None = None, roles: tuple[str, ...] = ("owner",)) -> tuple[UUID, UUID]:
        organization, actor = uuid7(), actor or uuid7()
        owner.execute("insert into kernel.organization values (%s, %s, %s)", (organization, operator, datetime.now(UTC)))
        owner.execute("insert into kernel.access values (%s, %s, %s)", (actor, organization, list(roles)))
        return organization, actor

    return make


@pytest_asyncio.fixture
async def held(owner_url: str, clock: StoppedClock) -> AsyncIterator[Database]:
    """A database whose clock stands still."""
    database = Database(as_login(owner_url), clock=clock)
    yield database
    await database.close()


@pytest.fixture
def deliverer(held: Database) -> Deliverer:
    return Deliverer(held, HANDLERS)

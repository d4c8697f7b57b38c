"""A real database for every test: one template, cloned."""

import asyncio
import hashlib
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio
from psycopg.conninfo import make_conninfo

from retinue.assembly.install import install, login_password
from retinue.assembly.rooms import ENGINES, ROOMS
from retinue.kernel.clock import StoppedClock
from retinue.kernel.ending import stop
from retinue.kernel.work import Database

pytest_plugins = ("progress",)
PASSWORD = "for-tests-only"
BROWSED = Path(__file__).parent / "console"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The browser's tests are a run of their own: its event loop and that of asynchronous tests do not go into one process."""
    if collection_path == BROWSED and not any(BROWSED.name in arg for arg in config.args):
        return True
    return None


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a server as its owner, without a database name."""
    given = os.environ.get("RETINUE_TEST_DATABASE_URL")
    if given:
        yield given.rstrip("/") + "/postgres"
        return
    from retinue.embedded.postgres import PostgresSettings, start

    # Of this checkout: logins are the whole server's, and another release of the code gives them other passwords.
    checkout = hashlib.sha256(str(Path(__file__).parents[1]).encode()).hexdigest()[:6]
    home = Path(os.environ.get("RETINUE_TEST_HOME", "/tmp")) / f"retinue-tests-{os.getuid()}-{checkout}"
    running = start(home, settings=PostgresSettings(), durable=False)
    yield running.url
    running.close()


def make_template(server: str, name: str, rooms: tuple, engines: tuple, extra: str = "") -> None:
    with psycopg.connect(with_name(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"create database {name}")
    with psycopg.connect(with_name(server, "postgres"), autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(1)")  # roles are the whole server's, advisory locks one database's
        install(with_name(server, name), rooms, engines, PASSWORD)
    if extra:
        with psycopg.connect(with_name(server, name), autocommit=True) as connection:
            connection.execute(extra)


# Databases are cloned with `strategy file_copy`: without fsync its checkpoints cost little, and it takes a sixth of writing every page into the log.
def with_name(server: str, name: str) -> str:
    """The same server, another database."""
    head, question, query = server.partition("?")
    return f"{head[: head.index('/', len('postgresql://'))]}/{name}{question}{query}"


def as_login(url: str) -> str:
    return make_conninfo(url, user="retinue_app", password=login_password(PASSWORD, "app"))


@pytest.fixture(scope="session")
def template(server: str) -> str:
    name = f"template_{uuid.uuid4().hex[:8]}"
    make_template(server, name, ROOMS, ENGINES)
    return name


@pytest.fixture
def owner_url(server: str, template: str) -> Iterator[str]:
    """A fresh database, as its owner."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(with_name(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name} template {template} strategy file_copy")
    yield with_name(server, name)
    with psycopg.connect(with_name(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")


@pytest.fixture
def owner(owner_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest_asyncio.fixture
async def database(owner_url: str) -> AsyncIterator[Database]:
    database = Database(as_login(owner_url))
    herald = asyncio.create_task(database.herald())
    yield database
    await stop(herald)
    await database.close()

"""Makes a database fit for this release: roles, schema, grants from the manifests, and the secret of the seal."""

import hmac
import secrets
from collections.abc import Iterable
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql as q

from retinue.kernel.room import Engine, Room
from retinue.kernel.schema import CARRIER, LOGIN, PREFIX, SEARCHER, role

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(str(files("retinue.assembly.migrations")))
VERSIONS, SCHEMA = MIGRATIONS / "versions", MIGRATIONS / "schema"
FIRST = ("public", "extensions", "kernel", "lookup", "events", "jobs")  # what the schemas of rooms and engines stand on
OF = "-- Of revision:"
LOCK = int.from_bytes(sha256(b"retinue.install").digest()[:8], signed=True)
# Of the logins, on whichever server: what holds others up is ended. Migrations run as the owner, who waits as long as it takes.
PATIENCE = {"idle_in_transaction_session_timeout": "60s", "lock_timeout": "30s", "statement_timeout": "120s"}
BLOCK = 64  # bytes of a SHA-256 block, for the pads of the seal


def revision_of(path: Path) -> str:
    """`0033_copilot` of the common trunk; `library_202612011430` of `library/202612011430_shelves.py`."""
    return path.stem if path.stem.startswith("0") else f"{path.parent.name}_{path.stem.partition('_')[0]}"


def heads(versions: Path = VERSIONS) -> frozenset[str]:
    """The newest revision of each schema, told by the file names: asking Alembic would cost its import at every start."""
    newest = [max(folder.glob("2*.py"), default=None) for folder in versions.iterdir() if folder.is_dir()]
    return frozenset(revision_of(path) for path in newest if path) or frozenset({trunk(versions)})


def trunk(versions: Path = VERSIONS) -> str:
    """The last revision that all schemas have in common: each schema's own history starts from it."""
    return revision_of(max(versions.glob("0*.py")))


def schema_files() -> list[Path]:
    """In the order in which they build a database."""
    return sorted(SCHEMA.glob("*.sql"), key=lambda path: (FIRST.index(path.stem) if path.stem in FIRST else len(FIRST), path.stem))


def install(
    url: str,
    rooms: Iterable[Room],
    engines: Iterable[Engine],
    secret: str,
    *,
    prefix: str = "retinue",
    login: tuple[str, list[str]] | None = None,
) -> bool:
    """`url`: the database as its owner. `secret`: the installation's, from which each login has a password of its own. `login`: name and
    rooms of a login for a process of some rooms.

    Answers whether anything had to be built or migrated.
    """
    PREFIX.set(prefix)
    rooms, engines = list(rooms), list(engines)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", (LOCK,))
        _roles(connection, rooms, login_password(secret, LOGIN))
        if login:
            _login(connection, *login, login_password(secret, login[0]))
        wanted = " ".join(sorted(heads()))
        behind = wanted != _stands_at(connection)
        if behind:
            new = connection.execute("select to_regclass('public.alembic_version')").fetchone() == (None,) and bool(schema_files())
            if new:
                build(connection, prefix)
            if not new or built() != heads():
                upgrade(url, prefix)
        if behind or _fingerprint(rooms, engines) != _granted(connection):
            _grants(connection, rooms, engines)
        _seal(connection)
        if behind:  # last: whatever is cut short is done again
            connection.execute(q.SQL("comment on table public.alembic_version is {}").format(q.Literal(wanted)))
    return behind


def login_password(secret: str, name: str) -> str:
    """Whoever has one login's knows none of the others'."""
    return hmac.digest(secret.encode(), f"login {role(name)}".encode(), "sha256").hex()


def is_ready(url: str, rooms: Iterable[Room], engines: Iterable[Engine]) -> bool:
    """Whether the database is at this release, as any login can see."""
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("select to_regclass('public.alembic_version')").fetchone() == (None,):
            return False
        return _stands_at(connection) == " ".join(sorted(heads())) and _granted(connection) == _fingerprint(rooms, engines)


def build(connection: psycopg.Connection, prefix: str = "retinue") -> None:
    """An empty database becomes this release's, in one transaction."""
    with connection.transaction():
        for file in schema_files():
            connection.execute(q.SQL(file.read_text().replace("{prefix}", prefix)))
    connection.execute("reset all")


def built() -> frozenset[str]:
    """The revisions that the schemas' files say they are of; a room that has only revisions yet is missing."""
    said = {line.removeprefix(OF).strip() for file in schema_files() for line in file.read_text().splitlines() if line.startswith(OF)}
    return frozenset(said - {trunk()}) or frozenset({trunk()})


def upgrade(url: str, prefix: str = "retinue", to: str = "heads", *, migrations: Path = MIGRATIONS) -> None:
    from alembic import command

    PREFIX.set(prefix)
    config = alembic(migrations)
    config.attributes["url"] = url
    command.upgrade(config, to)


def alembic(migrations: Path = MIGRATIONS) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("recursive_version_locations", "true")
    return config


def _roles(connection: psycopg.Connection, rooms: Iterable[Room], password: str) -> None:
    names = [room.name for room in rooms]
    made = sha256(f"{password}\n{sorted(names)}\n{PATIENCE}".encode()).hexdigest()
    if _said_of(connection, LOGIN) == made:
        return
    have = {row[0] for row in connection.execute("select rolname from pg_roles").fetchall()}
    login = q.Identifier(role(LOGIN))
    if role(LOGIN) not in have:
        connection.execute(q.SQL("create role {} login noinherit").format(login))
    connection.execute(q.SQL("alter role {} password {}").format(login, q.Literal(password)))
    _patience(connection, login)
    for name in (CARRIER, SEARCHER, *names):
        if role(name) not in have:
            connection.execute(q.SQL("create role {} nologin").format(q.Identifier(role(name))))
    for name in names:
        connection.execute(q.SQL("grant {} to {} with inherit false, set true").format(q.Identifier(role(name)), login))
    connection.execute(q.SQL("comment on role {} is {}").format(login, q.Literal(made)))


def _login(connection: psycopg.Connection, name: str, rooms: Iterable[str], password: str) -> None:
    """Carries like the login of all rooms (inherited), but becomes only `rooms`."""
    made = sha256(f"{password}\n{sorted(rooms)}\n{PATIENCE}".encode()).hexdigest()
    if _said_of(connection, name) == made:
        return
    login = q.Identifier(role(name))
    if connection.execute("select 1 from pg_roles where rolname = %s", (role(name),)).fetchone() is None:
        connection.execute(q.SQL("create role {} login").format(login))
    connection.execute(q.SQL("alter role {} password {}").format(login, q.Literal(password)))
    _patience(connection, login)
    connection.execute(q.SQL("grant {} to {} with inherit true, set false").format(q.Identifier(role(LOGIN)), login))
    for room in rooms:
        connection.execute(q.SQL("grant {} to {} with inherit false, set true").format(q.Identifier(role(room)), login))
    connection.execute(q.SQL("comment on role {} is {}").format(login, q.Literal(made)))


def _patience(connection: psycopg.Connection, login: q.Identifier) -> None:
    for name, time in PATIENCE.items():
        connection.execute(q.SQL("alter role {} set {} = {}").format(login, q.Identifier(name), q.Literal(time)))


def _said_of(connection: psycopg.Connection, name: str) -> str | None:
    """What was last made of a role. Roles are the whole server's: changing them at every start would race with other installations."""
    row = connection.execute("select shobj_description(oid, 'pg_authid') from pg_roles where rolname = %s", (role(name),)).fetchone()
    return row[0] if row else None


def _stands_at(connection: psycopg.Connection) -> str | None:
    """The heads that were last installed. Alembic's own rows leave out a head that another schema's revision depends on."""
    row = connection.execute("select obj_description(to_regclass('public.alembic_version'), 'pg_class')").fetchone()
    return row[0] if row else None


def _fingerprint(rooms: Iterable[Room], engines: Iterable[Engine]) -> str:
    said = (
        sorted((r.name, sorted(r.writes), sorted(r.reads), sorted(r.beyond)) for r in rooms),
        sorted((e.name, e.append_only) for e in engines),
    )
    return sha256(repr(said).encode()).hexdigest()


def _granted(connection: psycopg.Connection) -> str | None:
    row = connection.execute("select obj_description('kernel'::regnamespace)").fetchone()
    return row[0] if row else None


def grants(rooms: Iterable[Room], engines: Iterable[Engine]) -> list[tuple[str, str, str]]:
    """(room, schema, privileges) for every room: its own schema, and the engines' that its manifest names."""
    rooms, engines = list(rooms), list(engines)
    names = {engine.name for engine in engines}
    given: list[tuple[str, str, str]] = []
    for room in rooms:
        given.append((room.name, room.name, "select, insert, update, delete"))
        given += [(room.name, engine, "select, insert, update, delete") for engine in room.writes if engine in names]
        given += [(room.name, engine, "select") for engine in room.reads if engine in names]
        given += [(room.name, engine.name, "insert") for engine in engines if engine.append_only]
    return given


def _grants(connection: psycopg.Connection, rooms: list[Room], engines: list[Engine]) -> None:
    with connection.transaction():
        schemas = {row[0] for row in connection.execute("select nspname from pg_namespace").fetchall()}
        _ungrant(connection)
        for room in rooms:
            name = q.Identifier(role(room.name))
            connection.execute(q.SQL("grant usage on schema kernel, events, jobs, extensions to {}").format(name))
            connection.execute(q.SQL("grant select, insert, update on kernel.person, kernel.answer, kernel.ask to {}").format(name))
            connection.execute(
                q.SQL("grant execute on function events.append(json), events.move(bigint), jobs.defer(json) to {}").format(name)
            )
            for right in room.beyond:
                connection.execute(q.SQL(f"grant {right} to {{}}").format(name))
        for holder, schema, privileges in grants(rooms, engines):
            if schema not in schemas:
                continue
            into = {"p": q.SQL(privileges), "s": q.Identifier(schema), "r": q.Identifier(role(holder))}
            connection.execute(q.SQL("grant usage on schema {s} to {r}").format(**into))
            connection.execute(q.SQL("grant {p} on all tables in schema {s} to {r}").format(**into))
            connection.execute(q.SQL("grant usage on all sequences in schema {s} to {r}").format(**into))
            connection.execute(q.SQL("grant execute on all functions in schema {s} to {r}").format(**into))
        connection.execute(q.SQL("comment on schema kernel is {}").format(q.Literal(_fingerprint(rooms, engines))))


def _ungrant(connection: psycopg.Connection) -> None:
    """Rooms have what their manifests say now, and nothing of what they or rooms that are gone said before."""
    rooms = connection.execute(
        "select r.rolname from pg_auth_members m join pg_roles r on r.oid = m.roleid join pg_roles l on l.oid = m.member where l.rolname = %s",
        (role(LOGIN),),
    ).fetchall()
    held = "select nspname from pg_namespace n, aclexplode(n.nspacl) a join pg_roles r on r.oid = a.grantee where r.rolname = %s"
    for (name,) in rooms:
        for (schema,) in connection.execute(held, (name,)).fetchall():
            into = {"s": q.Identifier(schema), "r": q.Identifier(name)}
            for kind in ("tables", "sequences", "functions"):
                connection.execute(q.SQL(f"revoke all on all {kind} in schema {{s}} from {{r}}").format(**into))
            connection.execute(q.SQL("revoke all on schema {s} from {r}").format(**into))


def _seal(connection: psycopg.Connection) -> None:
    if connection.execute("select 1 from kernel.secret").fetchone() is None:
        key = secrets.token_bytes(BLOCK)
        connection.execute(
            "insert into kernel.secret (inner_pad, outer_pad) values (%s, %s) on conflict do nothing",
            (bytes(b ^ 0x36 for b in key), bytes(b ^ 0x5C for b in key)),
        )

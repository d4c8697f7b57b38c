"""Writes the files of `migrations/schema`, one for each schema, from the migrations: `python -m retinue.assembly.schema`."""

import re
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

import psycopg

from retinue.assembly.install import OF, SCHEMA, heads, trunk, upgrade
from retinue.embedded.postgres import PostgresSettings, start
from retinue.kernel.schema import CARRIER, LOGIN, PREFIX, SEARCHER, role

ROLE = f"(?P<role>{CARRIER}|{SEARCHER}|{LOGIN})"
SKIPPED = re.compile(r"^(--.*|\\unrestrict .*|SET default_\w+ = .*;|ALTER .* OWNER TO \w+;)?$")
# Above each object pg_dump says whose it is; of a schema, an extension and the rights on a schema only by their name.
OBJECT = re.compile(r"^-- Name: (?P<name>.*); Type: (?P<type>.*); Schema: (?P<schema>.*); Owner: .*$")
HEAD = (
    "-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.\n"
    "SELECT pg_catalog.set_config('search_path', '', false);\n"
    "SET check_function_bodies = false;\n"
)


def dump(url: str, pg_dump: Path, prefix: str = "retinue") -> dict[str, str]:
    """A database as SQL by schema, with `{prefix}` for the prefix of its roles."""
    text = subprocess.run(
        [pg_dump, "--schema-only", "--no-comments", "--no-security-labels", url], check=True, capture_output=True, text=True
    ).stdout
    schemas: defaultdict[str, list[str]] = defaultdict(list)
    schema = None  # what comes before the first object are settings of the dump's own session
    owned = re.compile(rf"ALTER .* OWNER TO {re.escape(prefix)}_{ROLE};")
    for line in text.splitlines():
        if found := OBJECT.match(line):
            schema = found["schema"] if found["schema"] != "-" else _named(found["name"], found["type"])
        elif schema and (owned.fullmatch(line) or not SKIPPED.match(line)):
            line = re.sub(rf"\b{re.escape(prefix)}_{ROLE}\b", lambda m: "{prefix}_" + m["role"], line)
            schemas[schema].append(line.replace(f"length('{prefix}_')", "length('{prefix}_')"))
    with psycopg.connect(url) as connection:
        for (revision,) in connection.execute("select version_num from public.alembic_version order by 1").fetchall():
            schema = "public" if revision == trunk() else revision.rpartition("_")[0]
            schemas[schema].append(f"INSERT INTO public.alembic_version VALUES ('{revision}');")
    newest = {revision.rpartition("_")[0]: revision for revision in heads()}
    return {schema: f"{HEAD}{OF} {newest.get(schema, trunk())}\n" + "\n".join(lines) + "\n" for schema, lines in schemas.items()}


def _named(name: str, kind: str) -> str:
    if kind == "EXTENSION":
        return "extensions"
    return name.removeprefix("SCHEMA ")


def roles(url: str, prefix: str = "retinue") -> None:
    """The roles that migrations name, where a server has none yet."""
    PREFIX.set(prefix)
    with psycopg.connect(url, autocommit=True) as connection:
        for name in (CARRIER, SEARCHER, LOGIN):
            if connection.execute("select from pg_roles where rolname = %s", (role(name),)).fetchone() is None:
                connection.execute(f"create role {role(name)} nologin".encode())


def main() -> None:
    """On a throw-away server."""
    with tempfile.TemporaryDirectory(prefix="retinue-schema-") as folder:
        Path(folder).chmod(0o755)  # as root the server's unprivileged user must pass through
        with start(Path(folder) / "home", settings=PostgresSettings(), durable=False) as server:
            with psycopg.connect(server.url, autocommit=True) as connection:
                connection.execute("create database empty")
            url = server.login("postgres", "empty")
            roles(url)
            upgrade(url)
            made = dump(url, server.bin("pg_dump"))
    SCHEMA.mkdir(exist_ok=True)
    for old in SCHEMA.glob("*.sql"):
        old.unlink()
    for name, text in made.items():
        (SCHEMA / f"{name}.sql").write_text(text)


if __name__ == "__main__":
    main()

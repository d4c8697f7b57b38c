"""Writes `schema.sql` from the migrations: `python -m retinue.assembly.schema`."""

import re
import subprocess
import tempfile
from pathlib import Path

import psycopg

from retinue.assembly.install import SCHEMA, upgrade
from retinue.kernel.postgres import PostgresSettings, start
from retinue.kernel.schema import CARRIER, LOGIN, PREFIX, SEARCHER, role

ROLE = f"(?P<role>{CARRIER}|{SEARCHER}|{LOGIN})"
# Settings of the dump's own session; `search_path` is emptied for it and reset by whoever builds from the file.
SKIPPED = re.compile(r"^(--.*|\\(un)?restrict .*|SET (?!check_function_bodies|default_table_access_method).*|ALTER .* OWNER TO \w+;)?$")


def dump(url: str, pg_dump: Path, prefix: str = "retinue") -> str:
    """The schema of a database as SQL, with `{prefix}` for the prefix of its roles."""
    text = subprocess.run(
        [pg_dump, "--schema-only", "--no-comments", "--no-security-labels", url], check=True, capture_output=True, text=True
    ).stdout
    owned = re.findall(rf"^ALTER .* OWNER TO {re.escape(prefix)}_{ROLE};$", text, re.M)
    lines = []
    for line in text.splitlines():
        ours = re.fullmatch(rf"ALTER .* OWNER TO {re.escape(prefix)}_{ROLE};", line)
        if ours or not SKIPPED.match(line):
            lines.append(line)
    body = "\n".join(lines)
    assert owned, "functions belong to the carrier"
    body = re.sub(rf"\b{re.escape(prefix)}_{ROLE}\b", lambda m: "{prefix}_" + m["role"], body)
    body = body.replace(f"length('{prefix}_')", "length('{prefix}_')")
    with psycopg.connect(url) as connection:
        row = connection.execute("select version_num from public.alembic_version").fetchone()
    assert row is not None
    return (
        "-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.\n"
        f"{body}\n"
        f"INSERT INTO public.alembic_version VALUES ('{row[0]}');\n"
    )


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
            SCHEMA.write_text(dump(url, server.bin("pg_dump")))


if __name__ == "__main__":
    main()

"""Each schema has a history of its own, and two branches that add to two schemas meet in neither."""

import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from conftest import PASSWORD, with_name
from retinue.assembly import schema
from retinue.assembly.install import MIGRATIONS, heads, install, trunk, upgrade
from retinue.assembly.revisions import add, faults
from retinue.assembly.rooms import ENGINES, ROOMS

LATER = datetime(2099, 1, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The migrations, to be added to."""
    return Path(shutil.copytree(MIGRATIONS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__")))


@pytest.fixture
def at_trunk(server: str) -> Iterator[str]:
    """A database as it was before schemas had histories of their own."""
    name = f"trunk_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(with_name(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name}")
        schema.roles(with_name(server, name))
        upgrade(with_name(server, name), to=trunk())
        yield with_name(server, name)
        connection.execute(f"drop database {name} with (force)")


def sql(path: Path, text: str) -> None:
    path.write_text(path.read_text().replace('SQL = r"""\n\n"""', f'SQL = r"""{text}"""').replace("create schema shelves;", text))


def test_each_history_is_one_line() -> None:
    assert faults() == []


def test_two_branches_that_add_to_two_schemas_both_arrive(copy: Path, at_trunk: str) -> None:
    versions = copy / "versions"
    one = add("library", "a note", LATER, versions)
    sql(one, "create table library.note (organization_id uuid primary key);")
    two = add("shelves", "a shelf", LATER, versions)
    sql(two, "create schema shelves; create table shelves.shelf (organization_id uuid primary key);")
    assert faults(copy) == []
    assert heads(versions) >= {"library_209901011200", "shelves_209901011200"} and trunk(versions) not in heads(versions)
    upgrade(at_trunk, migrations=copy)
    with psycopg.connect(at_trunk) as connection:
        assert connection.execute(
            "select to_regclass('library.note') is not null, to_regclass('shelves.shelf') is not null"
        ).fetchone() == (
            True,
            True,
        )
        rows = {row[0] for row in connection.execute("select version_num from public.alembic_version").fetchall()}
    assert {"library_209901011200", "shelves_209901011200"} <= rows <= heads(versions), (
        "a head that another depends on has no row of its own"
    )


def test_two_heads_in_one_schema_are_told_with_how_to_mend_them(copy: Path) -> None:
    versions = copy / "versions"
    one = add("shelves", "a shelf", LATER, versions)
    other = one.read_text()
    two = add("shelves", "a board", LATER.replace(minute=1), versions)
    two.write_text(other.replace("209901011200", "209901011201").replace('("shelves",)', "None"))
    assert faults(copy) == [
        'shelves/209901011201_a_board.py: write down_revision = "shelves_209901011200", which is the one before it by time; then `make schema`.'
    ]
    two.rename(two.with_name("209901011200_a_board.py"))
    assert any("with a time that is free" in fault for fault in faults(copy))


def test_an_installation_at_the_trunk_is_brought_to_this_release_once(at_trunk: str) -> None:
    assert install(at_trunk, ROOMS, ENGINES, PASSWORD) is True
    assert install(at_trunk, ROOMS, ENGINES, PASSWORD) is False

"""A room costs one folder: a toy of every kind of part is added to a copy of the house, lives in it, and is taken out again."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from assembled import free_home

ROOT = Path(__file__).parents[2]
GUESTBOOK = Path(__file__).parent / "guestbook"
LAST = '    "copilot",\n'


def run(source: Path, *words: str) -> None:
    """With the house at `source`, and the tests' own tools."""
    environment = os.environ | {"PYTHONPATH": f"{source}{os.pathsep}{ROOT / 'tests'}"}
    done = subprocess.run([sys.executable, *words], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-8000:]


@pytest.mark.slow
def test_a_room_is_added_lives_and_is_taken_out(owner_url: str, tmp_path: Path) -> None:
    source = tmp_path / "src"
    house = Path(shutil.copytree(ROOT / "src" / "retinue", source / "retinue", ignore=shutil.ignore_patterns("__pycache__", "files")))
    before = {path: path.read_bytes() for path in house.rglob("*") if path.is_file()}
    versions = house / "assembly" / "migrations" / "versions" / "guestbook"
    versions.mkdir()
    shutil.copy(GUESTBOOK / "202612010900_entries.py", versions)
    shutil.copy(GUESTBOOK / "contract.py", house / "contracts" / "guestbook.py")
    shutil.copytree(GUESTBOOK / "room", house / "services" / "guestbook")
    rooms = house / "assembly" / "rooms.py"
    rooms.write_text(rooms.read_text().replace(LAST, f'{LAST}    "guestbook",\n'))
    touched = [path for path, content in before.items() if path.read_bytes() != content]
    assert touched == [rooms] and len(rooms.read_bytes().splitlines()) == len(before[rooms].splitlines()) + 1

    with free_home() as home:
        run(source, "-m", "boundaries.guestbook.lives", owner_url, str(home))
        run(source, "-c", "import sys; from retinue.assembly.removal import remove; remove(sys.argv[1], 'guestbook')", owner_url)
        run(ROOT / "src", "-m", "boundaries.guestbook.gone", owner_url, str(home))
    with psycopg.connect(owner_url) as connection:
        left = connection.execute(
            "select to_regnamespace('guestbook') is null, (select count(*) from events.cursor where room = 'guestbook'),"
            " (select count(*) from public.alembic_version where version_num like 'guestbook%')"
        ).fetchone()
        assert left == (True, 0, 0)
        connection.execute("drop role retinue_guestbook")

"""Nothing is lost, doubled or reordered when processes are killed; `benchmarks/chaos.py` runs longer."""

from pathlib import Path

import psycopg

from conftest import as_login
from kernel.toys.chaos import Chaos


def test_kill_9(owner_url: str, owner: psycopg.Connection, tmp_path: Path) -> None:
    said = Chaos(as_login(owner_url), owner, tmp_path).run(8)
    assert said["kills"] >= 5
    assert said["handled"] >= 100

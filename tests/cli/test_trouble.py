"""Bad input at the command line: one sentence, the right exit code, one JSON document, never a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from retinue.cli.story import NoSource, OneAddress, local_files
from retinue.cli.trouble import DatabaseAway, DiskFull, NotWritable, of_the_database, of_the_machine


def run(*words: str, home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RETINUE_")}
    return subprocess.run(
        [sys.executable, "-m", "retinue", *words],
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        env=environment | {"RETINUE_HOME": str(home)} | settings,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["nonsense", "--json"], 2),
        (["clients", "--nonsense", "--json"], 2),
        (["chat", "x", "--json"], 2),
        (["clients", "--json"], 4),
        (["status", "--json"], 4),
        (["down", "--json"], 0),
        (["config", "check", "--json"], 0),
        (["tasks", "schema", "nonsense"], 3),
        (["up", "--home", "/proc/nowhere"], 3),
        (["onboard", "nowhere", "--name", "X"], 4),
    ],
)
def test_exit_codes_and_documents(tmp_path: Path, words: list[str], code: int) -> None:
    done = run(*words, home=tmp_path, RETINUE_PORT="8489")
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    if "--json" in words:
        json.loads(done.stdout)
        assert not done.stderr
    else:
        assert len(done.stderr.strip().splitlines()) == 2, "what happened, and what to do next"


def test_all_broken_settings_are_named_at_once(tmp_path: Path) -> None:
    broken = {"RETINUE_PORT": "x", "RETINUE_DATABASE_URL": "nonsense", "RETINUE_DOCUMENTS_FILE_BYTES": "-4"}
    for words in (["config", "check"], ["up"], ["tasks", "list"]):
        done = run(*words, home=tmp_path, **broken)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert all(name in done.stderr for name in broken)
        assert "nonsense" not in done.stderr, "an address may hold a password"


def test_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert local_files(["https://a.example"]) == local_files(["a.example"]) == []
    for missing in ("", "nowhere", "prices.pdf", "/nowhere"):
        with pytest.raises(NoSource):
            local_files([missing])
    with pytest.raises(OneAddress):
        local_files(["https://a.example", "prices.pdf"])
    (tmp_path / "é ü.md").write_text("x")
    assert [name for _, name in local_files(["é ü.md"])] == ["é ü.md"]


def test_what_the_machine_refuses() -> None:
    assert isinstance(of_the_machine(OSError(28, "No space left on device", "/x")), DiskFull)
    assert isinstance(of_the_machine(PermissionError(13, "Permission denied", "/x")), NotWritable)
    assert isinstance(of_the_database(psycopg.errors.InternalError_("could not write to log file: File too large")), DiskFull)
    assert isinstance(of_the_database(psycopg.OperationalError("connection refused")), DatabaseAway)
    assert of_the_database(psycopg.errors.UndefinedTable("relation does not exist")) is None

"""The real command in processes of its own: what it says, and with which code it ends."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

import retinue
from assembled import free_home
from files.make import make

OK, FAILED, USAGE, REFUSED, NOT_READY = 0, 1, 2, 3, 4


@dataclass
class Said:
    code: int
    out: str
    err: str

    @property
    def document(self) -> object:
        """Exactly one JSON document on stdout."""
        return json.loads(self.out)


@dataclass
class Command:
    home: Path
    port: int

    def __call__(self, *words: str, seconds: float = 60, **settings: str) -> Said:
        ours = {"RETINUE_HOME": str(self.home), "RETINUE_PORT": str(self.port), "PYTHONPATH": str(Path(retinue.__file__).parents[1])}
        clean = {name: value for name, value in os.environ.items() if not name.startswith("RETINUE_")}
        ended = subprocess.run(
            [sys.executable, "-m", "retinue", *words],
            env=clean | ours | settings,
            capture_output=True,
            text=True,
            timeout=seconds,
            stdin=subprocess.DEVNULL,
        )
        assert "Traceback" not in ended.stdout + ended.stderr, ended.stdout + ended.stderr
        return Said(ended.returncode, ended.stdout, ended.stderr)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def command() -> Iterator[Command]:
    """Nothing runs on this home."""
    with free_home() as home:
        yield Command(home, free_port())


@pytest.fixture(scope="module")
def up() -> Iterator[Command]:
    """A running installation, with its own embedded database."""
    with free_home() as home:
        command = Command(home, free_port())
        started = command("up", "--detach", "--no-browser", seconds=90)
        assert started.code == OK and started.out.strip() == f"ready {command.url}", started
        try:
            yield command
        finally:
            command("down")


def test_nothing_runs_yet(command: Command):
    for words in (("token",), ("chat", "Somebody", "--message", "hello"), ("onboard", "https://x.example", "--name", "X")):
        said = command(*words)
        assert said.code == NOT_READY and "retinue up" in said.err and said.out == "", (words, said)
    status = command("status")
    assert status.code == NOT_READY and "not running" in status.out and "retinue up" in status.out
    as_json = command("status", "--json")
    assert as_json.code == NOT_READY and as_json.document["running"] is False
    problem = command("clients", "--json")
    assert problem.code == NOT_READY and problem.document["status"] == 503 and problem.document["next"]
    assert command("down").code == OK


def test_a_port_in_use_is_named(command: Command):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for words in (("up", "--no-browser"), ("serve", "--rooms", "identity")):
            said = command(*words, "--port", str(port))
            assert said.code == REFUSED and str(port) in said.err and str(port + 1) in said.err, (words, said)
    assert not (command.home / "run.json").exists()


def test_broken_settings_are_all_named(command: Command):
    broken = {"RETINUE_LOG_LEVEL": "LOUD", "RETINUE_WEB_PAGES": "many", "RETINUE_DATABASE_POOL": "0"}
    for words in (("config", "check"), ("up", "--no-browser")):
        said = command(*words, **broken)
        assert said.code == FAILED and "docs/reference/settings.md" in said.err, said
        assert all(name in said.err for name in broken) and "LOUD" not in said.err, said
    good = command("config", "check")
    assert good.code == OK and "good" in good.out


@pytest.mark.parametrize(
    "words",
    [("nonsense",), ("up", "--port", "seventy"), ("tasks", "run", "pii.find", "--in", "no-file", "--out", "x"), ("knowledge", "eval", "no-folder")],
)  # fmt: skip
def test_wrong_usage_is_two(command: Command, words: tuple[str, ...]):
    said = command(*words)
    assert said.code == USAGE and said.err.strip(), said


def test_unknown_rooms_are_refused_with_the_known_ones(command: Command):
    said = command("worker", "--rooms", "identity,kitchen", RETINUE_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert said.code == REFUSED and "kitchen" in said.err and "research" in said.err, said


def test_tasks_over_files(command: Command, tmp_path: Path):
    named = command("tasks", "list", "--json").document
    names = {task["task"] for task in named}
    assert {"pii.find", "policy.check", "research.profile"} <= names
    assert "pii.find" in command("tasks", "list").out
    schema = command("tasks", "schema", "pii.find").document
    assert schema["task"] == "pii.find"
    lines = [{"id": "1", "text": "Write to ann@example.com"}, {"id": "2", "text": "Nothing here"}, {"id": "3"}]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    ran = command(
        "tasks", "run", "pii.find", "--in", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl"), "--by", "rules", "--json"
    )
    assert ran.code == OK and ran.document["done"] == 2 and ran.document["refused"] == 1
    found = {line["id"]: line for line in map(json.loads, (tmp_path / "out.jsonl").read_text().splitlines())}
    (span,) = found["1"]["output"]["spans"]
    assert (span["type"], lines[0]["text"][span["start"] : span["end"]]) == ("EMAIL_ADDRESS", "ann@example.com")
    assert found["1"]["answered_by"] == "rules" and found["2"]["output"]["spans"] == []
    unknown = command("tasks", "schema", "no.task")
    assert unknown.code == REFUSED and "no.task" in unknown.err and "tasks list" in unknown.err


def test_documents_are_read_or_refused_a_line_each(command: Command, tmp_path: Path):
    made = make(tmp_path)
    good = [str(made[name]) for name in ("good.pdf", "good.docx", "good.csv")]
    read = command("documents", "read", *good, "--json")
    lines = [json.loads(line) for line in read.out.splitlines()]
    assert read.code == OK and [line["file"] for line in lines] == good
    assert all(line["text"] and not line.get("refusal") for line in lines) and lines[0]["kind"] == "pdf"
    bad = command("documents", "read", good[0], str(made["encrypted.pdf"]), str(tmp_path / "missing.pdf"), "--json")
    refusals = [json.loads(line).get("refusal") for line in bad.out.splitlines()]
    assert bad.code == FAILED and [bool(refusal) for refusal in refusals] == [False, True, True]
    assert "encrypted.pdf" in command("documents", "read", str(made["encrypted.pdf"])).out


def test_up_twice_finds_the_first(up: Command):
    again = up("up", "--detach")
    assert again.code == OK and up.url in again.out and "already running" in again.out
    status = up("status", "--json")
    assert status.code == OK and status.document["ready"] is True and status.document["url"] == up.url
    assert up("status").out.startswith(f"ready {up.url}")
    known = json.loads((up.home / "credentials.json").read_text())
    assert set(known) == {"url", "email", "password", "organization_id"} and known["url"] == up.url
    assert (up.home / "credentials.json").stat().st_mode & 0o777 == 0o600


def test_token_prints_the_token_only(up: Command):
    said = up("token")
    assert said.code == OK and said.err == "" and said.out.count("\n") == 1
    me = httpx.get(f"{up.url}/api/v1/auth/me", headers={"Authorization": f"Bearer {said.out.strip()}"}, trust_env=False)
    assert me.status_code == 200


def test_what_is_not_there_is_said(up: Command, tmp_path: Path):
    empty = tmp_path / "empty"
    empty.mkdir()
    for words, meant in (
        (("chat", "Nobody Ltd", "--message", "hello"), "Nobody Ltd"),
        (("events", "list", "Nobody Ltd"), "Nobody Ltd"),
        (("onboard", str(tmp_path / "missing"), "--name", "X"), "missing"),
    ):
        said = up(*words)
        assert said.code == REFUSED and meant in said.err and len(said.err.strip().splitlines()) >= 2, (words, said)
    problem = up("onboard", str(empty), "--name", "X", "--json")
    assert problem.code == REFUSED and str(empty) in problem.document["detail"] and ".pdf" in problem.document["next"], problem
    assert up("clients", "--json").document == []  # nothing was made on the way


def test_a_folder_becomes_an_agent_that_answers(up: Command, tmp_path: Path):
    (tmp_path / "about.md").write_text(
        "# Alder Joinery\n\nAlder Joinery builds staircases in Leith. We are open from 9.00 to 17.30 on weekdays.\n"
    )
    (tmp_path / "prices.csv").write_text("item,price\nStraight staircase,4200 pounds\nFire door,380 pounds\n")
    told = up("onboard", str(tmp_path), "--name", "Alder Joinery", "--json", seconds=90)
    assert told.code == OK, told
    assert told.document["pages"] == 2 and told.document["config_version"] == 1
    answer = up("chat", "alder-joinery", "--message", "When are you open on weekdays?", "--json")
    assert answer.code == OK and answer.document["grounded"] is True and "9.00" in answer.document["content"]
    (client,) = up("clients", "--json").document
    assert client["name"] == "Alder Joinery" and "alder-joinery" in up("clients").out
    events = up("events", "list", "Alder Joinery", "--json").document
    assert [event["number"] for event in events] == list(range(1, len(events) + 1))
    again = up("onboard", str(tmp_path), "--name", "Alder Joinery", "--json", seconds=90)
    assert again.code == OK and again.document["client"]["client_id"] == told.document["client"]["client_id"]
    assert up("events", "replay", "alder-joinery").out.strip() == "nothing is parked"


def test_down_ends_it_and_says_so(up: Command):
    assert up("down").out.strip() == "stopped"
    assert up("status").code == NOT_READY
    assert not (up.home / "run.json").exists()
    assert up("down").out.strip() == "not running"
    assert up("up", "--detach", seconds=90).code == OK  # and comes back on the same home
    assert [client["name"] for client in up("clients", "--json").document] == ["Alder Joinery"]

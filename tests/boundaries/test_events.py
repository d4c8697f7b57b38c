"""A stored event must stay readable: one body of each class, as it was written, in golden/{kind}.json."""

import importlib
import json
import pkgutil
import subprocess
import types
from datetime import datetime
from pathlib import Path
from typing import Any, Union, get_args, get_origin
from uuid import UUID

import pytest
from pydantic import BaseModel

import retinue.contracts
from retinue.kernel.events import Event

GOLDEN = Path(__file__).parent / "golden"
TOPICS = {
    "org_events", "client_events", "agent_events", "auth_events", "research_events", "rag_events", "prd_events", "config_events",
    "conversation_events", "demo_events", "sales_events", "billing_events", "monitoring_incidents", "customer_success_events", "voice_events",
    "escalation_events", "analytics_experiments", "cross_product_events", "outreach_events", "config_reload",
}  # fmt: skip


def classes() -> list[type[Event]]:
    for module in pkgutil.iter_modules(retinue.contracts.__path__):
        importlib.import_module(f"retinue.contracts.{module.name}")
    found = {c for c in Event.kinds.values() if c.__module__.startswith("retinue.contracts.") and not c.__name__.startswith("_")}
    return sorted(found, key=lambda c: c.kind)


def example(kind: Any) -> Any:
    """Some value of a field's type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return example(next(a for a in arguments if a is not types.NoneType))
    if origin in (list, tuple, set, frozenset):
        return [example(arguments[0])]
    if origin is dict:
        return {}
    if origin is not None and arguments:
        return example(arguments[0]) if origin is not __import__("typing").Literal else arguments[0]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {n: example(f.annotation) for n, f in kind.model_fields.items()}
    values: dict[Any, Any] = {
        UUID: "01890a5d-ac96-774b-bcce-b302099a8057", str: "words", int: 1, float: 0.5, bool: True, datetime: "2026-01-02T00:00:00Z"
    }  # fmt: skip
    return values.get(kind, "words")


def body_of(cls: type[Event]) -> dict[str, Any]:
    fields = {n: f for n, f in cls.model_fields.items() if n not in Event.model_fields}
    return {n: None if n in cls.personal else example(f.annotation) for n, f in fields.items()}


@pytest.mark.parametrize("cls", classes(), ids=lambda c: c.kind)
def test_a_stored_event_still_reads(cls: type[Event]) -> None:
    """Of every version that was ever told; the newest loses nothing of it."""
    for kind in cls.told():
        path = GOLDEN / f"{kind}.json"
        assert path.exists(), f"add {path.name} with this line:\n{json.dumps(body_of(cls))}"
        stored = json.loads(path.read_text())
        event = cls.model_validate(cls.newest(kind, stored))
        if kind == cls.kind:
            assert event.model_dump(mode="json") == stored, (
                "nothing of a stored body is lost, renamed or retyped; fields change with the version"
            )


def test_nothing_that_was_stored_is_forgotten() -> None:
    """The log is never rewritten: a class that nobody tells any more stays, and reads what it told."""
    assert {p.stem for p in GOLDEN.glob("*.json")} == {kind for c in classes() for kind in c.told()}


def changed(folder: Path) -> str:
    """What git knows that was changed, renamed or removed there, in any commit or since the last."""
    said = ""
    for asked in (["log", "--format="], ["diff", "HEAD"]):
        command = ["git", *asked, "--diff-filter=DMR", "--name-status", "--", "."]
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if ran.returncode:
            pytest.skip("not a git checkout")
        said += ran.stdout
    return said


def test_a_golden_body_is_never_changed(tmp_path: Path) -> None:
    """It is what an installation's log holds: whoever changes the fields of an event gives it the next version, and that a body of its own."""
    assert changed(GOLDEN) == ""
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@t.example"]
    (tmp_path / "a.1.json").write_text("{}")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True)
    assert changed(tmp_path) == ""
    (tmp_path / "a.1.json").unlink()
    assert "a.1.json" in changed(tmp_path)


@pytest.mark.parametrize("cls", classes(), ids=lambda c: c.kind)
def test_an_event_has_one_topic_and_its_modules_room(cls: type[Event]) -> None:
    assert cls.topic in TOPICS or cls.topic.endswith("_events"), "one of the platform's topics"
    assert cls.publisher == cls.__module__.rsplit(".", 1)[-1]
    assert cls.kind.count(".") == 2


if __name__ == "__main__":  # writes what is missing
    for each in classes():
        if not (GOLDEN / f"{each.kind}.json").exists():
            (GOLDEN / f"{each.kind}.json").write_text(json.dumps(body_of(each)) + "\n")

"""Whoever is refused is told what can be done: commands that are named exist."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import retinue
from retinue.cli import app
from retinue.kernel.errors import Refusal

COMMANDS: Any = typer.main.get_command(app)
ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`retinue ([a-z][a-z -]*)")


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for each in kind.__subclasses__():
        yield each
        yield from refusals(each)


def missing(text: str) -> list[str]:
    """Commands that are named there and do not exist."""
    gone = []
    for said in NAMED.findall(text):
        command = COMMANDS
        for word in said.split():
            if not hasattr(command, "commands"):
                break
            command = command.commands.get(word)
        if command is None:
            gone.append(said.strip())
    return gone


def test_refusals_name_commands_that_exist() -> None:
    for module in pkgutil.walk_packages(retinue.__path__, "retinue."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found = [(each.__name__, gone) for each in refusals() if (gone := missing(f"{each.__doc__} {vars(each).get('next', '')}"))]
    assert found == []
    assert missing("run `retinue backup FILE` or `retinue events list`") == ["backup"]


@pytest.mark.parametrize("page", [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"], ids=lambda page: page.name)
def test_pages_name_commands_that_exist(page: Path) -> None:
    assert missing(page.read_text()) == []

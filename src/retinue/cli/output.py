"""What commands print: plain lines for people, one JSON document with --json, problems as problem+json."""

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from typer.rich_utils import rich_format_error

from retinue.kernel.errors import Refusal
from retinue.kernel.problems import problem

OK, FAILED, USAGE, REFUSED, NOT_READY = 0, 1, 2, 3, 4
WRONG_USE = typer.BadParameter.__mro__[1]  # click's UsageError, wherever this typer keeps it
WIDTH = 100  # where nobody says how wide
console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDTH)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


class NotRunning(Refusal):
    """Retinue is not running at {url}."""

    status = 503
    next = "Start it with: retinue up"


class Answered(Refusal):
    """An answer of the API that was a problem; its words are the server's."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body
        self.status = int(body.get("status", 500))
        self.next = str(body.get("next", ""))
        super().__init__()

    def __str__(self) -> str:
        return str(self.body.get("detail", "The server answered with an error."))


class WrongUse(Refusal):
    """{said}"""

    status = 400
    next = "See what it takes with: retinue --help"


def command() -> str:
    """What to type for this command line: the bare name only where the shell finds it."""
    called = Path(sys.argv[0])
    if called.name != "retinue" or shutil.which("retinue"):
        return "retinue"
    try:
        return str(called.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(called.absolute())


def typed(text: str) -> str:
    """Words that name a command after a colon, with what is really typed here."""
    return re.sub(r"(?<=: )retinue(?= )", lambda _: command(), text)


def wants_json() -> bool:
    return "--json" in sys.argv


def show(document: Any) -> None:
    sys.stdout.write(json.dumps(document, indent=None if not sys.stdout.isatty() else 1, default=str, ensure_ascii=False) + "\n")


def say(text: str, json_: bool, **document: Any) -> None:
    """One line for people, or one document."""
    if json_:
        show(document)
    else:
        console.print(text, markup=False)


def usage(wrong: Any) -> int:
    """How the command is used, in typer's own way, or as a problem with --json."""
    if wants_json():
        show(problem(WrongUse(said=wrong.format_message())))
    else:
        rich_format_error(wrong)
    return USAGE


def fail(refusal: Refusal) -> int:
    """Print the refusal; answer the exit code."""
    if wants_json():
        show(refusal.body if isinstance(refusal, Answered) else problem(refusal))
    else:
        errors.print(str(refusal), style="red", markup=False)
        if refusal.next:
            errors.print(typed(refusal.next), markup=False)
    if refusal.status == 503:
        return NOT_READY
    return FAILED if refusal.status >= 500 else REFUSED

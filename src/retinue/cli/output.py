"""What commands print: plain lines for people, one JSON document with --json, problems as problem+json."""

import json
import sys
from typing import Any

from rich.console import Console

from retinue.kernel.errors import Refusal
from retinue.kernel.problems import problem

OK, FAILED, USAGE, REFUSED, NOT_READY = 0, 1, 2, 3, 4
console = Console(highlight=False, soft_wrap=True)
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


def wants_json() -> bool:
    return "--json" in sys.argv


def show(document: Any) -> None:
    sys.stdout.write(json.dumps(document, indent=None if not sys.stdout.isatty() else 1, default=str, ensure_ascii=False) + "\n")


def fail(refusal: Refusal) -> int:
    """Print the refusal; answer the exit code."""
    if wants_json():
        show(refusal.body if isinstance(refusal, Answered) else problem(refusal))
    else:
        errors.print(
            f"[red]{refusal}[/red]" if not isinstance(refusal, Answered) else str(refusal), markup=not isinstance(refusal, Answered)
        )
        if refusal.next:
            errors.print(refusal.next, markup=False)
    if refusal.status == 503:
        return NOT_READY
    return FAILED if refusal.status >= 500 else REFUSED

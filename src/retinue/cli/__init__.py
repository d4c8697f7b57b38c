"""The command line: starts processes, and speaks to a running installation over its API."""

import sys

import typer

from retinue.cli import events, files, house, story, talking
from retinue.cli.output import fail
from retinue.kernel.errors import Refusal

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A retinue of AI agents for every client. Start with: retinue up",
)
for commands in (house, story, talking, files, events):
    commands.add_to(app)


def main() -> None:
    """Exit codes: 0 ok, 1 failed, 2 usage, 3 refused, 4 not ready."""
    try:
        app()
    except Refusal as refusal:
        sys.exit(fail(refusal))
    except KeyboardInterrupt:
        sys.exit(130)

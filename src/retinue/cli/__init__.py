"""The command line: starts processes, and speaks to a running installation over its API."""

import os
import sys

import psycopg
import typer

from retinue.cli import bench, demo, events, files, house, keys, story, talking
from retinue.cli.output import OK, WRONG_USE, fail, usage
from retinue.cli.trouble import of_the_database, of_the_machine
from retinue.kernel.errors import Refusal

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A retinue of AI agents for every client. Start with: retinue up",
)
for commands in (house, story, demo, talking, files, events, keys, bench):
    commands.add_to(app)


def main() -> None:
    """Exit codes: 0 ok, 1 failed, 2 usage, 3 refused, 4 not ready."""
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else OK)
    except Refusal as refusal:
        sys.exit(fail(refusal))
    except WRONG_USE as wrong:  # type: ignore[misc]
        sys.exit(usage(wrong))
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    except BrokenPipeError:  # whoever read us has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(OK)
    except OSError as error:
        sys.exit(fail(of_the_machine(error)))
    except psycopg.Error as error:
        said = of_the_database(error)
        if said is None:
            raise
        sys.exit(fail(said))

"""The keys that sign tokens: a new one, with or without an end to what older ones signed."""

from typing import Annotated

import typer

from retinue.cli.house import Home, Json, configure
from retinue.cli.output import say
from retinue.kernel.security import rotate_key


def rotate(
    forget: Annotated[
        bool, typer.Option("--forget", help="End what older keys signed: everybody signs in again, visitors begin anew.")
    ] = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Sign with a new key from now on; running processes see it at once."""
    made = rotate_key(configure(home, None).home / "keys", forget=forget)
    say(f"tokens are signed with key {made}", json_, key_id=made, older_end_now=forget)


def add_to(app: typer.Typer) -> None:
    keys = typer.Typer(no_args_is_help=True, help="Keys that sign tokens.")
    keys.command("rotate")(rotate)
    app.add_typer(keys, name="keys")

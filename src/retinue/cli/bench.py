"""Measuring this machine."""

import json
import subprocess
import sys
from pathlib import Path

import typer

from retinue.cli.house import Json
from retinue.cli.output import show
from retinue.kernel.errors import Refusal


class NoBenchmarks(Refusal):
    """The benchmarks are not here."""

    next = "Run this in a checkout of the project."


def bench(json_: Json = False) -> None:
    """Measure this machine, beside baselines, into benchmarks/results.json."""
    script = Path(__file__).parents[3] / "benchmarks" / "run.py"
    if not script.exists():
        raise NoBenchmarks()
    ended = subprocess.run([sys.executable, str(script)], check=False, stdout=sys.stderr if json_ else None)
    if json_ and ended.returncode == 0:
        show(json.loads((script.parent / "results.json").read_text()))
    raise typer.Exit(ended.returncode)


def add_to(app: typer.Typer) -> None:
    app.command("bench")(bench)

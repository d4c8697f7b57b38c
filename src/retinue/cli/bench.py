"""Measuring this machine."""

import subprocess
import sys
from pathlib import Path

import typer

from retinue.kernel.errors import Refusal


class NoBenchmarks(Refusal):
    """The benchmarks are not here."""

    next = "Run this in a checkout of the project."


def bench() -> None:
    """Measure this machine, beside baselines, into benchmarks/results.json."""
    script = Path(__file__).parents[3] / "benchmarks" / "run.py"
    if not script.exists():
        raise NoBenchmarks()
    raise typer.Exit(subprocess.run([sys.executable, str(script)], check=False).returncode)


def add_to(app: typer.Typer) -> None:
    app.command("bench")(bench)

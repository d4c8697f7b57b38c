"""Two proofs that the story tells of itself: a killed worker loses nothing, and the database refuses another tenant's rows."""

import json
import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg

from retinue.cli.connection import Connection
from retinue.cli.output import console
from retinue.kernel.settings import KernelSettings

PAGES_BEFORE_KILL = 8


class Killer:
    """Called as pages are read; kills the worker once, with -9, when some are."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.killed: int | None = None
        self.at = 0

    def __call__(self, pages: int) -> None:
        if self.killed is not None or pages < PAGES_BEFORE_KILL:
            return
        known = json.loads((self.home / "run.json").read_text())
        worker = known.get("worker_pid")
        if worker is None:
            return
        os.kill(worker, signal.SIGKILL)
        self.killed, self.at = worker, pages
        console.print(
            f"\n[bold]Proof 1 begins[/bold]: the worker (process {worker}) was killed with -9 after {pages} pages; another goes on\n"
        )

    def report(self, connection: Connection, tenant: str, told: dict[str, Any]) -> None:
        console.print("\n[bold]Proof 1: nothing lost, nothing doubled[/bold]")
        if self.killed is None:
            console.print("  not shown: this server has no worker process of its own; `make demo` starts one that has")
            return
        events: list[dict[str, Any]] = []
        after = 0
        while True:
            page = connection.get("/events", params={"client_id": tenant, "after": after, "limit": 200}, tenant=tenant)["items"]
            if not page:
                break
            events += page
            after = page[-1]["number"]
        numbers = [event["number"] for event in events]
        read = Counter(
            event["body"]["url"]
            for event in events
            if event["kind"].startswith("research.page_read") and event["body"]["job_id"] == told["job_id"]
        )
        console.print(
            f"  worker {self.killed} died after {self.at} pages; {told['pages']} pages were read in the end,"
            f" {sum(read.values())} told, each once at most"
            if max(read.values(), default=0) <= 1
            else f"  pages were told more than once: {[url for url, times in read.items() if times > 1]}"
        )
        console.print(
            f"  the log holds {len(numbers)} events numbered 1 to {numbers[-1]}"
            f" {'without a gap' if numbers == list(range(1, len(numbers) + 1)) else 'WITH GAPS'}"
        )


def tenancy(settings: KernelSettings, operator: str, tenant: str) -> None:
    """As the client's own Work, ask Postgres for the operator's rows."""
    from retinue.assembly.process import migrated
    from retinue.assembly.process import settings as all_settings
    from retinue.assembly.rooms import ROOMS
    from retinue.cli.process import database

    console.print("\n[bold]Proof 2: Postgres itself refuses another tenant's rows[/bold]")
    read = all_settings()
    with database(read) as owner:
        url, _ = migrated(read, owner, ROOMS)
        with psycopg.connect(url) as connection:
            role = f"{settings.database_prefix}_research"
            connection.execute("select set_config('role', %s, true), kernel.serve(%s)", (role, tenant))
            own = connection.execute("select count(*) from research.job").fetchone()
            other = connection.execute("select count(*) from research.job where organization_id = %s", (operator,)).fetchone()
            console.print(f"  within the client: {own[0] if own else 0} research jobs; of another organization: {other[0] if other else 0}")
            for said, statement in (
                (
                    "writing into another organization",
                    "insert into research.upload values (%s, gen_random_uuid(), 'x', 'x', null, 1, null, now())",
                ),
                ("reading another room's table", "select * from identity.client where organization_id = %s"),
            ):
                try:
                    with connection.transaction():
                        connection.execute(statement, (operator,))
                    console.print(f"  {said}: NOT REFUSED")
                except psycopg.Error as error:
                    console.print(f"  {said}: {str(error).splitlines()[0]}", markup=False)
            with connection.transaction():
                connection.execute("select set_config('app.organizations', %s, true)", (operator,))
                forged = connection.execute("select count(*) from research.job").fetchone()
            console.print(f"  with a forged setting: {forged[0] if forged else 0} rows, since the scope is sealed")

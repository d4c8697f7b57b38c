"""The example company from its site to its agent, with two proofs, told here and watched in the console."""

import os
import time
from typing import Annotated, Any

import typer

from retinue.cli import proofs, talking
from retinue.cli.browser import open_console
from retinue.cli.connection import Connection, connected
from retinue.cli.homes import running
from retinue.cli.house import Home, Json, Port, configure, start_apart
from retinue.cli.output import command, console, show
from retinue.cli.process import check_port
from retinue.cli.progress import Progress
from retinue.cli.sites import Example, example_folder, serving
from retinue.cli.story import PRIVATE, StepFailed, ending, tell


def demo(
    home: Home = None,
    port: Port = None,
    leave: Annotated[bool, typer.Option("--exit", help="End after the story.")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
    json_: Json = False,
) -> None:
    """The whole story on the example company, with two proofs, and the console open on it; then leave both running."""
    if json_ and not leave:
        raise typer.BadParameter("--json goes with --exit: one story, one document")
    console.quiet = json_
    os.environ.setdefault(PRIVATE, "true")  # the example site is served on this machine
    settings = configure(home, port)
    known = running(settings.home)
    child = None
    if known:
        console.print(f"ready {known['url']} (found running)")
    else:
        check_port(settings.host, settings.port)
        console.print("starting Retinue: a database, an API process, a worker process …")
        child = start_apart(settings, ["--worker-apart"])
        console.print(f"ready {settings.address}")
    try:
        example = Example.load(example_folder())
        with serving(example.site, settings.port + 1) as address, connected(settings.home) as connection:
            console.print(f"the example company's site is at {address}")
            watched = False
            if not leave:
                link = signed_in(connection)
                watched = open_console(link, no_browser)
                if watched:
                    console.print("the console is open in your browser, signed in: it watches what follows")
                else:
                    console.print(f"to watch what follows, open this; it signs in, once: {link}", soft_wrap=True)
            console.print()
            killer = proofs.Killer(settings.home)
            progress = Progress()
            try:
                told = tell(connection, [address], example.name, progress, half_way=killer)
            except StepFailed as refusal:
                if child is not None or PRIVATE not in refusal.next:
                    raise
                console.print("\nThe server that was found reads no addresses of this machine: the same pages are sent to it as files.\n")
                told = tell(connection, [str(example.site)], example.name, Progress(), half_way=killer)
            ending(told)
            conversation(connection, told, example)
            tenant = told["client"]["client_id"]
            killer.report(connection, tenant, told)
            proofs.tenancy(settings, connection.organization, tenant)
            closing(connection)
            if json_:
                show(told)
            if not leave:
                console.print(f"\nready {settings.address}{', open in your browser' if watched else ''}")
                console.print(f"signed-in link, good once: {signed_in(connection)}", soft_wrap=True)
                console.print("Ctrl-C stops everything.", style="dim")
                while child is None or child.poll() is None:
                    time.sleep(0.5)
    except KeyboardInterrupt:
        console.print("stopping")
    finally:
        if child is not None:
            child.terminate()
            child.wait(30)


def signed_in(connection: Connection) -> str:
    """An address of the console that signs in, once, within ten minutes."""
    url: str = connection.post("/auth/one-time", {})["url"]
    return url


def conversation(connection: Connection, told: dict[str, Any], example: Example) -> None:
    tenant = told["client"]["client_id"]
    started = talking.start(connection, tenant)
    console.print("\n[bold]A conversation with the agent just built[/bold]")
    for question in example.questions:
        console.print(f"\n[bold]visitor ›[/bold] {question}")
        talking.print_answer(talking.ask(connection, tenant, started["conversation_id"], question))


def closing(connection: Connection) -> None:
    from rich.table import Table

    table = Table("part", "in this run", "what a key adds", title="What was real", title_justify="left")
    for row in (
        ("crawl, documents, search, database, events, jobs", "real", ""),
        ("embeddings", "real: all-MiniLM-L6-v2 on this machine", ""),
        (
            "profile, requirements, configuration, answers",
            "real, by rules (the offline engine)",
            "OPENAI_API_KEY or ANTHROPIC_API_KEY: the same tasks by a model",
        ),
        ("the company and its site", "made up, in examples/", 'retinue onboard https://your-site --name "Your Company"'),
        ("approval of the draft", "by the demo itself", "in daily work a sales agent reads it first"),
        ("mail with the claim link", "not sent: the link is printed", "comes with the mail connector"),
    ):
        table.add_row(*row)
    console.print(table)
    console.print("\nNext, with your own site: [bold]" + command() + ' onboard https://your-site --name "Your Company"[/bold]')


def add_to(app: typer.Typer) -> None:
    app.command("demo")(demo)

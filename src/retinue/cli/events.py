"""The log: listing it, handling what was parked, and which release is in charge of the rooms that hear it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import psycopg
import typer
from psycopg.rows import dict_row

from retinue.cli.connection import connected, find_client
from retinue.cli.house import Home, Json, configure
from retinue.cli.output import console, say, show
from retinue.cli.process import database
from retinue.kernel.clock import Clock
from retinue.kernel.errors import Refusal


class NoSuchRelease(Refusal):
    """No release called {release} was ever in charge here."""

    status = 404
    next = "See which were: retinue events rooms"


class NoSuchListener(Refusal):
    """No room called {room} hears events here."""

    status = 404
    next = "See which do: retinue events rooms"


@contextmanager
def carrying(home: Home) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """The installation's database as its owner."""
    from retinue.assembly.process import settings

    configure(home, None)
    with database(settings()) as url, psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        yield connection


def rooms(home: Home = None, json_: Json = False) -> None:
    """Which releases were in charge of each room, which one is, and which rooms stopped."""
    with carrying(home) as connection:
        found = connection.execute("select * from events.rooms()").fetchall()
    if json_:
        show([row | {name: str(row[name]) if row[name] else None for name in ("since", "stopped_at")} for row in found])
        return
    for row in found:
        state = "stopped" if row["stopped_at"] else "in charge" if row["in_charge"] else ""
        console.print(f"{row['room']:<16} {row['release']:<24} {str(row['since'])[:19]}  {state}", markup=False)


def use(
    release: Annotated[str, typer.Argument(help="Of one room, as `rooms` lists it, or a version: then of every room that had it.")],
    home: Home = None,
    json_: Json = False,
) -> None:
    """Put an earlier release in charge again, or a later one after that. Its processes go on at once; those of others take nothing."""
    with carrying(home) as connection, connection.transaction():
        chosen = {
            row["room"]: row["release"]  # of several with one version, the last
            for row in connection.execute("select * from events.rooms()").fetchall()
            if row["release"] == release or row["release"].rpartition("-")[0] == release
        }
        if not chosen:
            raise NoSuchRelease(release=release)
        for room, name in chosen.items():
            connection.execute("select events.charge(%s, %s, %s)", (room, name, Clock().now()))
            if not json_:
                console.print(f"{room}: {name}", markup=False)
    if json_:
        show(chosen)


def resume(room: str, home: Home = None, json_: Json = False) -> None:
    """Let a room go on that stopped since it failed in three organizations."""
    with carrying(home) as connection:
        if room not in {row["room"] for row in connection.execute("select room from events.rooms()").fetchall()}:
            raise NoSuchListener(room=room)
        connection.execute("select events.resume(%s)", (room,))
    say(f"{room} goes on", json_, room=room, resumed=True)


def list_(
    client: Annotated[str, typer.Argument(help="Id, slug or name.")],
    after: Annotated[int, typer.Option(min=0)] = 0,
    topic: Annotated[str | None, typer.Option(help="Only of this topic.")] = None,
    home: Home = None,
    json_: Json = False,
) -> None:
    """A client's events by number."""
    with connected(configure(home, None).home) as connection:
        tenant = find_client(connection, client)["client_id"]
        seen = []
        while True:
            page = connection.get(
                "/events", params={"client_id": tenant, "after": after, "limit": 200} | ({"topic": topic} if topic else {})
            )
            seen += page["items"]
            if not page["next_cursor"]:
                break
            after = page["items"][-1]["number"]
        if json_:
            show(seen)
            return
        for event in seen:
            console.print(f"{event['number']:>6}  {event['occurred_at'][:19]}  {event['kind']}", markup=False)


def replay(client: Annotated[str, typer.Argument(help="Id, slug or name.")], home: Home = None, json_: Json = False) -> None:
    """Handle a client's parked events again."""
    with connected(configure(home, None).home) as connection:
        tenant = find_client(connection, client)["client_id"]
        parked = connection.get("/events/parked", tenant=tenant)["items"]
        handled = []
        for event in parked:
            done = connection.post(f"/events/parked/{event['room']}/{event['number']}/replay", tenant=tenant)["replayed"]
            handled.append({"room": event["room"], "number": event["number"], "kind": event["kind"], "replayed": done})
            if json_:
                continue
            console.print(
                f"{event['room']} {event['number']} {event['kind']}: {'handled' if done else 'was handled meanwhile'}", markup=False
            )
        if json_:
            show(handled)
        elif not parked:
            console.print("nothing is parked")


def add_to(app: typer.Typer) -> None:
    events = typer.Typer(no_args_is_help=True, help="The log of events.")
    events.command("list")(list_)
    events.command("replay")(replay)
    events.command("rooms")(rooms)
    events.command("use")(use)
    events.command("resume")(resume)
    app.add_typer(events, name="events")

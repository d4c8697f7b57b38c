"""The log: listing it, and handling what was parked."""

from typing import Annotated

import typer

from retinue.cli.connection import connected, find_client
from retinue.cli.house import Home, Json, configure
from retinue.cli.output import console, show


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
    app.add_typer(events, name="events")

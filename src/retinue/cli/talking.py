"""Looking at clients and talking with their agents."""

from typing import Annotated, Any

import typer

from retinue.cli.connection import Connection, connected, find_client
from retinue.cli.house import Home, Json, configure
from retinue.cli.output import command, console, show

HINT = "Ask something, or type an empty line to leave."


def ask(connection: Connection, tenant: str, conversation: str, content: str) -> dict[str, Any]:
    """One turn. The answer is waited for, however long it takes."""
    response = connection.request(
        "POST", f"/chat/conversations/{conversation}/messages", tenant=tenant, json={"content": content}, headers={"Prefer": "wait=25"}
    )
    answer: dict[str, Any] = response.json()
    while response.status_code == 202 or answer.get("status") == "running":
        response = connection.request("GET", f"/jobs/{answer['job_id']}", tenant=tenant)
        job = response.json()
        if job["result"]:
            answer = job["result"]
    return answer


def start(connection: Connection, tenant: str) -> dict[str, Any]:
    started: dict[str, Any] = connection.post("/chat/conversations", {"client_id": tenant, "channel": "test"}, tenant=tenant)
    return started


def print_answer(answer: dict[str, Any]) -> None:
    console.print(f"\n  {answer['content']}", markup=False)
    for number, citation in enumerate(answer.get("citations") or [], 1):
        where = citation.get("url") or citation["document_id"]
        console.print(f"  [{number}] {citation['title']} — {where}", style="dim", markup=False)
        console.print(f"      “{' '.join(citation['quote'].split())[:200]}”", style="dim", markup=False)
    how = f"answered by {answer['answered_by']}, configuration version {answer['config_version']}"
    console.print(f"  ({how}{'' if answer['grounded'] else '; not grounded in the sources'})\n", style="dim", markup=False)


def said() -> str:
    """The next line; nothing at the end of what there is to read."""
    try:
        return console.input("[bold]you ›[/bold] ").strip()
    except EOFError:
        console.print()
        return ""


def chat(
    client: Annotated[str, typer.Argument(help="Id, slug or name.")],
    message: Annotated[str | None, typer.Option("--message", "-m", help="Ask this and leave.")] = None,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Talk with a client's agent."""
    if json_ and message is None:
        raise typer.BadParameter("--json goes with --message: one question, one document")
    with connected(configure(home, None).home) as connection:
        tenant = find_client(connection, client)["client_id"]
        conversation = start(connection, tenant)["conversation_id"]
        if message is not None:
            answer = ask(connection, tenant, conversation, message)
            if json_:
                show(answer)
            else:
                print_answer(answer)
            return
        console.print(HINT, style="dim")
        while line := said():
            print_answer(ask(connection, tenant, conversation, line))


def clients(home: Home = None, json_: Json = False) -> None:
    """All clients."""
    with connected(configure(home, None).home) as connection:
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = connection.get("/clients", params={"limit": 200} | ({"cursor": cursor} if cursor else {}))
            items += page["items"]
            cursor = page["next_cursor"]
            if not cursor:
                break
        if json_:
            show(items)
            return
        for item in items:
            console.print(f"{item['slug']:<32} {item['name']:<32} {item['status']:<10} {item.get('website') or ''}", markup=False)
        if not items:
            console.print("No clients yet. Begin with: " + f'{command()} onboard https://your-site --name "Your Company"', markup=False)


def add_to(app: typer.Typer) -> None:
    app.command("chat")(chat)
    app.command("clients")(clients)

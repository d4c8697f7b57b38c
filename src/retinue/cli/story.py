"""From a company's website to its agent, told as it happens."""

import shlex
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from retinue.cli.connection import Connection, connected
from retinue.cli.house import Home, configure, require_running
from retinue.cli.output import Answered, NotRunning, command, console, show
from retinue.cli.progress import Progress
from retinue.kernel.errors import Refusal

SUFFIXES = (".html", ".htm", ".md", ".markdown", ".txt", ".pdf", ".docx", ".csv", ".xlsx", ".pptx")
PRIVATE = "RETINUE_WEB_ALLOW_PRIVATE"
FILES_AT_MOST, STEP_SECONDS, NOT_FOUND, NAME_ASKED = 1000, 600, 404, 100
SERVERS_FAULT, TELLING_SECONDS = 500, 2.0


class NoSource(Refusal):
    """There is nothing at {source}."""

    next = "Check the spelling. A website's address begins with https://; else give a folder, or files."


class OneAddress(Refusal):
    """A website is researched by itself, not together with others or with files."""

    status = 400
    next = "Run the command once for each source, with the same --name."


class EmptyFolder(Refusal):
    """The folder {source} has no file of a kind that can be read."""

    next = "Files that can be read end in: " + ", ".join(SUFFIXES)


class NothingSent(Refusal):
    """None of what was given could be sent. {reason}"""

    next = "Correct that, or give other files; they can end in: " + ", ".join(SUFFIXES)


class TooManyFiles(Refusal):
    """{count} files are too many at once; {limit} can be researched together."""

    next = "Give a smaller folder."


class LostServer(Refusal):
    """The connection to {url} was lost: Retinue was stopped."""

    status = 503
    next = "Start it with `retinue up --detach` and run the same command again: what was done stays done, and it goes on from there."


class StepFailed(Refusal):
    """{reason}"""


class TooSlow(Refusal):
    """Nothing happened for {seconds} s while waiting for: {what}"""

    status = 500
    next = "Look at the server's log; what was done stays done, and the same command goes on from there."


def onboard(
    source: Annotated[str, typer.Argument(help="A website's address, a folder, or a file.")],
    name: Annotated[str, typer.Option("--name", help="The company's name.")],
    more: Annotated[list[str] | None, typer.Argument(help="More files.")] = None,
    home: Home = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Research a company, take in its knowledge, draft requirements, and bring its agent to life."""
    settings = configure(home, None)
    require_running(settings.home)
    with connected(settings.home) as connection:
        told = tell(connection, [source, *(more or [])], name, Progress(quiet=json_))
        if json_:
            show(told)
        else:
            ending(told)


def tell(connection: Connection, sources: list[str], name: str, progress: Progress, half_way: Any = None) -> dict[str, Any]:
    """The story for one client; answers what there is now. `half_way(pages)` is called as pages are read."""
    files = local_files(sources)
    progress.begin()
    try:
        client = client_named(connection, name, None if files else sources[0])
        tenant = client["client_id"]
        before = newest_number(connection, tenant)
        progress.say(
            f"client {client['name']} ({client['status']}); claim link {client['claim_url']}"
            if client.get("claim_url")
            else f"client {client['name']} exists; it is brought up to date"
        )
        job = start_research(connection, tenant, sources[0], files, progress)
        try:
            requirements, version = follow(connection, tenant, job, before, progress, half_way)
        except NotRunning:
            raise LostServer(url=connection.url) from None
        report = connection.get(f"/research/jobs/{job}/report", tenant=tenant)
    finally:
        progress.end()
    return {
        "client": client,
        "job_id": job,
        "requirements": requirements,
        "config_version": version,
        "seconds": round(progress.elapsed, 1),
        "claims": len(report["claims"]),
        "pages": len(report["pages"]),
        "refused": report["refused"],
        "answered_by": report["answered_by"],
        "profile": report["claims"],
    }


def local_files(sources: list[str]) -> list[tuple[Path, str]]:
    """Files to send with the names under which they are known; none for an address."""
    if len(sources) == 1 and (
        "://" in sources[0]
        or (
            not Path(sources[0]).exists()
            and "." in sources[0]
            and "/" not in sources[0].rstrip("/")
            and not sources[0].lower().endswith(SUFFIXES)
        )
    ):
        return []
    found: list[tuple[Path, str]] = []
    for source in sources:
        if "://" in source:
            raise OneAddress()
        if not source.strip():
            raise NoSource(source="an empty name")
        path = Path(source)
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES)
            if not inside:
                raise EmptyFolder(source=source)
            found += [(p, str(p.relative_to(path))) for p in inside]
        elif path.is_file():
            found.append((path, path.name))
        else:
            raise NoSource(source=source)
    if len(found) > FILES_AT_MOST:
        raise TooManyFiles(count=len(found), limit=FILES_AT_MOST)
    return found


def client_named(connection: Connection, name: str, website: str | None) -> dict[str, Any]:
    name = " ".join(name.split())
    for client in connection.get("/clients", params={"q": name[:NAME_ASKED], "limit": 200})["items"]:
        if client["name"].casefold() == name.casefold():
            known: dict[str, Any] = client
            return known
    made: dict[str, Any] = connection.post("/clients", {"name": name, "website": website})
    return made | {"name": name}


def newest_number(connection: Connection, tenant: str) -> int:
    moments = connection.get("/timeline", params={"client_id": tenant, "limit": 1}, tenant=tenant)["items"]
    return int(moments[0]["number"]) if moments else 0


def start_research(connection: Connection, tenant: str, source: str, files: list[tuple[Path, str]], progress: Progress) -> str:
    """The job of this source: a new one, or the one that an earlier command began and that has not ended."""
    named = str(Path(source).resolve().name) if files else source
    for job in connection.get("/research/jobs", params={"limit": 200}, tenant=tenant)["items"]:
        if job["source"] == named and job["status"] in ("queued", "running"):
            progress.say("goes on with the research that was begun before")
            return str(job["job_id"])
    ids, refused = [], ""
    for number, (path, known_as) in enumerate(files, 1):
        progress.note(f"sending file {number} of {len(files)}")
        try:
            sent = connection.request("POST", "/research/files", tenant=tenant, files={"file": (known_as, path.read_bytes())})
        except Answered as refusal:
            if refusal.status >= SERVERS_FAULT:
                raise
            refused = refused or str(refusal)
            progress.say(f"not sent: {known_as}: {refusal}")
            continue
        ids.append(sent.json()["file_id"])
    if files and not ids:
        raise NothingSent(reason=refused)
    started: dict[str, Any] = connection.post("/research/jobs", {"client_id": tenant, "source": named, "files": ids}, tenant=tenant)
    return str(started["job_id"])


def follow(connection: Connection, tenant: str, job: str, number: int, progress: Progress, half_way: Any) -> tuple[str | None, int | None]:
    """Print what happens until the agent is live; approve the requirements draft on the way, and say so."""
    approved: str | None = None
    version: int | None = None
    ready = False
    quiet_since = time.monotonic()
    while True:
        moments = new_moments(connection, tenant, number)
        for moment in moments:
            number = max(number, moment["number"])
            progress.event(moment)
            ready = ready or moment["kind"].startswith("library.knowledge_ready.")
        state = connection.get(f"/research/jobs/{job}", tenant=tenant)
        progress.pages(state["pages"] + state["refused"], state["expected"], state["status"])
        if half_way:
            half_way(state["pages"])
        if state["status"] == "failed":
            tell_the_rest(connection, tenant, number, progress)
            raise ended(state)
        if approved is None and state["status"] == "completed":
            approved = approve_draft(connection, tenant, job, progress)
        elif approved is not None and version is None:
            version = live_version(connection, tenant, approved)
        if ready and approved is not None and version is not None:
            return approved, version
        if moments:
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since > STEP_SECONDS:
            raise TooSlow(seconds=STEP_SECONDS, what="research" if not ready else "the agent's configuration")
        time.sleep(0.1)


def tell_the_rest(connection: Connection, tenant: str, number: int, progress: Progress) -> None:
    """What led to a failure is told before it is: the timeline hears a moment later."""
    end = time.monotonic() + TELLING_SECONDS
    while time.monotonic() < end:
        for moment in new_moments(connection, tenant, number):
            number = max(number, moment["number"])
            progress.event(moment)
            if moment["kind"].startswith("research.research_failed."):
                return
        time.sleep(0.05)


def ended(state: dict[str, Any]) -> Refusal:
    """What became of a step that failed, in its own words."""
    refusal = StepFailed(reason=state["reason"] or "A step failed.")
    refusal.next = state["next"] or ""
    return refusal


def new_moments(connection: Connection, tenant: str, after: int) -> list[dict[str, Any]]:
    page = connection.get("/timeline", params={"client_id": tenant, "limit": 200}, tenant=tenant)["items"]
    return sorted((moment for moment in page if moment["number"] > after), key=lambda moment: int(moment["number"]))


def approve_draft(connection: Connection, tenant: str, job: str, progress: Progress) -> str | None:
    """The id of the requirements that this research led to, approved; None while they are being drafted."""
    try:
        state = connection.get(f"/requirements/research/{job}", tenant=tenant)
    except Answered as refusal:
        if refusal.status == NOT_FOUND:  # not told yet
            return None
        raise
    if state["status"] == "failed":
        raise ended(state)
    if state["status"] not in ("drafted", "unchanged", "overtaken"):
        return None
    draft = connection.get(f"/requirements/{state['requirements_id']}", tenant=tenant)
    if draft["status"] == "draft":
        connection.post(
            f"/requirements/{draft['requirements_id']}/approve", {"version": draft["version"], "automatic": True}, tenant=tenant
        )
        progress.say("the draft is approved by this command itself; in daily work a sales agent reads it first")
    return str(draft["requirements_id"])


def live_version(connection: Connection, tenant: str, requirements: str) -> int | None:
    """The version that new conversations take, once these requirements have become a configuration."""
    for item in connection.get("/configurations/generations", tenant=tenant)["items"]:
        if item["requirements_id"] == requirements:
            if item["status"] == "failed":
                raise ended(item)
            if item["status"] == "waiting":
                return None
            break
    else:
        return None
    for item in connection.get("/configurations", tenant=tenant)["items"]:
        live = item["deployed"].get("production")
        if live:
            return int(live)
    return None


def ending(told: dict[str, Any]) -> None:
    console.print(
        f"\n[bold]{escape(told['client']['name'])}[/bold]: {told['pages']} pages, {told['claims']} facts, agent version {told['config_version']}"
        f" live after {told['seconds']} s ({'offline engine' if told['answered_by'] == 'rules' else 'model'})"
    )
    shown: set[str] = set()
    for claim in told["profile"]:
        if claim["field"] not in shown and not claim["inferred"]:
            shown.add(claim["field"])
            console.print(f"  {claim['field'].replace('_', ' '):<20} {' '.join(claim['value'].split())[:110]}", markup=False)
    if told["refused"]:
        console.print(f"  {len(told['refused'])} pages not read; the reasons are in the report", style="dim")
    console.print(f"\nTalk with it: [bold]{command()} chat {escape(shlex.quote(told['client']['name']))}[/bold]")


def add_to(app: typer.Typer) -> None:
    app.command("onboard")(onboard)

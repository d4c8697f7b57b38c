"""Starting, stopping and looking at processes."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from retinue.cli.homes import held, make_home, running, write_private
from retinue.cli.output import NOT_READY, OK, NotRunning, console, say, show
from retinue.cli.process import check_port, database, login, run, serve
from retinue.embedded.postmaster import die_with
from retinue.kernel.errors import Refusal
from retinue.kernel.settings import BrokenSettings, KernelSettings, read_all

Home = Annotated[Path | None, typer.Option("--home", help="Folder of database, files and keys (RETINUE_HOME).")]
Port = Annotated[int | None, typer.Option("--port", help="Port to listen on (RETINUE_PORT).")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
START_SECONDS = 60


class DidNotStart(Refusal):
    """Retinue did not start. The end of {log} says: {said}"""

    status = 503
    next = "Correct what it says and start again."


def configure(home: Path | None, port: int | None) -> KernelSettings:
    """Options are settings said on the command line: child processes get them through the environment."""
    if home:
        os.environ["RETINUE_HOME"] = str(home.resolve())
    if port:
        os.environ["RETINUE_PORT"] = str(port)
    try:
        read: KernelSettings = read_all([KernelSettings])[KernelSettings]
    except BrokenSettings:
        from retinue.assembly.process import settings

        settings()  # names the mistakes of all rooms at once
        raise
    return read


def up(
    home: Home = None,
    port: Port = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Return when it is ready, and leave it running.")] = False,
    worker_apart: Annotated[
        bool, typer.Option("--worker-apart", help="Carry events and jobs in a second process, started again when it dies.")
    ] = False,
    json_: Json = False,
) -> None:
    """Run everything in one process until Ctrl-C."""
    settings = configure(home, port)
    known = running(settings.home)
    if known:
        say(f"already running: {known['url']}", json_, ready=True, url=known["url"], started=False)
        return
    check_port(settings.host, settings.port)
    if detach:
        start_apart(settings, ["--worker-apart"] if worker_apart else [])
        say(f"ready {settings.address}", json_, ready=True, url=settings.address, started=True)
        return
    from retinue.assembly.process import settings as all_settings

    read = all_settings()
    make_home(settings.home)
    with held(settings.home, {"pid": os.getpid(), "url": settings.address, "port": settings.port}), login(read, None) as address:
        run(_up(read, address, worker_apart, opens=not no_browser, json_=json_))


async def _up(read: Any, address: str, worker_apart: bool, *, opens: bool, json_: bool) -> None:
    keeper = asyncio.create_task(keep_worker(read.kernel, address)) if worker_apart else None
    try:
        await serve(read, address, None, [] if worker_apart else None, establish=True, opens=opens, json_=json_)
    finally:
        if keeper:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)


async def keep_worker(settings: KernelSettings, address: str) -> None:
    """A worker process, started again whenever it dies. Of the database it gets the login's address, never the owner's."""
    environment = {name: value for name, value in os.environ.items() if name != "RETINUE_DATABASE_URL"}
    environment["RETINUE_DATABASE_LOGIN_URL"] = address
    process: asyncio.subprocess.Process | None = None
    try:
        while True:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "retinue",
                "worker",
                stdout=asyncio.subprocess.DEVNULL,
                env=environment,
                preexec_fn=die_with(os.getpid(), signal.SIGTERM),
            )
            known = {"pid": os.getpid(), "url": settings.address, "port": settings.port, "worker_pid": process.pid}
            write_private(settings.home / "run.json", known)
            await process.wait()
            await asyncio.sleep(0.2)
    finally:
        if process and process.returncode is None:
            process.terminate()
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), settings.drain_seconds)


def start_apart(settings: KernelSettings, options: list[str]) -> subprocess.Popen[bytes]:
    """`retinue up` in a session of its own; returns when it answers."""
    make_home(settings.home)
    log = settings.home / "retinue.log"
    with open(log, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        before = out.tell()
        child = subprocess.Popen(
            [sys.executable, "-m", "retinue", "up", "--no-browser", *options],
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and (child.poll() is None or running(settings.home)):
        known = running(settings.home)  # of two starts at once, one wins; both answer when it is ready
        with suppress(httpx.TransportError):
            if known and httpx.get(f"{known['url']}/health/ready", timeout=2, trust_env=False).is_success:
                return child
        time.sleep(0.05)
    said = log.read_bytes()[before:].decode(errors="replace").strip().splitlines()[-3:]
    raise DidNotStart(log=log, said=" / ".join(said))


def down(home: Home = None, json_: Json = False) -> None:
    """Stop what runs on this home; what it is doing is given time to end."""
    settings = configure(home, None)
    known = running(settings.home)
    if known is None:
        say("not running", json_, stopped=False)
        return
    os.kill(known["pid"], signal.SIGTERM)
    end = time.monotonic() + settings.drain_seconds + 15
    while time.monotonic() < end:
        try:
            os.kill(known["pid"], 0)
        except ProcessLookupError:
            break
        time.sleep(0.05)
    else:
        os.kill(known["pid"], signal.SIGKILL)
    say("stopped", json_, stopped=True)


def status(home: Home = None, json_: Json = False) -> None:
    """Whether it runs, and what it runs on."""
    settings = configure(home, None)
    known = running(settings.home)
    ready = False
    if known:
        with suppress(httpx.TransportError):
            ready = httpx.get(f"{known['url']}/health/ready", timeout=5, trust_env=False).is_success
    said = {
        "running": known is not None,
        "ready": ready,
        "url": known["url"] if known else None,
        "pid": known["pid"] if known else None,
        "home": str(settings.home),
        "database": "configured" if settings.database_url else "embedded",
    }
    if json_:
        show(said)
    elif known:
        console.print(f"{'ready' if ready else 'starting'} {known['url']} (process {known['pid']}, home {settings.home})")
    else:
        console.print(f"not running (home {settings.home}); start it with: retinue up")
    raise typer.Exit(OK if ready else NOT_READY)


Rooms = Annotated[str | None, typer.Option("--rooms", help="Rooms by name, with commas in between; all without.")]


def serve_some(rooms: Rooms = None, home: Home = None, port: Port = None, json_: Json = False) -> None:
    """Answer requests for some rooms; events and jobs are a worker's."""
    settings = configure(home, port)
    check_port(settings.host, settings.port)
    from retinue.assembly.process import settings as all_settings

    read = all_settings()
    names = rooms.split(",") if rooms else None
    with login(read, names) as address:
        run(serve(read, address, names, [], establish=names is None or "identity" in names, json_=json_))


def worker(rooms: Rooms = None, home: Home = None, json_: Json = False) -> None:
    """Carry events and jobs of some rooms, without answering requests."""
    configure(home, None)
    from retinue.assembly.process import settings as all_settings

    read = all_settings()
    names = rooms.split(",") if rooms else None
    with login(read, names) as address:
        run(_work(read, address, names, json_))


async def _work(read: Any, address: str, names: list[str] | None, json_: bool) -> None:
    from retinue.assembly.process import connected, entered, named, working
    from retinue.kernel.telemetry import configure_logs

    configure_logs(read.kernel.log_level)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    rooms = named(names)
    async with entered(read, address, rooms) as process, connected(process), working(process, rooms):
        say(f"working: {', '.join(room.name for room in rooms)}", json_, working=[room.name for room in rooms])
        await stop.wait()


def migrate(
    remove: Annotated[
        str | None, typer.Option("--remove", help="A room whose tables are dropped, before its folder is.", metavar="ROOM")
    ] = None,
    rooms: Annotated[
        str | None, typer.Option("--rooms", help="Print the login of a process of these rooms, with commas in between.")
    ] = None,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Bring the database to this release, or take a room out of it."""
    configure(home, None)
    from retinue.assembly.process import migrated, named
    from retinue.assembly.process import settings as all_settings

    read = all_settings()
    with database(read) as owner:
        if remove:
            from retinue.assembly.removal import remove as take_out

            take_out(owner, remove, read.kernel.database_prefix)
            say(f"{remove} is taken out", json_, removed=remove)
            return
        address, changed = migrated(read, owner, named(rooms.split(",") if rooms else None))
    if rooms:
        say(f"RETINUE_DATABASE_LOGIN_URL={address}", json_, migrated=changed, login_url=address)
    else:
        say("migrated" if changed else "nothing to do", json_, migrated=changed)


def check(home: Home = None, json_: Json = False) -> None:
    """Read all settings and say what is wrong with them."""
    configure(home, None)
    from retinue.assembly.process import settings

    unknown = list(settings().unknown)
    say("\n".join(["the settings are good", *unknown]), json_, good=True, unknown=unknown)


def token(
    email: Annotated[str | None, typer.Argument(help="Whose; without, the first person's.")] = None,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Print an access token and nothing else. Another person's password is asked for, or read from standard input."""
    from retinue.cli.connection import credentials, sign_in

    known = credentials(configure(home, None).home)
    if email and email != known["email"]:
        asked = typer.prompt("Password", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        known = known | {"email": email, "password": asked}
    client, made = sign_in(known)
    client.close()
    if json_:
        show({"access_token": made})
    else:
        sys.stdout.write(made + "\n")


def require_running(home: Path) -> dict[str, Any]:
    known = running(home)
    if known is None:
        raise NotRunning(url=KernelSettings().address)
    return known


def add_to(app: typer.Typer) -> None:
    for name, command in (
        ("up", up),
        ("down", down),
        ("status", status),
        ("serve", serve_some),
        ("worker", worker),
        ("migrate", migrate),
        ("token", token),
    ):
        app.command(name)(command)
    config = typer.Typer(no_args_is_help=True, help="Settings.")
    config.command("check")(check)
    app.add_typer(config, name="config")

"""The embedded server under real processes: shared, outliving some, outlived by none, and refusing in one sentence."""

import asyncio
import hashlib
import json
import os
import pwd
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from retinue.embedded.home import (
    SOCKET_PATH_BYTES,
    Account,
    DataDamaged,
    DiskFull,
    HomeNotReachable,
    HomeOfAnother,
    HomeOpenToOthers,
    Log,
    OtherVersion,
)
from retinue.embedded.postgres import PostgresSettings, Server, program, start

ROOT = os.geteuid() == 0
SETTINGS = PostgresSettings(start_timeout_s=30)
ORDINARY = "daemon"

CLIENT = """
import json, sys, time
from pathlib import Path
from retinue.kernel.errors import Refusal
from retinue.embedded.postgres import PostgresSettings, start
begun = time.monotonic()
try:
    server = start(Path(sys.argv[1]), settings=PostgresSettings(start_timeout_s=30), durable=sys.argv[2] == "durable")
except Refusal as refusal:
    print(json.dumps({"refused": type(refusal).__name__, "says": str(refusal), "next": refusal.next}), flush=True)
    sys.exit(3)
print(json.dumps({"url": server.url, "seconds": time.monotonic() - begun}), flush=True)
sys.stdin.readline()
server.close()
"""


@dataclass
class Place:
    """A home and the account whose commands use it, each command a process of its own."""

    home: Path
    user: str | None
    clients: list[subprocess.Popen[str]] = field(default_factory=list)

    def begin(self, *, durable: bool = False, limit: Callable[[], None] | None = None) -> subprocess.Popen[str]:
        account = pwd.getpwnam(self.user) if self.user else None
        identity: dict[str, Any] = {"extra_groups": [0, 1]} if ROOT else {}  # the server must not inherit them
        if account:
            identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        client: subprocess.Popen[str] = subprocess.Popen(
            [_python(account), "-c", CLIENT, str(self.home), "durable" if durable else "quick"],
            cwd="/",
            env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=limit,
            **identity,
        )
        self.clients.append(client)
        return client

    def client(self, **how: Any) -> tuple[subprocess.Popen[str], dict[str, Any]]:
        client = self.begin(**how)
        return client, answer(client)

    @property
    def postmaster(self) -> int:
        return int((self.home / "postgres" / "postmaster.pid").read_text().split()[0])

    def successor(self, postmaster: int) -> int:
        try:
            return self.postmaster if self.postmaster != postmaster else 0
        except (OSError, IndexError, ValueError):
            return 0

    @property
    def keeper(self) -> int:
        return parent(self.postmaster)

    def gone(self) -> bool:
        return not (self.home / "postgres" / "postmaster.pid").exists() and not (self.home / "postgres.keeper").exists()


def answer(client: subprocess.Popen[str]) -> dict[str, Any]:
    assert client.stdout
    answered: dict[str, Any] = json.loads(client.stdout.readline())
    return answered


def finish(client: subprocess.Popen[str]) -> None:
    assert client.communicate("\n", timeout=20) is not None
    assert client.returncode == 0


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def eventually(condition: Callable[[], bool], seconds: float = 8.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "did not come true in time"
        time.sleep(0.01)


def ask(url: str, sql: str) -> Any:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        cursor = connection.execute(sql)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def answers(url: str, sql: str = "select 1") -> bool:
    try:
        return ask(url, sql) is not None
    except psycopg.OperationalError:
        return False


def _python(account: Any) -> str:
    """The tests' own interpreter may live under root's home; the one of the system then serves the ordinary user."""
    if account is None:
        return sys.executable
    who = Account(account.pw_uid, account.pw_gid, dropped=True)
    for path in (Path(sys.executable), Path(f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}")):
        if path.exists() and not who.blocked_by(path.parent) and not who.blocked_by(path.resolve().parent):
            return str(path)
    pytest.skip(f"no interpreter that {account.pw_name} can run")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own: that one is closed to the account which serves root."""
    path = Path(tempfile.mkdtemp(prefix="retinue-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(params=["me", pytest.param(ORDINARY, marks=[pytest.mark.skipif(not ROOT, reason="needs root"), pytest.mark.slow])])
def place(request: pytest.FixtureRequest, folder: Path) -> Iterator[Place]:
    user = None if request.param == "me" else str(request.param)
    if user:
        account = pwd.getpwnam(user)
        (folder / "theirs").mkdir()
        os.chown(folder / "theirs", account.pw_uid, account.pw_gid)
    place = Place(folder / ("theirs" if user else "mine") / "home", user)
    yield place
    for client in place.clients:
        client.kill()
        client.communicate()
    if place.home.exists():
        eventually(place.gone)


@pytest.fixture
def mine(folder: Path) -> Iterator[Path]:
    home = folder / "home"
    yield home
    eventually(lambda: not (home / "postgres" / "postmaster.pid").exists())


def test_cold_then_warm_both_in_about_a_second(place: Place, record_property: Callable[[str, object], None]) -> None:
    taken = []
    for _ in range(2):
        client, ready = place.client(durable=True)
        taken.append(ready["seconds"])
        assert ask(ready["url"], "show server_version_num") >= "180000"
        assert ask(ready["url"], "show fsync") == "on"
        assert ask(ready["url"], "show data_checksums") == "on"
        finish(client)
        assert place.gone()
    record_property("cold and warm seconds", taken)
    assert taken[0] < 6  # three times the promise: the machine of the tests is shared
    assert taken[1] < 3


def test_commands_started_at_the_same_instant_share_one_server(place: Place) -> None:
    clients = [place.begin() for _ in range(4)]
    urls = {answer(client)["url"] for client in clients}
    assert len(urls) == 1
    keeper = ["-m", "retinue.embedded.postmaster", str(place.home)]
    keepers = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _command(pid)[1:4] == keeper]
    assert keepers == [place.keeper]
    for client in clients[1:]:
        finish(client)
        assert answers(*urls)
    finish(clients[0])
    assert place.gone()


def _command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


def test_server_dies_with_its_only_command_even_by_force(place: Place) -> None:
    client, ready = place.client()
    ask(ready["url"], "create table kept (n int)")
    postmaster, keeper = place.postmaster, place.keeper
    client.kill()
    eventually(lambda: not running(postmaster) and not running(keeper), 5)
    assert place.gone()
    _, again = place.client()
    assert ask(again["url"], "select count(*) from kept") == 0


def test_server_stays_while_another_command_uses_it(place: Place) -> None:
    first, ready = place.client()
    second, _ = place.client()
    postmaster = place.postmaster
    first.kill()
    first.wait()
    third, _ = place.client()  # the keeper has heard of the first's end before it greets the third
    assert place.postmaster == postmaster
    assert answers(ready["url"])
    finish(third)
    assert answers(ready["url"])
    finish(second)
    assert place.gone()


def test_killed_keeper_takes_the_server_along_and_nothing_stored_is_lost(place: Place) -> None:
    client, ready = place.client()
    ask(ready["url"], "create table kept as select 7 as n")
    postmaster = place.postmaster
    kill(place.keeper)
    eventually(lambda: not running(postmaster), 5)
    other, again = place.client()
    assert again["url"] == ready["url"]
    assert ask(again["url"], "select n from kept") == 7
    finish(client)
    assert answers(again["url"])
    finish(other)
    assert place.gone()


def test_killed_postmaster_comes_back_with_its_data(place: Place) -> None:
    _, ready = place.client()
    ask(ready["url"], "create table kept as select 7 as n")
    postmaster = place.postmaster
    with closing(psycopg.connect(ready["url"])) as held:  # a busy session holds memory
        held.pgconn.send_query(b"do 'begin loop null; end loop; end'")
        eventually(lambda: ask(ready["url"], "select count(*) from pg_stat_activity where query like 'do %'") == 1)
        kill(postmaster)
        eventually(lambda: place.successor(postmaster) != 0)
        kill(place.successor(postmaster))  # most likely while it starts
        eventually(lambda: answers(ready["url"], "select n from kept"))
    assert place.postmaster != postmaster


def test_a_hold_knows_that_its_server_is_gone_and_renews_it(mine: Path) -> None:
    with start(mine, settings=SETTINGS, durable=False) as server:
        ask(server.url, "create table kept as select 7 as n")
        keeper = Place(mine, None).keeper
        assert server.alive
        kill(keeper)
        eventually(lambda: not server.alive)
        server.renew()
        assert server.alive
        assert ask(server.url, "select n from kept") == 7
    assert not (mine / "postgres.keeper").exists()


def test_a_server_that_is_kept_comes_back_by_itself(mine: Path) -> None:
    with start(mine, settings=SETTINGS, durable=False) as server, server.kept():
        ask(server.url, "create table kept as select 7 as n")
        kill(Place(mine, None).keeper)
        eventually(lambda: not server.alive)
        eventually(lambda: answers(server.url, "select n from kept"))
        assert server.alive
    assert not (mine / "postgres.keeper").exists()


async def test_closes_without_holding_up_the_loop(mine: Path) -> None:
    server = await asyncio.to_thread(start, mine, settings=SETTINGS, durable=False)
    assert answers(server.url)
    await server.aclose()
    assert not (mine / "postgres" / "postmaster.pid").exists()


def test_a_command_killed_while_the_server_starts_leaves_nothing_behind(place: Place) -> None:
    for pause in (0.25, 0.4, 0.6):
        client = place.begin()
        time.sleep(pause)  # not a wait for a result: the moment of death is the case
        client.kill()
        client.communicate()
    client, ready = place.client()
    assert answers(ready["url"])
    finish(client)
    assert place.gone()


def test_only_the_owner_can_reach_files_and_server(place: Place) -> None:
    accounts = hashlib.sha256(Path("/etc/passwd").read_bytes()).hexdigest()
    _, ready = place.client()
    modes = {name: oct((place.home / name).stat().st_mode & 0o777) for name in ("postgres", "run", "postgres.password", "postgres.log")}
    assert modes == {"postgres": "0o700", "run": "0o700", "postgres.password": "0o600", "postgres.log": "0o600"}
    assert (place.home / "postgres.keeper").stat().st_mode & 0o077 == 0
    assert place.home.stat().st_mode & 0o066 == 0
    process = Path(f"/proc/{place.postmaster}")
    status = process.joinpath("status").read_text()
    expected = Account.current().uid if place.user is None else pwd.getpwnam(place.user).pw_uid
    assert expected != 0
    assert f"Uid:\t{expected}\t{expected}\t{expected}\t{expected}\n" in status
    assert status.split("Groups:")[1].split("\n")[0].strip() == ""
    names = {entry.split("=")[0] for entry in process.joinpath("environ").read_text().split("\0") if entry}
    assert names <= {"LC_ALL", "TZ", "PGSYSCONFDIR", "PGLOCALEDIR"}
    assert ask(ready["url"], "show listen_addresses") == ""
    assert hashlib.sha256(Path("/etc/passwd").read_bytes()).hexdigest() == accounts


def test_wrong_or_missing_password_is_refused(mine: Path) -> None:
    with start(mine, settings=SETTINGS, durable=False) as server:
        secret = server.password("postgres")
        for wrong in ("guess", ""):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(server.url.replace(secret, wrong), passfile="/nonexistent")
        assert ask(server.url, "select rolpassword ~ '^SCRAM-SHA-256' from pg_authid where rolname = 'postgres'")
        ask(server.url, f"create role guest login password '{server.password('guest')}'")
        assert ask(server.login("guest"), "select current_user") == "guest"
        assert secret not in server.login("guest")
        assert not ask(server.login("guest"), "select rolsuper from pg_roles where rolname = current_user")


def test_a_home_with_a_long_path_works(place: Place) -> None:
    place.home = place.home.parent / ("long" * 30) / "home"
    client, ready = place.client()
    assert answers(ready["url"])
    sockets = Path(ready["url"].split("host=")[1].split("&")[0])
    assert len(str(sockets)) < SOCKET_PATH_BYTES - 20
    assert sockets.stat().st_mode & 0o777 == 0o700
    finish(client)
    shutil.rmtree(sockets.parent)


def test_a_short_folder_made_by_someone_else_is_not_trusted(place: Place) -> None:
    place.home = place.home.parent / ("long" * 30) / "home"
    client, ready = place.client()
    finish(client)
    sockets = Path(ready["url"].split("host=")[1].split("&")[0]).parent
    mode = sockets.stat().st_mode
    try:
        sockets.chmod(0o777)
        assert place.client()[1]["refused"] == "SocketFolderTaken"
        sockets.chmod(mode)
        if ROOT:
            owner = sockets.stat().st_uid
            os.chown(sockets, pwd.getpwnam("bin").pw_uid, -1)
            assert place.client()[1]["refused"] == "SocketFolderTaken"
            os.chown(sockets, owner, -1)
        sockets.rename(place.home.parent.parent / "elsewhere")
        sockets.symlink_to(place.home.parent.parent / "elsewhere")
        assert place.client()[1]["refused"] == "SocketFolderTaken"
    finally:
        sockets.unlink() if sockets.is_symlink() else shutil.rmtree(sockets)


@pytest.mark.skipif(not ROOT, reason="needs root")
@pytest.mark.parametrize("place", [ORDINARY], indirect=True)
def test_a_home_that_cannot_be_written_is_refused(place: Place) -> None:
    place.home.parent.chmod(0o555)
    client, refused = place.client()
    assert refused["refused"] == "HomeNotWritable"
    assert str(place.home) in refused["says"]
    assert "RETINUE_HOME" in refused["next"]
    assert client.wait() == 3


@pytest.mark.skipif(not ROOT, reason="needs root")
def test_the_home_of_another_user_is_refused(folder: Path) -> None:
    home = folder / "home"
    home.mkdir()
    os.chown(home, pwd.getpwnam(ORDINARY).pw_uid, -1)
    with pytest.raises(HomeOfAnother, match=ORDINARY):
        start(home, settings=SETTINGS)


def test_a_home_that_everyone_may_write_is_refused(folder: Path) -> None:
    (folder / "home").mkdir()
    (folder / "home").chmod(0o777)
    with pytest.raises(HomeOpenToOthers):
        start(folder / "home", settings=SETTINGS)


@pytest.mark.skipif(not ROOT, reason="needs root")
def test_as_root_a_home_below_a_closed_folder_is_refused_and_the_folder_left_closed(folder: Path) -> None:
    (folder / "closed").mkdir(mode=0o700)
    with pytest.raises(HomeNotReachable, match=str(folder / "closed")):
        start(folder / "closed" / "home", settings=SETTINGS)
    assert (folder / "closed").stat().st_mode & 0o777 == 0o700


def _used(home: Path) -> None:
    with start(home, settings=SETTINGS, durable=False) as server:
        ask(server.url, "create table kept as select 7 as n")


def _refused(home: Path, kind: type[Exception], match: str) -> None:
    with pytest.raises(kind, match=match):
        start(home, settings=SETTINGS, durable=False)
    assert not (home / "postgres.keeper").exists()


def test_data_of_another_version_is_refused_untouched(mine: Path) -> None:
    _used(mine)
    (mine / "postgres" / "PG_VERSION").write_text("16\n")
    _refused(mine, OtherVersion, "PostgreSQL 16")
    assert (mine / "postgres" / "base").exists()


def test_damaged_data_is_refused_with_the_servers_last_words(mine: Path) -> None:
    _used(mine)
    (mine / "postgres" / "global" / "pg_control").write_bytes(bytes(8192))
    _refused(mine, DataDamaged, "incompatible")
    (mine / "postgres" / "global" / "pg_control").unlink()
    _refused(mine, DataDamaged, "pg_control")


def test_a_full_disk_is_said_and_a_later_start_succeeds(place: Place) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))

    client, refused = place.client(limit=limit)
    assert refused["refused"] == "DiskFull", refused
    assert client.wait() == 3
    _, ready = place.client()
    assert answers(ready["url"])


def test_a_disk_that_fills_later_is_said_and_nothing_stored_is_lost(mine: Path) -> None:
    _used(mine)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, limit[1]))
    try:
        _refused(mine, DiskFull, "full")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    with start(mine, settings=SETTINGS, durable=False) as server:
        assert ask(server.url, "select n from kept") == 7


def test_a_lock_file_that_names_an_innocent_process_is_ignored_and_the_process_spared(mine: Path) -> None:
    _used(mine)
    account = Account.current()
    innocent = subprocess.Popen(["sleep", "60"], **account.identity())
    try:
        stale = f"{innocent.pid}\n{mine / 'postgres'}\n1\n5432\n{mine / 'run'}\n\n  1 1\nready   \n"
        (mine / "postgres" / "postmaster.pid").write_text(stale)
        (mine / "run" / ".s.PGSQL.5432.lock").write_text(stale)
        with start(mine, settings=SETTINGS, durable=False) as server:
            assert ask(server.url, "select n from kept") == 7
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


def test_a_server_without_keeper_is_ended_and_replaced(mine: Path) -> None:
    _used(mine)
    server_program = [str(program("postgres")), "-D", str(mine / "postgres"), "-c", "listen_addresses="]
    orphan = subprocess.Popen(
        [*server_program, "-c", f"unix_socket_directories={mine / 'run'}"],
        cwd="/",
        stderr=subprocess.DEVNULL,
        **Account.current().identity(),
    )
    pid_file = mine / "postgres" / "postmaster.pid"
    eventually(lambda: pid_file.exists() and "ready" in pid_file.read_text())
    with start(mine, settings=SETTINGS, durable=False) as server:
        orphan.wait(10)
        assert ask(server.url, "select n from kept") == 7


def test_half_made_data_of_a_killed_start_is_thrown_away(mine: Path) -> None:
    mine.mkdir(mode=0o711)
    (mine / "postgres.new" / "base").mkdir(parents=True)
    (mine / "postgres.new" / "PG_VERSION").write_text("18\n")
    _used(mine)
    assert not (mine / "postgres.new").exists()


@pytest.mark.skipif(not ROOT, reason="needs root")
def test_programs_that_the_servers_account_cannot_reach_are_copied_once(folder: Path) -> None:
    installed = program("postgres").parents[2]
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    for name in (installed.name, f"{installed.name}.libs"):
        shutil.copytree(installed.parent / name, closed / name, ignore=shutil.ignore_patterns("pginstall", "include"))
    for information in installed.parent.glob(f"{installed.name}-*.dist-info"):
        shutil.copytree(information, closed / information.name)
    sys.path.insert(0, str(closed))
    try:
        home = folder / "home"
        seen = []
        for _ in range(2):
            with start(home, settings=SETTINGS, durable=False) as server:
                assert ask(server.url, "create extension if not exists vector") is None
                executable = os.readlink(f"/proc/{Place(home, None).postmaster}/exe")
            assert executable.startswith(f"{home}/bin-")
            seen.append(Path(executable).stat().st_mtime_ns)
        assert seen[0] == seen[1]
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        sys.path.remove(str(closed))


def test_programs_for_backup_are_found_and_work(mine: Path) -> None:
    with start(mine, settings=SETTINGS, durable=False) as server:
        assert isinstance(server, Server)
        ask(server.url, "create table kept as select 7 as n")
        dumped = subprocess.run([server.bin("pg_dump"), "--dbname", server.url], capture_output=True, text=True)
        assert "CREATE TABLE public.kept" in dumped.stdout, dumped.stderr


def test_the_log_never_outgrows_twice_its_limit(tmp_path: Path) -> None:
    log = Log(tmp_path / "postgres.log", 10_000)
    for _ in range(100):
        os.write(log.write_end, b"x" * 999 + b"\n")
        log.pump()
    sizes = [path.stat().st_size for path in tmp_path.iterdir()]
    assert len(sizes) == 2
    assert sum(sizes) <= 20_000
    assert log.last().count("x") == 4 * 999

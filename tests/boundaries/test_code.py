"""What the code may not do, over all of it; each rule is shown to see a violation."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src/retinue"
LINES_AT_MOST = 400
CATCHES_ALL = {
    "kernel/deliver.py": "whatever a handler raises is counted, retried and parked",
    "kernel/errors.py": "the one wrapper around foreign code",
    "kernel/waiting.py": "a stream that has begun can tell an error only in itself",
}
READS_ENVIRONMENT = {"kernel/settings.py", "embedded/postgres.py", "cli/"}  # postgres.py hands it to the server's process
# A workplace's folders and registries have no place in a program for others.
LEAK = re.compile(r"/(work|tmp)/[a-z]|/root/|/home/[a-z]+/|//[\w.-]*(pypi|npmjs|artifactory|nexus|devpi|registry)[\w.-]*[/:]", re.I)
LEAK_ALLOWED = {"tests/boundaries/test_code.py"}


def modules() -> Iterator[Path]:
    yield from sorted(SOURCE.rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def catches_all(tree: ast.AST) -> bool:
    """`except:`, `except Exception` and `except BaseException` that do not end by raising what they caught."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        if any(kind is None or isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException") for kind in kinds):
            last = node.body[-1]
            if not (isinstance(last, ast.Raise) and last.exc is None):
                return True
    return False


def reads_environment(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv", "environb")
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        for node in ast.walk(tree)
    )


def opens_a_second(tree: ast.AST) -> bool:
    """A function that was given a Work, or opened one, and opens another meanwhile: many of them at once hold all connections and wait
    for more."""

    def opens(node: ast.AST) -> bool:
        return (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and (
                node.func.attr == "replay"
                or node.func.attr in ("work", "call", "begun")
                and ast.unparse(node.func.value).rpartition(".")[2] == "database"
            )
        )

    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef) and any(a.annotation and ast.unparse(a.annotation) == "Work" for a in node.args.args):
            if any(opens(inner) for inner in ast.walk(node)):
                return True
        if isinstance(node, ast.AsyncWith) and any(opens(item.context_expr) for item in node.items):
            if any(opens(inner) for each in node.body for inner in ast.walk(each)):
                return True
    return False


def hashes_in_a_transaction(tree: ast.AST) -> bool:
    """Passwords hashed where a Work is open: in a function that is given one, or inside `async with …work(…)`."""
    for node in ast.walk(tree):
        given = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(a.arg == "work" for a in node.args.args)
        opened = isinstance(node, ast.AsyncWith) and any(
            isinstance(item.context_expr, ast.Call) and getattr(item.context_expr.func, "attr", "") == "work" for item in node.items
        )
        calls = (c for c in ast.walk(node) if isinstance(c, ast.Call) and (given or opened))
        if any(getattr(c.func, "id", "") in ("hash_password", "verify_password") for c in calls):
            return True
    return False


def waits_for_the_disk(tree: ast.AST) -> bool:
    """A file put or removed where a Work is open: what is kept waits for the disk, and a commit that fails takes nothing back."""
    for node in ast.walk(tree):
        given = isinstance(node, ast.AsyncFunctionDef) and any(a.arg == "work" for a in node.args.args)
        opened = isinstance(node, ast.AsyncWith) and any("work(" in ast.unparse(item.context_expr) for item in node.items)
        calls = (c.func for c in ast.walk(node) if isinstance(c, ast.Call) and isinstance(c.func, ast.Attribute) and (given or opened))
        if any(c.attr in ("put", "remove") and re.search(r"(?i)files|kept", ast.unparse(c.value)) for c in calls):
            return True
    return False


@pytest.mark.parametrize(
    ("rule", "violation"),
    [
        (waits_for_the_disk, "async def f(process, work, data):\n    await kept(process).put(work.organization, data)"),
        (waits_for_the_disk, "async def f(job):\n    async with job.work() as w:\n        await job.process.get(Files).remove(o, n)"),
        (hashes_in_a_transaction, "async def add(work, p):\n    h = await hash_password(p)"),
        (hashes_in_a_transaction, "async def f(d):\n    async with d.work('identity', o) as w:\n        await verify_password(k, p)"),
        (catches_all, "try: f()\nexcept Exception: pass"),
        (catches_all, "try: f()\nexcept (ValueError, BaseException) as e: print(e)"),
        (catches_all, "try: f()\nexcept: pass"),
        (reads_environment, "import os\nx = os.environ['A']"),
        (reads_environment, "import os\nx = os.getenv('A')"),
        (opens_a_second, "async def r(work: Work = works('a', 'b')):\n    await deliverer.replay('a', work.organization, 1)"),
        (opens_a_second, "async def r(p):\n    async with p.database.work('a', o) as work:\n        await p.database.call('select 1')"),
    ],
)
def test_the_rules_see_violations(rule: Callable[[ast.AST], bool], violation: str) -> None:
    assert rule(ast.parse(violation))
    assert not rule(ast.parse("try: f()\nexcept ValueError: pass\nexcept Exception:\n    log()\n    raise"))


def test_only_two_places_catch_everything() -> None:
    found = {name(path) for path in modules() if catches_all(ast.parse(path.read_text()))}
    assert found <= CATCHES_ALL.keys(), found - CATCHES_ALL.keys()


def test_passwords_are_hashed_outside_transactions() -> None:
    assert {name(path) for path in modules() if hashes_in_a_transaction(ast.parse(path.read_text()))} == set()


def test_files_are_kept_and_removed_outside_transactions() -> None:
    assert {name(path) for path in modules() if waits_for_the_disk(ast.parse(path.read_text()))} == set()


def test_the_environment_is_read_by_settings_only() -> None:
    found = {name(path) for path in modules() if reads_environment(ast.parse(path.read_text()))}
    assert [each for each in found if not each.startswith(tuple(READS_ENVIRONMENT))] == []


def test_a_work_opens_no_second_connection() -> None:
    assert [name(path) for path in modules() if opens_a_second(ast.parse(path.read_text()))] == []


def test_no_file_is_too_long() -> None:
    lengths = {name(path): len(path.read_text().splitlines()) for path in modules()}
    assert {n: lines for n, lines in lengths.items() if lines > LINES_AT_MOST} == {}


def test_no_module_is_a_drawer() -> None:
    drawers = {"utils", "util", "common", "helpers", "helper", "manager", "core", "base", "misc"}
    assert [name(path) for path in modules() if path.stem in drawers] == []


def test_nothing_of_the_workplace_is_committed() -> None:
    assert (
        LEAK.search(f"see /{'work'}/thing")
        and LEAK.search("https://pypi.example.org/simple")
        and not LEAK.search("https://example.org/network/")
    )
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    found = []
    for each in filter(None, listed.stdout.split("\0")):
        path = ROOT / each
        if (
            each in LEAK_ALLOWED
            or not path.is_file()
            or path.suffix not in (".py", ".md", ".toml", ".sql", ".sh", ".yml", ".json", ".ts", ".tsx", "")
        ):
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if LEAK.search(line):
                found.append(f"{each}:{number}: {line.strip()[:100]}")
    assert found == []


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    code = "import sys; sys.path.insert(0, 'src'); from importlinter.cli import lint_imports_command; lint_imports_command()"
    assert program.exists()
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache", "--config", "pyproject.toml"],
        cwd=root,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": "src", "PATH": ""},
    )


def test_each_floor_imports_only_floors_below(tmp_path: Path) -> None:
    """And goes red when a kernel module imports a service, or a service another."""
    passed = lint_imports(ROOT)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "3 kept, 0 broken" in passed.stdout, "all contracts are checked"
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.onnx", "*.json"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    floors, services = "Each floor imports only floors below it", "No service imports another"
    for path, line, contract in (
        ("kernel/clock.py", "import retinue.services.identity", floors),
        ("services/research/__init__.py", "import retinue.services.identity", services),
    ):
        planted = tmp_path / "src/retinue" / path
        before = planted.read_text()
        planted.write_text(f"{before}\n{line}  # noqa\n")
        broken = lint_imports(tmp_path)
        assert broken.returncode == 1 and f"{contract} BROKEN" in broken.stdout, broken.stdout + broken.stderr
        planted.write_text(before)


def test_every_package_is_a_floor() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [c["layers"] for c in contracts if c["type"] == "layers"]
    packages = {p.stem for p in SOURCE.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()} - {"__init__", "__main__"}
    assert {layer.removeprefix("retinue.") for layer in layers} == packages


def test_the_wildcard_matches_services() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    wildcards = [m for c in contracts for m in c.get("modules", []) if "*" in m]
    assert wildcards == ["retinue.services.*"]
    assert len([p for p in (SOURCE / "services").iterdir() if (p / "__init__.py").exists()]) >= 2


def numbers_used_twice(decisions: Iterable[Path]) -> list[str]:
    """Of records of decisions, those whose number another has too, or whose title says another number than the file."""
    files = sorted(decisions)
    held = Counter(file.name[:4] for file in files)
    said = {file: re.match(r"# 0*(\d+)", file.read_text()) for file in files}
    return [file.name for file, title in said.items() if held[file.name[:4]] > 1 or title is None or int(title[1]) != int(file.name[:4])]


def test_each_decision_has_a_number_of_its_own(tmp_path: Path) -> None:
    for name, title in (
        ("0001-one.md", "# 1. One"),
        ("0002-two.md", "# 2. Two"),
        ("0002-too.md", "# 2. Too"),
        ("0003-three.md", "# 2. Three"),
    ):
        (tmp_path / name).write_text(title)
    assert numbers_used_twice(tmp_path.iterdir()) == ["0002-too.md", "0002-two.md", "0003-three.md"], "a planted one is seen"
    assert numbers_used_twice((ROOT / "docs/decisions").glob("*.md")) == [], "take the next free number"

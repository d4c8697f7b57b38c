"""At run time there is one way to speak SQL, and what migrations are written in is loaded when one runs."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import retinue
from assembled import prepare

SOURCE = Path(retinue.__file__).parent
OTHERS = {"sqlalchemy", "alembic"}
MAY_IMPORT = {"assembly/install.py", "assembly/revisions.py", "assembly/removal.py"}  # inside the functions that run or check migrations


def imports(code: str) -> list[tuple[str, bool]]:
    """Each imported package, and whether that happens when the module is loaded."""
    tree = ast.parse(code)
    later = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for_types = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and ast.unparse(branch.test).endswith("TYPE_CHECKING")
        for node in ast.walk(branch)
    }
    found: list[tuple[str, bool]] = []
    for node in ast.walk(tree):
        names = (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [n.name for n in node.names]
            if isinstance(node, ast.Import)
            else []
        )
        found += [(name.partition(".")[0], id(node) not in later | for_types) for name in names]
    return found


def faults(path: str, code: str) -> list[str]:
    if path.startswith("assembly/migrations/"):
        return []
    return [name for name, at_once in imports(code) if name in OTHERS and (at_once or path not in MAY_IMPORT)]


def test_nobody_but_migrations_imports_another_way() -> None:
    found = {str(file.relative_to(SOURCE)): faults(str(file.relative_to(SOURCE)), file.read_text()) for file in SOURCE.rglob("*.py")}
    assert len(found) > 200
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("services/library/store.py", "from sqlalchemy import select"),
        ("kernel/work.py", "def late():\n    import sqlalchemy.ext.asyncio"),
        ("assembly/install.py", "from alembic import command"),
    ],
)
def test_a_planted_import_is_found(path: str, code: str) -> None:
    assert faults(path, code)


START = """
import asyncio, sys
import retinue.cli
from retinue.assembly.process import opened, serving, settings
from retinue.assembly.rooms import ROOMS

async def start():
    async with opened(settings(), sys.argv[1], ROOMS) as process:
        app = serving(process, ROOMS, ROOMS)
        async with app.router.lifespan_context(app):
            await process.database.call("select 1")

asyncio.run(start())
print(sorted({name.partition(".")[0] for name in sys.modules} & {"sqlalchemy", "alembic"}))
"""


def test_a_start_on_a_current_database_loads_neither(owner_url: str, tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", START, owner_url],
        env=os.environ | {"RETINUE_HOME": str(prepare(tmp_path / "home"))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.splitlines()[-1:] == ["[]"], told.stdout + told.stderr

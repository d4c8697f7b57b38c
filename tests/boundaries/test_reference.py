"""Generated pages are current, and what is built from the code is not committed."""

import subprocess

import pytest

from retinue.assembly.contract import fields, shape
from retinue.assembly.reference import ROOT, contracts, pages

PAGES = pages()


@pytest.mark.parametrize("path", list(PAGES), ids=lambda path: path.name)
def test_page_is_current(path):
    assert path.exists() and path.read_text() == PAGES[path], "run: python -m retinue.assembly.reference"


def test_contracts_are_built_not_committed():
    """Every branch changes them: thirty thousand lines that conflict with everybody else's."""
    tracked = set(subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())
    built = {str(path.relative_to(ROOT)) for path in contracts()}
    assert "build/contracts/openapi.json" in built and not built & tracked
    assert not {name for name in tracked if name.startswith("console/src/api/") and name.endswith((".d.ts", "topics.ts"))}


def test_a_line_shows_what_may_change():
    """Optional or not, personal or not, bounds, closed or open: each changes the line."""
    some = {"type": "object", "properties": {"a": {"type": "string", "maxLength": 3}, "b": {"type": "integer"}}, "required": ["a"]}
    said = fields(some)
    assert said == "{a: string(maxLength=3), b?: integer}"
    for other in (
        some | {"required": ["a", "b"]},
        some | {"additionalProperties": False},
        some | {"properties": some["properties"] | {"b": {"type": "integer", "minimum": 0}}},
        some | {"properties": some["properties"] | {"b": {"type": "integer", "x-personal": True}}},
    ):
        assert fields(other) != said
    assert shape({"anyOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "null"}]}) == "Thing|null"
    assert shape({"type": "array", "items": {"enum": ["x", "y"]}}) == "['x'|'y']"

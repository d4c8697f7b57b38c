"""How two configurations differ, as the changes that lead from one to the other."""

import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, Literal, NamedTuple

NOT_CONTENT = ("config_id", "client_id", "version", "created_at")  # of config_metadata: which it is and when, not what it says


class Change(NamedTuple):
    """`path` is the place in the later one, or for what was removed in the earlier one."""

    path: str
    op: Literal["add", "remove", "replace"]
    before: Any
    after: Any


def difference(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    return list(_objects(_said(before), _said(after), ""))


def same(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return _said(before) == _said(after)


def _said(body: dict[str, Any]) -> dict[str, Any]:
    metadata = {name: value for name, value in body.get("config_metadata", {}).items() if name not in NOT_CONTENT}
    return body | {"config_metadata": metadata}


def _values(before: Any, after: Any, path: str) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _objects(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, path)
    elif before != after:
        yield Change(path, "replace", before, after)


def _objects(before: dict[str, Any], after: dict[str, Any], path: str) -> Iterator[Change]:
    for name in dict.fromkeys([*before, *after]):
        place = f"{path}.{name}" if path else name
        if name not in after:
            yield Change(place, "remove", before[name], None)
        elif name not in before:
            yield Change(place, "add", None, after[name])
        else:
            yield from _values(before[name], after[name], place)


def _lists(before: list[Any], after: list[Any], path: str) -> Iterator[Change]:
    """What was put in or taken out moves the rest, which has not changed for that."""
    old, new = ([json.dumps(item, sort_keys=True) for item in items] for items in (before, after))
    for op, i, i_end, j, j_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op == "equal":
            continue
        pairs = min(i_end - i, j_end - j)
        for step in range(pairs):
            yield from _values(before[i + step], after[j + step], f"{path}[{j + step}]")
        for place in range(i + pairs, i_end):
            yield Change(f"{path}[{place}]", "remove", before[place], None)
        for place in range(j + pairs, j_end):
            yield Change(f"{path}[{place}]", "add", None, after[place])

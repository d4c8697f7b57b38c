"""What a request may say: the fields and parameters that are known, and nothing else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict

from retinue.kernel.errors import Refusal

SHOWN, LISTED = 60, 40  # characters of a name that is repeated, and names that are listed


class UnknownParameter(Refusal):
    """There is no query parameter {name} here{nearest}"""

    status = 422
    next = "This address takes {known}."

    def __init__(self, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        super().__init__(name=printable(name), nearest=nearest(name, names) or ".")
        self.next = self.next.format(known=", ".join(names) or "no query parameters")


class UnknownPart(Refusal):
    """This form takes no part {name}{nearest}"""

    status = 422
    next = "It takes {known}."

    def __init__(self, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        super().__init__(name=printable(name), nearest=nearest(name, names) or ".")
        self.next = self.next.format(known=", ".join(names))


def only(parts: Iterable[str], known: Iterable[str]) -> None:
    """Raises UnknownPart for the first part of a form that is none of the known ones."""
    names = set(known)
    if unknown := next((part for part in parts if part not in names), None):
        raise UnknownPart(unknown, names)


class Body(BaseModel):
    """Of a request, or a part of one: a field that it does not know is refused."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)  # passwords and tokens stay out of messages


def reason(kind: Any, fault: Mapping[str, Any]) -> str:
    """What is wrong at a place of a `kind` of value, in words; of an unknown field also the nearest known one, and which there are."""
    if fault["type"] != "extra_forbidden":
        return str(fault["msg"])
    steps = fault["loc"]
    known = _fields(kind, steps[:-1])
    listed = f" It takes {', '.join(known[:LISTED])}." if known else ""
    return f"there is no such field{nearest(str(steps[-1]), known) or '.'}{listed}"


def _fields(kind: Any, steps: Sequence[int | str]) -> list[str]:
    """Names of the fields at a place inside a type."""
    found = list(_models(kind))
    for step in steps:
        inner = [info for model in found for name, info in model.model_fields.items() if step in (name, info.alias)]
        if inner:
            found = [model for info in inner for model in _models(info.annotation)]
    return list(dict.fromkeys(info.alias or name for model in found for name, info in model.model_fields.items()))


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for part in get_args(kind):
        yield from _models(part)


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean …?`, or nothing when no known name is like it."""
    found = get_close_matches(name[:SHOWN].lower(), by_lower := {each.lower(): each for each in known}, 1, 0.6)
    return f"; did you mean {by_lower[found[0]]}?" if found else ""


def printable(name: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in name[:SHOWN])

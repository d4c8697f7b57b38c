"""An agent of any framework, with its input and output checked and no change to its code."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from retinue.engines.governance.gate import Blocked
from retinue.engines.governance.policy import Decision, Source, check, leaked, mask
from retinue.kernel.errors import ForeignError, foreign


def _texts(value: Any) -> Iterator[str]:
    """Every string in a value; what it does not know is read as its str()."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _texts(item)
    elif hasattr(value, "content"):
        yield from _texts(value.content)
    elif value is not None and not isinstance(value, (bool, int, float)):
        yield str(value)


def _checked(text: str, source: Source, known: str = "") -> Decision:
    try:
        with foreign("policy check"):
            decision = check(text, source, known=known)
    except ForeignError:
        decision = Decision("block", ("check_failed",), ("A check broke, so nothing passes.",))
    if decision.action == "block":
        raise Blocked(decision)
    return decision


def _cleaned(value: Any, known: str) -> Any:
    if isinstance(value, str):
        decision = _checked(value, "output", known)
        return mask(value, leaked(value, known)) if decision.action != "allow" else value
    if isinstance(value, Mapping):
        return {key: _cleaned(item, known) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([_cleaned(item, known) for item in value])
    if isinstance(getattr(value, "content", None), str) and hasattr(value, "model_copy"):
        return value.model_copy(update={"content": _cleaned(value.content, known)})
    for text in _texts(value):
        if leaked(text, known) or _checked(text, "output", known).action == "redact":
            raise Blocked(Decision("block", ("personal_data",), ("It contains personal data that cannot be masked.",)))
    return value


class Governed:
    """Only call, invoke and ainvoke: what is not checked, streams included, is not offered."""

    def __init__(self, agent: Any) -> None:
        self._agent = agent

    def _enter(self, given: tuple[Any, ...], named: Mapping[str, Any]) -> str:
        texts = [text for value in (*given, *named.values()) for text in _texts(value)]
        for text in texts:
            _checked(text, "user")
        return "\n".join(texts)

    def __call__(self, *given: Any, **named: Any) -> Any:
        known = self._enter(given, named)
        answer = self._agent(*given, **named)
        if inspect.isawaitable(answer):

            async def later() -> Any:
                return _cleaned(await answer, known)

            return later()
        return _cleaned(answer, known)

    def invoke(self, *given: Any, **named: Any) -> Any:
        known = self._enter(given, named)
        return _cleaned(self._agent.invoke(*given, **named), known)

    async def ainvoke(self, *given: Any, **named: Any) -> Any:
        known = self._enter(given, named)
        return _cleaned(await self._agent.ainvoke(*given, **named), known)


def govern(agent: Any) -> Governed:
    """`agent` is a function, a coroutine function, or has invoke and ainvoke (LangGraph). Calls raise Blocked."""
    return Governed(agent)

"""How much of a stream may be shown: never the piece that could still turn out to be part of something forbidden."""

import re
from collections.abc import Callable

_SEEN = 400
# A window costs about half a millisecond, whatever its length: after the first one they come in handfuls of words.
_WINDOW = 32
# What may still grow into one secret or number: a word in progress, or groups of digits and capitals (a card, an IBAN),
# or the words that announce a password.
_UNFINISHED = re.compile(
    r"(?:(?:\b(?:password|passwd|pwd|passphrase|secret|token|api key)\b|Bearer|BEGIN)[^\n.!?]{0,60}"
    r"|(?:\+|\(|\b[A-Z]{2})?\d[\dA-Za-z()./ -]{0,40}|\S+\s?)\Z",
    re.IGNORECASE,
)


class Windows:
    """`clean` is given each window with up to 400 characters of what was shown before it; it may mask, or raise."""

    def __init__(self, clean: Callable[[str], str]) -> None:
        self._clean = clean
        self._shown = ""
        self._held = ""

    def add(self, text: str) -> str:
        self._held += text
        unfinished = _UNFINISHED.search(self._held, max(0, len(self._held) - 120))
        ready = self._held[: unfinished.start()] if unfinished else self._held
        if len(self._held) - len(ready) > 2_000:
            ready = self._held
        if self._shown and len(ready) < _WINDOW:
            return ""
        self._held = self._held[len(ready) :]
        return self._release(ready)

    def end(self) -> str:
        ready, self._held = self._held, ""
        return self._release(ready)

    def _release(self, ready: str) -> str:
        if not ready:
            return ""
        before = self._shown[-_SEEN:]
        cleaned = self._clean(before + ready)
        self._shown = (before + ready)[-_SEEN:]
        if cleaned.startswith(before):
            return cleaned[len(before) :]
        # What was shown is masked only now, together with this: keep to this window alone.
        return self._clean(ready)

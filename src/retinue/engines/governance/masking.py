"""Personal data taken out of what a model reads and put back into what it answers, by numbered tokens."""

import re

from retinue.engines.governance.pii import find_pii

_TOKEN = re.compile(r"\[[A-Z_]+_\d+\]")


class Masking:
    """The same value gets the same token within one exchange."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}
        self._values: dict[str, str] = {}

    def mask(self, text: str) -> str:
        pieces, at = [], 0
        for span in find_pii(text):
            value = text[span.start : span.end]
            token = self._tokens.get(value)
            if token is None:
                token = f"[{span.type}_{len(self._tokens) + 1}]"
                self._tokens[value], self._values[token] = token, value
            pieces += [text[at : span.start], token]
            at = span.end
        return "".join([*pieces, text[at:]])

    def restore(self, text: str) -> str:
        return _TOKEN.sub(lambda found: self._values.get(found.group(), found.group()), text)

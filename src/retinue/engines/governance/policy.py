"""What may pass: rules read from a file, each with its reason; what a rule cannot judge is blocked."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from retinue.engines.governance.pii import Span, find_pii

Source = Literal["user", "retrieved", "output"]
Action = Literal["allow", "redact", "escalate", "block"]

_STRICTNESS: dict[str, int] = {"allow": 0, "redact": 1, "escalate": 2, "block": 3}
MOST_CHARACTERS = 200_000
# Contact data may pass, and an answer may repeat what the request had; numbers that open accounts are masked everywhere.
_MASKED = frozenset({"EMAIL_ADDRESS", "PHONE_NUMBER", "IP_ADDRESS", "MAC_ADDRESS", "DATE_TIME", "US_BANK_NUMBER"})
_ALWAYS_MASKED = frozenset({"CREDIT_CARD", "US_SSN", "US_ITIN", "IBAN_CODE", "US_PASSPORT", "US_DRIVER_LICENSE", "UK_NHS", "CRYPTO"})
_INVISIBLE = re.compile(r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
                        r"\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]")  # fmt: skip
_SPACES = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"[.!?\n]")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'"})


@dataclass(frozen=True, slots=True)
class Decision:
    """`rules` are the ids of the rules that fired, `reasons` their explanations, in the same order."""

    action: Action
    rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    where: frozenset[str]
    action: Action
    explain: str
    raw: bool
    patterns: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]

    def fires(self, raw: str, normal: str) -> bool:
        text = raw if self.raw else normal
        for pattern in self.patterns:
            for found in pattern.finditer(text):
                if not self.unless or not self._excused(text, found.start(), found.end()):
                    return True
        return False

    def _excused(self, text: str, start: int, end: int) -> bool:
        before = max((m.end() for m in _SENTENCE_END.finditer(text, max(0, start - 200), start)), default=0)
        after = _SENTENCE_END.search(text, end)
        sentence = text[max(before, start - 200) : min(after.start() if after else len(text), end + 200)]
        return any(pattern.search(sentence) for pattern in self.unless)


def normalize(text: str) -> str:
    """What a reader sees: compatibility forms folded, invisible characters gone, one space between words."""
    folded = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_QUOTES)
    return _SPACES.sub(" ", folded).strip()


def rules_from(document: Mapping[str, Any]) -> tuple[Rule, ...]:
    """Raises ValueError naming the rule that cannot be read: an installation with broken rules does not start."""
    words: Mapping[str, str] = document.get("words", {})

    def compiled(rule: Mapping[str, Any], key: str) -> tuple[re.Pattern[str], ...]:
        flags = re.NOFLAG if rule.get("raw") else re.IGNORECASE
        patterns = []
        for pattern in rule.get(key, ()):
            for name, meaning in words.items():
                pattern = pattern.replace("{" + name + "}", meaning)
            patterns.append(re.compile(pattern, flags))
        return tuple(patterns)

    rules = []
    for rule in document.get("rule", ()):
        try:
            if rule["action"] not in _STRICTNESS or not set(rule["where"]) <= {"user", "retrieved", "output"}:
                raise ValueError("unknown action or source")
            rules.append(
                Rule(
                    id=rule["id"],
                    where=frozenset(rule["where"]),
                    action=rule["action"],
                    explain=rule["explain"],
                    raw=bool(rule.get("raw")),
                    patterns=compiled(rule, "patterns"),
                    unless=compiled(rule, "unless"),
                )
            )
        except (KeyError, TypeError, ValueError, re.error) as error:
            raise ValueError(f"policy rule {rule.get('id', '?')}: {error}") from error
    return tuple(rules)


@cache
def shipped_rules() -> tuple[Rule, ...]:
    text = files(__package__).joinpath("rules.toml").read_text(encoding="utf-8")
    return rules_from(tomllib.loads(text))


def leaked(text: str, known: str = "") -> list[Span]:
    """Personal data in an output that `known`, what the request already had, does not account for."""
    spans = [s for s in find_pii(text) if s.type in _ALWAYS_MASKED or (s.type in _MASKED and s.score >= 0.6)]
    return [s for s in spans if s.type in _ALWAYS_MASKED or text[s.start : s.end] not in known]


def forbidden(text: str) -> list[Span]:
    """Numbers that open an account or prove an identity: nobody's model or transcript needs them."""
    return [s for s in find_pii(text) if s.type in _ALWAYS_MASKED]


def mask(text: str, spans: Iterable[Span]) -> str:
    """The text with each span replaced by its type in brackets."""
    pieces, at = [], 0
    for span in sorted(spans, key=lambda s: s.start):
        pieces += [text[at : span.start], f"[{span.type}]"]
        at = span.end
    return "".join([*pieces, text[at:]])


def check(text: str, source: Source = "user", *, known: str = "", rules: tuple[Rule, ...] | None = None) -> Decision:
    """The strictest action of the rules that fire. `known` is text whose contact data the output may repeat."""
    if len(text) > MOST_CHARACTERS:
        return Decision("block", ("size",), (f"It is longer than {MOST_CHARACTERS:,} characters.",))
    normal = normalize(text)
    fired = [r for r in (shipped_rules() if rules is None else rules) if source in r.where and r.fires(text, normal)]
    action: Action = max((r.action for r in fired), key=lambda a: _STRICTNESS[a], default="allow")
    ids = [r.id for r in fired]
    reasons = [r.explain for r in fired]
    spans = leaked(text, known) if source == "output" else forbidden(text)
    if spans:
        ids.append("personal_data")
        reasons.append("It contains personal data: " + ", ".join(sorted({s.type for s in spans})) + ".")
        action = max(action, "redact", key=lambda a: _STRICTNESS[a])
    return Decision(action, tuple(ids), tuple(reasons))

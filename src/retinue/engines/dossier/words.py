"""Words that titles and details are made of, and words that are searched."""

import re
import unicodedata

WORDS_AT_MOST = 10
ERASED = "(erased)"  # a title that named somebody who is forgotten


def short(text: str | None, size: int = 120) -> str:
    text = " ".join((text or "").split())
    return text if len(text) <= size else text[: size - 1].rsplit(" ", 1)[0] + "…"


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def by(answered_by: str) -> str:
    return {"rules": "by rules", "person": "by a person", "cache": "answered before"}.get(answered_by, "by a model")


def plain(text: str) -> list[str]:
    """Its words without case and accents."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"[^\W_]+", "".join(letter for letter in folded if not unicodedata.combining(letter)))


def asked_words(typed: str) -> str | None:
    """As to_tsquery reads it: every word, and the last one as far as it is typed. None when there is no word."""
    found = plain(typed)[:WORDS_AT_MOST]
    return " & ".join([*found[:-1], f"{found[-1]}:*"]) if found else None

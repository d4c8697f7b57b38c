"""Words that titles and details are made of, and words that are searched."""

import re
import unicodedata

from retinue.contracts.conversations import AnswerGiven

NOT_GROUNDED, WORDS_AT_MOST = "not grounded", 10
ERASED = "(erased)"  # a title that named somebody who is forgotten
# The reasons that rules give; a model writes its own.
WHY = {
    "user_requests_human": "they asked for one",
    "offer_accepted": "they took the offer",
    "policy": "the client's rules ask for one",
    "upset": "they are upset",
    "agent": "the agent cannot help",
}


def short(text: str | None, size: int = 120) -> str:
    text = " ".join((text or "").split())
    return text if len(text) <= size else text[: size - 1].rsplit(" ", 1)[0] + "…"


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def by(answered_by: str) -> str:
    return {"rules": "by rules", "person": "by a person", "cache": "answered before"}.get(answered_by, "by a model")


def why(reason: str) -> str:
    """Why a visitor waits for a person, to stand after a colon."""
    return WHY.get(reason, short(reason))


def answer(event: AnswerGiven) -> str:
    """How it was answered, for whoever wonders whether to trust it."""
    if event.answered_by == "person":
        return "by a person"
    said = ["grounded" if event.grounded else NOT_GROUNDED]
    said += [count(len(event.cited), "source")] if event.cited else []
    said += [f"confidence {event.confidence:.2f}", by(event.answered_by), f"version {event.config_version}", f"{event.ms} ms"]
    said += [f"$ {event.cost_usd:.4f}"] if event.cost_usd else []
    return " · ".join(said)


def plain(text: str) -> list[str]:
    """Its words without case and accents."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"[^\W_]+", "".join(letter for letter in folded if not unicodedata.combining(letter)))


def asked_words(typed: str) -> str | None:
    """As to_tsquery reads it: every word, and the last one as far as it is typed. None when there is no word."""
    found = plain(typed)[:WORDS_AT_MOST]
    return " & ".join([*found[:-1], f"{found[-1]}:*"]) if found else None

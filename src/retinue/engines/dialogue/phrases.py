"""What the agent says in its own words, and what it takes for small talk; all of it in one data file."""

import re
import tomllib
from importlib.resources import files

_DATA = tomllib.loads((files("retinue.engines.dialogue") / "phrases.toml").read_text())
_SMALL_TALK: dict[str, str] = {said: kind for kind, several in _DATA["small_talk"].items() for said in several}
_IN_FULL: dict[str, str] = _DATA["in_full"]
OPENERS = re.compile(
    r"^(?:(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|hallo|guten (?:tag|morgen|abend)|bonjour|hola)(?: there|"
    r" again| all)?|(?:ok(?:ay)?|great|thanks|thank you|cool|perfect))\b[\s,.!–-]+",
    re.I,
)


def phrase(language: str, key: str, **values: str) -> str:
    """In the language of a BCP 47 tag, or English."""
    table = _DATA.get(language.lower().partition("-")[0])
    said: str = (table if isinstance(table, dict) and key in table else _DATA["en"])[key]
    return said.format(**values) if values else said


def small_talk(text: str) -> str | None:
    """hello, thanks, goodbye, fine, robot, abilities, yes or no, when the message is nothing else."""
    parts = [plain(part) for part in re.split(r"[.!?,;\n]+", text)]
    kinds = {_SMALL_TALK.get(part) for part in parts if part}
    whole = _SMALL_TALK.get(plain(text))
    if whole:
        return whole
    if not kinds or None in kinds:
        return None
    for kind in ("robot", "abilities", "no", "yes", "goodbye", "fine", "thanks", "hello"):
        if kind in kinds:
            return kind
    return None


def without_opener(text: str) -> str:
    """The message without the greeting before its question."""
    rest = OPENERS.sub("", text.strip())
    return rest if len(rest.split()) >= 2 else text.strip()


def in_full(text: str) -> str:
    """A question of few words as one that can be searched for."""
    return _IN_FULL.get(plain(text), text)


def plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s'-]", " ", text.lower().replace("’", "'")).split())

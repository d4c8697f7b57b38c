"""Which words are somebody's name: only where the text itself introduces a person."""

import re
from collections.abc import Iterator
from importlib.resources import files

_BIG, _SMALL = "[A-ZÀ-ÖØ-Þ]", "[a-zß-öø-ÿ]+"
_PART = rf"{_BIG}(?:{_SMALL}(?:{_BIG}{_SMALL})?|['’]{_BIG}{_SMALL}|\.)(?:['’-]{_BIG}?{_SMALL})*"
_LINK = r"(?:van der|van den|van|von|de la|de los|de|der|den|da|di|del|la|le|el|al|bin|ben|du|dos|y)"
_CAPITALIZED = re.compile(rf"(?<![\w@.\-/'’]){_PART}(?:[ \t]+(?:{_LINK}[ \t]+)?{_PART}){{0,4}}")
_LOWER = re.compile(r"(?:name is|name['’]s|call me) ([a-z]{2,15})(?: ([a-z]{2,15}))?(?=[ ,.!\n]|\Z)")
_WORD = re.compile(r"[^\s]+")

_TITLES = frozenset(
    (
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "prof",
        "professor",
        "herr",
        "frau",
        "señor",
        "señora",
        "sr",
        "sra",
        "madame",
        "monsieur",
        "mme",
    )
)
_GREETINGS = frozenset(("dear", "hi", "hello", "hey", "thanks", "thank", "hallo", "hola", "bonjour", "hej", "ciao"))
_NAMED = (
    "my name is", "my name's", "my name’s", " name is", "i am called", "i'm called", "call me", "me llamo",
    "mi nombre es", "m'appelle", "m’appelle", "ich heiße", "ich heisse", "mein name ist", "mi chiamo", "jag heter",
    "meu nome é", "mijn naam is", "ik heet",
)  # fmt: skip
_SELF = ("i am", "i'm", "i’m", "this is", "it is", "it's", "here is", "speaking with", "speak to", "speak with",
         "spoke with", "spoke to", "talked to", "talk to", "named", "called")  # fmt: skip
_LABELS = (
    "name", "customer", "patient", "client", "contact", "attn", "attention", "recipient", "sender", "signed",
    "beneficiary", "account holder", "cardholder", "tenant", "employee", "from", "to", "cc", "author", "guest",
    "driver",    "applicant", "candidate", "owner", "agent", "doctor", "manager", "passenger", "student", "surname",
)  # fmt: skip
_SPEAKING = (" from ", " at ", " here", " calling", " speaking", " with ", " again", ",")
_CLOSINGS = ("regards", "regards,", "wishes,", "wishes", "sincerely,", "sincerely", "cheers,", "cheers", "truly,",
             "faithfully,", "thanks,", "thanks!", "thanks.", "thank you,", "thank you!", "best,", "love,")  # fmt: skip

# Capitalized words that stand where a name could, without being anybody's.
_NOT_NAMES = frozenset(files(__package__).joinpath("not_names.txt").read_text(encoding="utf-8").split())


def _plain(word: str) -> str:
    return word.strip(".,'’").lower()


def _score(before: str, first: str, whole: bool, after: str) -> float:
    """How surely a name stands between these; `first` is the greeting or title that was part of the capitalized run."""
    if first in _TITLES:
        return 0.85
    tail = before.rstrip().lower()
    if before.endswith("\n") or "\n" in before[len(tail) :]:
        return 0.8 if tail.endswith(_CLOSINGS) and after[:1] in ("", "\n", "\r") else 0.0
    if first in _GREETINGS or tail.endswith((" hi", " hello", "dear", "hi,", "hello,", "thanks,", "thank you,")):
        return 0.6 if after[:1] in (",", "!", ".", "\n", "", ":") else 0.0
    if tail.endswith(_NAMED):
        return 0.9
    if tail.endswith(".") and tail[:-1].rsplit(None, 1)[-1:] and tail[:-1].rsplit(None, 1)[-1] in _TITLES:
        return 0.85
    if tail.endswith((":", "=")):
        label = tail[:-1].rstrip()
        return (0.85 if whole or label.endswith("name") else 0.0) if label.endswith(_LABELS) else 0.0
    if _ends(tail, _SELF):
        # "This is Anna from …" is a person, "This is Stockholm." is none.
        return 0.75 if whole or (tail.endswith(("this is", "here is")) and after.startswith(_SPEAKING)) else 0.0
    return 0.0


def _ends(tail: str, phrases: tuple[str, ...]) -> bool:
    if not tail.endswith(phrases):
        return False
    return any(tail.endswith(p) and (len(tail) == len(p) or not tail[-len(p) - 1].isalnum()) for p in phrases)


def people(text: str) -> Iterator[tuple[int, int, float]]:
    """Start, end and score of each introduced name."""
    for found in _CAPITALIZED.finditer(text):
        start, end = found.span()
        first = ""
        words = [(start + m.start(), start + m.end()) for m in _WORD.finditer(found.group())]
        while words:
            word = _plain(text[words[0][0] : words[0][1]])
            if word not in _NOT_NAMES and word not in _TITLES and word not in _GREETINGS:
                break
            first = word
            words.pop(0)
        for index, (a, b) in enumerate(words):
            if _plain(text[a:b]) in _NOT_NAMES:
                words = words[:index]
                break
        if not words:
            continue
        start, end = words[0][0], words[-1][1]
        if text[end - 1] == "." and not re.search(r"\b[A-Z]\.\Z", text[start:end]):
            end -= 1
        score = _score(text[max(0, start - 40) : start], first, len(words) > 1, text[end : end + 12])
        if score and end - start > 1:
            yield start, end, score
    for found in _LOWER.finditer(text):
        if found.group(1) not in _NOT_NAMES:
            second = found.group(2)
            yield found.start(1), found.end(2) if second and second not in _NOT_NAMES else found.end(1), 0.6

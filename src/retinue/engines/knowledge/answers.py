"""What in the passages answers the question, word for word, and whether that is evidence enough to say it."""

import re
from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict

from .evidence import Candidate, Encode, candidates, confidence, evidence, row_text
from .passages import Passage
from .sentences import Unit, units
from .terms import read_question

THRESHOLD = 0.48
UNKNOWN = "I don't know."
MAX_QUOTES = 3
SAYS_SOMETHING = 5  # words
LONG = 60
"""Words: a list or an answer under a question that is shorter is quoted whole."""

_LEANS = re.compile(
    r"(?:it|its|this|that|these|those|they|their|them|he|she|both|then|there|however|otherwise|also|but|and|so|or|after that|below that"
    r"|above that|instead|if so|if not|in that case|the same|not yet|further|such)\b",
    re.IGNORECASE,
)


class Quote(BaseModel):
    """passages[passage].text[start:end] == text; add the passage's own start for offsets in the document."""

    model_config = ConfigDict(frozen=True)

    passage: int
    start: int
    end: int
    text: str


class Grounding(BaseModel):
    """`quotes` are the citations of the answer, or, when it is not grounded, the pieces that come nearest.

    `nearest` are indexes of passages, best evidence first; `confidence` is the chance that the answer is right.
    """

    answer: str
    quotes: list[Quote]
    grounded: bool
    confidence: float
    nearest: list[int] = []


def ground(question: str, passages: Sequence[Passage], encode: Encode) -> Grounding:
    """The answer in the passages' own words, or UNKNOWN. The same input gives the same answer."""
    asked = read_question(question)
    ranked = evidence(asked, candidates(passages), passages, encode)
    if not ranked or not asked.terms:
        return Grounding(answer=UNKNOWN, quotes=[], grounded=False, confidence=0.0)
    best = ranked[0]
    sure = confidence(asked, best)
    nearest = list(dict.fromkeys(c.passage for c in ranked))[:5]
    if sure < THRESHOLD:
        return Grounding(answer=UNKNOWN, quotes=_nearest(ranked, passages), grounded=False, confidence=round(sure, 3), nearest=nearest)
    spans: list[tuple[int, int, int]] = []
    for candidate in _supporting(ranked):
        span = _whole(candidate, passages[candidate.passage])
        touching = next((i for i, s in enumerate(spans) if s[0] == candidate.passage and span[0] <= s[2] + 2 and s[1] <= span[1] + 2), None)
        if touching is None:
            spans.append((candidate.passage, *span))
        else:
            _, start, end = spans[touching]
            spans[touching] = (candidate.passage, min(start, span[0]), max(end, span[1]))
    quotes = [_quote(passages, *span) for span in spans]
    return Grounding(
        answer="\n\n".join(dict.fromkeys(shown(passages[q.passage], q) for q in quotes)),
        quotes=quotes,
        grounded=True,
        confidence=round(sure, 3),
        nearest=nearest,
    )


def _quote(passages: Sequence[Passage], passage: int, start: int, end: int) -> Quote:
    return Quote(passage=passage, start=start, end=end, text=passages[passage].text[start:end])


def _nearest(ranked: Sequence[Candidate], passages: Sequence[Passage]) -> list[Quote]:
    """The best piece of each passage that says something: a telephone number or a heading beside a question is no help."""
    found: dict[int, Candidate] = {}
    for candidate in ranked:
        unit = candidate.piece.unit
        if unit.kind == "row" or _words(passages[candidate.passage].text, unit.start, unit.end) >= SAYS_SOMETHING:
            found.setdefault(candidate.passage, candidate)
    return [_quote(passages, c.passage, c.piece.unit.start, c.piece.unit.end) for c in list(found.values())[:MAX_QUOTES]]


def _supporting(ranked: Sequence[Candidate]) -> list[Candidate]:
    """The best piece, and others that say as much and not the same."""
    best = ranked[0]
    kept = [best]
    for other in ranked[1:8]:
        rows = "row" in (other.piece.unit.kind, best.piece.unit.kind)
        margin, loss = (0.03, 0.02) if rows else (0.10, 0.25) if other.passage == best.passage else (0.05, 0.1)
        if len(kept) == MAX_QUOTES or other.typed < best.typed or other.score < best.score - margin or other.cover < best.cover - loss:
            continue
        if rows or all(_overlap(other.piece.own, k.piece.own) < 0.7 for k in kept):
            kept.append(other)
    return kept


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (min(len(one), len(other)) or 1)


def _whole(candidate: Candidate, passage: Passage) -> tuple[int, int]:
    """The piece with what it needs to be understood: its list, the answer under its question, the sentence it leans on."""
    unit, pieces = candidate.piece.unit, units(passage.text)
    here = next(i for i, piece in enumerate(pieces) if piece.start == unit.start)
    if unit.kind == "row":
        return unit.start, unit.end
    if unit.kind == "item":
        first, last = _run(pieces, here, lambda p: p.kind == "item" and p.lead == unit.lead)
        start = unit.lead[0] if unit.lead else pieces[first].start
        if unit.lead and _words(passage.text, start, pieces[last].end) <= LONG:
            return start, pieces[last].end
        return unit.start, unit.end
    first, last = _run(pieces, here, lambda p: p.kind == "sentence" and p.paragraph == unit.paragraph and not _asks(passage.text, p))
    if candidate.piece.asked and _words(passage.text, pieces[first].start, pieces[last].end) <= LONG:
        return pieces[first].start, pieces[last].end
    start, end = here, here
    while start > first and _LEANS.match(passage.text, pieces[start].start):
        start -= 1
    while (
        end < last
        and (_words(passage.text, pieces[start].start, pieces[end].end) < 6 or _LEANS.match(passage.text, pieces[end + 1].start))
        and end - start < 3
    ):
        end += 1
    if passage.text[pieces[end].end - 1] == ":":
        _, final = (
            _run(pieces, end + 1, lambda p: p.kind == "item") if end + 1 < len(pieces) and pieces[end + 1].kind == "item" else (end, end)
        )
        end = final if _words(passage.text, pieces[start].start, pieces[final].end) <= 2 * LONG else end
    return pieces[start].start, pieces[end].end


def _run(pieces: Sequence[Unit], here: int, same: Callable[[Unit], bool]) -> tuple[int, int]:
    first = last = here
    while first > 0 and same(pieces[first - 1]):
        first -= 1
    while last + 1 < len(pieces) and same(pieces[last + 1]):
        last += 1
    return first, last


def _asks(text: str, unit: Unit) -> bool:
    return text[unit.end - 1] == "?"


def _words(text: str, start: int, end: int) -> int:
    return len(text[start:end].split())


def shown(passage: Passage, quote: Quote) -> str:
    """The quote as a person reads it: rows with their columns' names, lists line by line, wrapped lines joined."""
    lines: list[str] = []
    last = 0
    for unit in units(passage.text):
        if unit.end <= quote.start or unit.start >= quote.end or unit.kind == "columns":
            continue
        text = " ".join(passage.text[max(unit.start, quote.start) : min(unit.end, quote.end)].split())
        if unit.kind == "row":
            named = passage.text[slice(*unit.columns)] if unit.columns else passage.columns
            lines.append(row_text(text, named).replace("; ", ", "))
        elif unit.kind == "item" and quote.start < unit.start - 4:
            lines.append("- " + text)
        elif lines and unit.kind == "sentence" and "\n" not in passage.text[last : unit.start]:
            lines[-1] += " " + text
        else:
            lines.append(text)
        last = unit.end
    return "\n".join(lines)

"""What in the passages answers the question, word for word, and whether that is evidence enough to say it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from .passages import Passage
from .sentences import Unit, cells, delimiter, units
from .terms import Question, Term, has_type, stems, synonyms

Encode = Callable[[Sequence[str]], np.ndarray[Any, np.dtype[np.float32]]]

MAX_PASSAGES = 12
MAX_CANDIDATES = 48
"""Sentences compared by meaning; they are chosen by words and by the passage's rank first."""


class Quote(BaseModel):
    """passages[passage].text[start:end] == text; add the passage's own start for offsets in the document."""

    model_config = ConfigDict(frozen=True)

    passage: int
    start: int
    end: int
    text: str


class Grounding(BaseModel):
    """Without evidence `grounded` is false, `answer` empty, and `quotes` are the nearest pieces, not an answer."""

    answer: str
    quotes: list[Quote]
    grounded: bool
    confidence: float


@dataclass
class Candidate:
    """One quotable piece and the evidence that it answers."""

    passage: int
    unit: Unit
    text: str
    context: str
    asked: str
    own: frozenset[str]
    around: frozenset[str]
    near: frozenset[str]
    section: frozenset[str]
    cover: float = 0.0
    missing: float = 0.0
    unnamed: float = 0.0
    alone: float = 0.0
    within: float = 0.0
    typed: float = 0.0
    score: float = 0.0


def candidates(passages: Sequence[Passage]) -> list[Candidate]:
    """Every sentence, item and row, with the question or heading that it stands under."""
    found: list[Candidate] = []
    for index, passage in enumerate(passages[:MAX_PASSAGES]):
        pieces = units(passage.text)
        own = [frozenset(stems(passage.text[u.start:u.end])) for u in pieces]
        section = frozenset().union(*own) if own else frozenset()
        heading, asked_in = "", -1
        for position, unit in enumerate(pieces):
            text = " ".join(passage.text[unit.start:unit.end].split())
            if unit.kind == "heading" or text.endswith("?"):
                heading, asked_in = text, unit.paragraph
                continue
            if unit.kind == "columns":
                continue
            if asked_in >= 0 and unit.paragraph > asked_in + 1 and heading.endswith("?"):
                heading, asked_in = "", -1
            lead = " ".join(passage.text[slice(*unit.lead)].split()) if unit.lead else ""
            columns = passage.text[slice(*unit.columns)] if unit.columns else passage.columns
            if unit.kind == "row":
                text = row_text(text, columns)
            path = " › ".join(p for p in (passage.context, heading) if p)
            found.append(Candidate(
                index, unit, f"{lead} {text}" if lead else text, path, heading if heading.endswith("?") else "",
                own=own[position] | frozenset(stems(lead)),
                around=frozenset(stems(f"{path} {columns if unit.kind == 'row' else ''}")),
                near=frozenset().union(*own[max(0, position - 1):position], *own[position + 1:position + 2]),
                section=section,
            ))
    return found


def row_text(row: str, columns: str) -> str:
    """A table's row as a person reads it: "Name: …, price: …"."""
    mark = delimiter(row)[0]
    if not mark or (mark == ";" and ": " in row):
        return row
    values = cells(row, mark)
    names = cells(columns, delimiter(columns)[0] or mark) if columns else []
    if len(names) == len(values):
        return ", ".join(f"{n}: {v}" if n else v for n, v in zip(names, values, strict=True) if v)
    return ": ".join([values[0], ", ".join(v for v in values[1:] if v)]) if len(values) > 1 else row


def match(term: Term, candidate: Candidate) -> float:
    """How surely the candidate speaks of the term, 0 to 1."""
    same = synonyms(term.stem)
    for words, direct, meant in (
        (candidate.own, 1.0, 0.85), (candidate.around, 0.95, 0.8), (candidate.near, 0.6, 0.5), (candidate.section, 0.4, 0.3),
    ):
        if term.stem in words:
            return direct
        if same & words or any(kindred(term.stem, word) for word in words):
            return meant
    return 0.0


def kindred(one: str, other: str) -> bool:
    """Whether two stems grow from one root: drive and driver, calibr and calibrat."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 4 and len(long) - len(short) <= 3 and long.startswith(short) and short.isalpha()


def evidence(
    question: Question, found: Sequence[Candidate], passages: Sequence[Passage], encode: Encode
) -> list[Candidate]:
    """The candidates with their features, best first."""
    for candidate in found:
        matches = [match(term, candidate) for term in question.terms]
        total = sum(term.weight for term in question.terms) or 1.0
        candidate.cover = sum(m * t.weight for m, t in zip(matches, question.terms, strict=True)) / total
        candidate.missing = sum(t.weight * (1 - m) for m, t in zip(matches, question.terms, strict=True) if m < 0.5)
        candidate.unnamed = sum(1.0 for m, t in zip(matches, question.terms, strict=True) if t.named and m < 0.5)
    order = sorted(found, key=lambda c: (c.passage * 0.05 - c.cover, c.passage, c.unit.start))
    kept = order[:MAX_CANDIDATES]
    points = encode([question.text, *(c.text for c in kept), *(f"{c.context}: {c.text}" for c in kept)])
    alone = points[1:len(kept) + 1] @ points[0]
    within = points[len(kept) + 1:] @ points[0]
    for candidate, one, other in zip(kept, alone, within, strict=True):
        typed = has_type(question.asks, candidate.text)
        candidate.alone, candidate.within = float(one), float(other)
        candidate.typed = 0.0 if typed is None else 1.0 if typed else -1.0
        bare = len(candidate.text.split()) <= 3 and candidate.unit.kind != "row" and not any(c.isdigit() for c in candidate.text)
        candidate.score = (
            max(candidate.alone, candidate.within) + 0.3 * candidate.cover + 0.06 * candidate.typed
            + 0.15 * passages[candidate.passage].score - (0.15 if bare and not candidate.asked else 0.0)
        )
    return sorted(kept, key=lambda c: (-c.score, c.passage, c.unit.start))

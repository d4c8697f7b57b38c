"""How strongly each sentence, item and row of the passages speaks to the question."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from .passages import Passage
from .sentences import Unit, cells, delimiter, units
from .terms import Question, Term, has_type, stems, synonyms

Encode = Callable[[Sequence[str]], np.ndarray[Any, np.dtype[np.float32]]]

MAX_PASSAGES = 16
MAX_CANDIDATES = 64
"""Sentences compared by meaning; they are chosen by words and by the passage's rank first."""
ROOT = 4  # letters that two stems of one root have in common at least
EXACT_TYPES = frozenset({"phone", "email", "id", "count", "measure:speed", "measure:height", "measure:weight", "measure:age"})
"""What is asked for by name: without it in the text there is no answer, however near the topic."""


@dataclass(frozen=True)
class Piece:
    """One quotable piece and the stems of the words in it, over it, beside it and in its passage."""

    unit: Unit
    text: str
    context: str
    asked: str
    own: frozenset[str]
    around: frozenset[str]
    near: frozenset[str]
    section: frozenset[str]


@dataclass
class Candidate:
    """A piece of passages[passage], and how it answers one question."""

    passage: int
    piece: Piece
    cover: float = 0.0
    rare: float = 0.0
    alone: float = 0.0
    within: float = 0.0
    typed: float = 0.0
    score: float = 0.0


@lru_cache(maxsize=4_096)
def pieces_of(context: str, columns_above: str, body: str) -> tuple[Piece, ...]:
    """Every sentence, item and row of a passage, with the question or heading that it stands under."""
    found: list[Piece] = []
    all_units = units(body)
    own = [frozenset(stems(body[u.start : u.end])) for u in all_units]
    section: frozenset[str] = frozenset().union(*own)
    heading, asked_in = "", -1
    for position, unit in enumerate(all_units):
        text = " ".join(body[unit.start : unit.end].split())
        if unit.kind == "heading" or text.endswith("?"):
            heading, asked_in = text, unit.paragraph
            continue
        if unit.kind == "columns":
            continue
        if unit.paragraph > asked_in + 1 and heading.endswith("?"):
            heading = ""
        lead = " ".join(body[slice(*unit.lead)].split()) if unit.lead else ""
        columns = body[slice(*unit.columns)] if unit.columns else columns_above
        if unit.kind == "row":
            text = row_text(text, columns)
        path = " › ".join(p for p in (context, heading) if p)
        found.append(
            Piece(
                unit,
                f"{lead} {text}" if lead else text,
                path,
                heading if heading.endswith("?") else "",
                own=own[position] | frozenset(stems(lead)),
                around=frozenset(stems(f"{path} {columns if unit.kind == 'row' else ''}")),
                near=frozenset().union(*own[max(0, position - 1) : position], *own[position + 1 : position + 2]),
                section=section,
            )
        )
    return tuple(found)


def candidates(passages: Sequence[Passage]) -> list[Candidate]:
    return [
        Candidate(index, piece)
        for index, passage in enumerate(passages[:MAX_PASSAGES])
        for piece in pieces_of(passage.context, passage.columns, passage.text)
    ]


def compared(passage: Passage) -> list[str]:
    """The texts of a passage that are compared with a question by meaning; embedding them ahead is what makes a first question quick."""
    pieces = pieces_of(passage.context, passage.columns, passage.text)
    return [*(piece.text for piece in pieces), *(f"{piece.context}: {piece.text}" for piece in pieces)]


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


def match(term: Term, meant: frozenset[str], piece: Piece) -> float:
    """How surely the piece speaks of the term, 0 to 1; `meant` are its synonyms and kin."""
    for there, direct, indirect in ((piece.own, 1.0, 0.85), (piece.around, 0.95, 0.8), (piece.near, 0.6, 0.5), (piece.section, 0.4, 0.3)):
        if term.stem in there:
            return direct
        if not meant.isdisjoint(there):
            return indirect
    return 0.0


@lru_cache(maxsize=100_000)
def kindred(one: str, other: str) -> bool:
    """Whether two stems grow from one root: drive and driver, calibr and calibrat."""
    short, long = sorted((one, other), key=len)
    return len(short) >= ROOT and len(long) - len(short) <= 3 and long.startswith(short) and short.isalpha()


def _kin(stem: str, known: Iterable[str]) -> set[str]:
    """Those of the known stems that are kindred; all of them share the beginning."""
    beginning = stem[:ROOT]
    return {word for word in known if word.startswith(beginning) and kindred(stem, word)} if len(stem) >= ROOT else set()


def evidence(question: Question, found: Sequence[Candidate], passages: Sequence[Passage], encode: Encode) -> list[Candidate]:
    """The candidates with their features, best first."""
    weights = [term.weight for term in question.terms]
    rarities = [weight * (1.2 - share) for weight, share in zip(weights, _shares(question, found), strict=True)]
    known = {stem for sections in {c.passage: c.piece.section | c.piece.around for c in found}.values() for stem in sections}
    meant = [synonyms(term.stem) | _kin(term.stem, known) for term in question.terms]
    for candidate in found:
        matches = [match(term, same, candidate.piece) for term, same in zip(question.terms, meant, strict=True)]
        candidate.cover = _mean(matches, weights)
        candidate.rare = _mean(matches, rarities)
    order = sorted(found, key=lambda c: (c.passage * 0.05 - c.cover, c.passage, c.piece.unit.start))
    kept = order[:MAX_CANDIDATES]
    points = encode([question.text, *(c.piece.text for c in kept), *(f"{c.piece.context}: {c.piece.text}" for c in kept)])
    alone = points[1 : len(kept) + 1] @ points[0]
    within = points[len(kept) + 1 :] @ points[0]
    for candidate, one, other in zip(kept, alone, within, strict=True):
        typed = has_type(question, candidate.piece.text)
        candidate.alone, candidate.within = float(one), float(other)
        candidate.typed = 0.0 if typed is None else 1.0 if typed else -1.0
        bare = (
            len(candidate.piece.text.split()) <= 3
            and candidate.piece.unit.kind != "row"
            and not any(c.isdigit() for c in candidate.piece.text)
        )
        candidate.score = (
            max(candidate.alone, candidate.within)
            + 0.3 * candidate.cover
            + 0.06 * candidate.typed
            + 0.15 * passages[candidate.passage].score
            - (0.15 if bare and not candidate.piece.asked else 0.0)
        )
    return sorted(kept, key=lambda c: (-c.score, c.passage, c.piece.unit.start))


def _shares(question: Question, found: Sequence[Candidate]) -> list[float]:
    """In what part of the passages each term occurs: a word that is everywhere proves little."""
    sections = {candidate.passage: candidate.piece.section for candidate in found}
    return [sum(term.stem in s for s in sections.values()) / (len(sections) or 1) for term in question.terms]


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(v * w for v, w in zip(values, weights, strict=True)) / (sum(weights) or 1.0)


def confidence(question: Question, best: Candidate) -> float:
    """The chance that the candidate answers: a logistic regression.

    Fitted, classes balanced, on the tuning halves of three companies' questions (tests/quality, tests/engines/knowledge).
    """
    if best.typed < 0 and question.asks in EXACT_TYPES:
        return 0.1
    log_odds = -5.8 + 3.3 * max(best.alone, best.within) + 3.2 * best.within + 2.0 * best.cover + 2.6 * best.rare + 1.8 * best.typed
    return 1 / (1 + math.exp(-log_odds))

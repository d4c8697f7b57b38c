"""How strongly each sentence, item and row of the passages speaks to the question."""

import math
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any

import numpy as np
from rapidfuzz import fuzz

from .passages import Passage
from .sentences import Unit, cells, delimiter, units
from .terms import QUALIFIERS, STOP, Question, Term, has_type, stem, stems, synonyms

Encode = Callable[[Sequence[str]], np.ndarray[Any, np.dtype[np.float32]]]

MAX_PASSAGES = 16
MAX_CANDIDATES = 64
"""Sentences compared by meaning; they are chosen by words and by the passage's rank first."""
EXACT_TYPES = frozenset(
    {"phone", "email", "id", "count", "amount", "year", "place", "measure:speed", "measure:height", "measure:weight", "measure:age"}
)
"""What is asked for by name: without it in the text there is no answer, however near the topic."""

NOT_NEAR, NOT_IN = 0.45, 0.7
"""Matches below are of words found in the same passage only, or not in the piece and its headings."""
MODEL: dict[str, Any] = tomllib.loads(resources.files(__package__).joinpath("confidence.toml").read_text(encoding="utf-8"))


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
    """A piece of passages[passage], and how it answers one question.

    cover, rare: the share of the question's words that it speaks of, all alike or the rare ones more; missing: the share that is neither in
    it nor over or beside it; unqualified: whether a word that narrows the question is; halved: whether half of a pair of words is ("phone" of "phone
    line"). alone, within: cosine without and with its headings.
    """

    passage: int
    piece: Piece
    document: str = ""
    cover: float = 0.0
    rare: float = 0.0
    missing: float = 0.0
    unqualified: float = 0.0
    unnamed: float = 0.0
    halved: float = 0.0
    alone: float = 0.0
    within: float = 0.0
    typed: float = 0.0
    score: float = 0.0


@lru_cache(maxsize=4_096)
def pieces_of(context: str, columns_above: str, body: str) -> tuple[Piece, ...]:
    """Every sentence, item and row of a passage, with the question or heading that it stands under."""
    found: list[Piece] = []
    all_units = units(body)
    own = [frozenset(stems(body[u.start:u.end])) | _implied(body[u.start:u.end]) for u in all_units]
    section: frozenset[str] = frozenset().union(*own)
    heading, asked_in = "", -1
    for position, unit in enumerate(all_units):
        text = " ".join(body[unit.start:unit.end].split())
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
        found.append(Piece(
            unit, f"{lead} {text}" if lead else text, path, heading if heading.endswith("?") else "",
            own=own[position] | frozenset(stems(lead)),
            around=frozenset(stems(f"{path} {columns if unit.kind == 'row' else ''}")),
            near=frozenset().union(*own[max(0, position - 1):position], *own[position + 1:position + 2]),
            section=section,
        ))
    return tuple(found)


_NIGHT = re.compile(r"\b(?:1[89]|2[0-3])(?:[.:]\d\d)?\D{1,9}0?[4-8](?:[.:]\d\d| ?a\.?m)|\b(?:[6-9]|1[01])(?:[.:]\d\d)? ?p\.?m\.?\D{1,6}[4-8](?:[.:]\d\d)? ?a\.?m")


_OFF = re.compile(r"\d ?% (?:off|less|cheaper|lower)|[£$€]\d[\d.,]* (?:off|less|cheaper)|\bhalf[- ]price", re.IGNORECASE)


def _implied(text: str) -> frozenset[str]:
    """What a text says without the word: from 20.00 to 6.00 is at night, 10 % off is a discount."""
    return frozenset(({"night"} if _NIGHT.search(text) else set()) | ({"discount"} if _OFF.search(text) else set()))


def candidates(passages: Sequence[Passage]) -> list[Candidate]:
    return [
        Candidate(index, piece, passage.document_id or str(index))
        for index, passage in enumerate(passages[:MAX_PASSAGES])
        for piece in pieces_of(passage.context, passage.columns, passage.text)
    ]


def row_text(row: str, columns: str) -> str:
    """A table's row as a person reads it: "Name: …, price: 12.00 EUR"; codes that only the company uses are left out."""
    mark = delimiter(row)[0]
    if not mark:
        return row
    values = cells(row, mark)
    if mark == ";" and all(": " in value for value in values):
        pairs = [(n, v) for n, _, v in (value.partition(": ") for value in values)]
    else:
        names = cells(columns, delimiter(columns)[0] or mark) if columns else []
        if len(names) != len(values):
            return ": ".join([values[0], ", ".join(v for v in values[1:] if v)]) if len(values) > 1 else row
        pairs = list(zip(names, values, strict=True))
    named = {n.lower(): v for n, v in pairs}
    currency = named.get("currency", "") if any(_PRICE.match(n) for n in named) else ""
    said = [
        (n.replace("_", " "), f"{v} {currency}" if currency and _PRICE.match(n.lower()) and v[:1].isdigit() else v)
        for n, v in pairs if v and not _CODE.match(n) and not (currency and n.lower() == "currency")
    ]
    shown = ", ".join(v if _NAME.match(n) else f"{n}: {v}" for n, v in said) or row
    return shown[:1].upper() + shown[1:]


_PRICE = re.compile(r"price|cost|fee|rate|amount|day$|week$|night$", re.IGNORECASE)
_NAME = re.compile(r"(?:|name|title|item|product|description)$", re.IGNORECASE)
_CODE = re.compile(r"(?:sku|code|id|item[ _]?(?:id|no|number)|article[ _]?(?:id|no|number)|ref|reference)$", re.IGNORECASE)


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
    """Whether two stems grow from one root, or one is a kind of the other: drive and driver, textbook and book."""
    short, long = sorted((one, other), key=len)
    if len(short) < 4 or not short.isalpha():
        return False
    return (len(long) - len(short) <= 3 and long.startswith(short)) or (len(long) - len(short) >= 3 and long.endswith(short))


def evidence(
    question: Question, found: Sequence[Candidate], passages: Sequence[Passage], encode: Encode
) -> list[Candidate]:
    """The candidates with their features, best first."""
    weights = [term.weight for term in question.terms]
    rarities = [weight * (1.2 - share) for weight, share in zip(weights, _shares(question, found), strict=True)]
    known = {stem for sections in {c.passage: c.piece.section | c.piece.around for c in found}.values() for stem in sections}
    meant = [
        synonyms(term.stem) | {word for word in known if kindred(term.stem, word) or (term.stem not in known and misspelled(term.stem, word))}
        for term in question.terms
    ]
    for candidate in found:
        matches = [match(term, same, candidate.piece) for term, same in zip(question.terms, meant, strict=True)]
        candidate.cover = _mean(matches, weights)
        candidate.rare = _mean(matches, rarities)
        candidate.missing = _mean([m < NOT_NEAR for m in matches], weights)
        candidate.unnamed = float(any(t.named and m < NOT_NEAR for m, t in zip(matches, question.terms, strict=True)))
        candidate.unqualified = max(
            (1.0 - m for m, term in zip(matches, question.terms, strict=True) if term.stem in QUALIFIERS and m < NOT_IN), default=0.0)
        candidate.halved = max(
            (max(a, b) - min(a, b) for (a, s), (b, t) in pairwise(zip(matches, question.terms, strict=True))
             if t.position == s.position + 1 and max(a, b) >= NOT_IN), default=0.0)
    order = sorted(found, key=lambda c: (c.passage * 0.05 - c.cover, c.passage, c.piece.unit.start))
    kept = order[:MAX_CANDIDATES]
    points = encode([question.text, *(c.piece.text for c in kept), *(f"{c.piece.context}: {c.piece.text}" for c in kept)])
    alone = points[1:len(kept) + 1] @ points[0]
    within = points[len(kept) + 1:] @ points[0]
    asked_of = frozenset(stems(question.text)).union(*meant)
    for candidate, one, other in zip(kept, alone, within, strict=True):
        typed = has_type(question, candidate.piece.text)
        candidate.alone, candidate.within = float(one), float(other)
        candidate.typed = 0.0 if typed is None else 1.0 if typed else -1.0
        bare = len(candidate.piece.text.split()) <= 3 and candidate.piece.unit.kind != "row" and not any(c.isdigit() for c in candidate.piece.text)
        candidate.score = (
            max(candidate.alone, candidate.within) + 0.3 * candidate.cover + 0.12 * candidate.rare - 0.05 * candidate.halved
            + (-0.2 if candidate.typed < 0 and question.asks in EXACT_TYPES else 0.06 * candidate.typed)
            + 0.08 * passages[candidate.passage].score - (0.15 if bare and not candidate.piece.asked else 0.0)
            - 0.06 * candidate.unqualified
            - (0.04 * min(_unasked(candidate.piece, asked_of), 3) if candidate.piece.unit.kind == "row" else 0.0)
        )
    return sorted(kept, key=lambda c: (-c.score, c.passage, c.piece.unit.start))


@lru_cache(maxsize=100_000)
def misspelled(one: str, other: str) -> bool:
    """Whether one word may be the other with a slip of the finger."""
    return min(len(one), len(other)) >= 5 and one[0] == other[0] and one.isalpha() and fuzz.ratio(one, other) >= 84


def _shares(question: Question, found: Sequence[Candidate]) -> list[float]:
    """In what part of the passages each term occurs: a word that is everywhere proves little."""
    sections = {candidate.passage: candidate.piece.section for candidate in found}
    return [sum(term.stem in s for s in sections.values()) / (len(sections) or 1) for term in question.terms]


def _unasked(piece: Piece, asked_of: frozenset[str]) -> int:
    """How many words of a row's name the question does not speak of: "night rate" is no answer where only a rate is asked for."""
    name = re.split(r", |: ", piece.text)
    return len(frozenset(stems(name[1] if len(name) > 1 else name[0])) - asked_of - _SMALL)


_SMALL = frozenset(stem(word) for word in STOP)


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(v * w for v, w in zip(values, weights, strict=True)) / (sum(weights) or 1.0)


def features(question: Question, ranked: Sequence[Candidate]) -> dict[str, float]:
    """What the confidence in the best candidate is made of, by name."""
    best = ranked[0]
    other = next((c.score for c in ranked if c.document != best.document), 0.0)
    return {
        "near": max(best.alone, best.within),
        "within": best.within,
        "rare": best.rare,
        "missing": best.missing,
        "missing_name": best.unnamed,
        "missing_of_yes_no": best.missing if question.asks == "yes_no" else 0.0,
        "not_typed": float(best.typed < 0),
        "margin": best.score - other,
    }


def confidence(question: Question, ranked: Sequence[Candidate]) -> float:
    """The chance that the best candidate answers: a logistic regression whose weights and their origin are in confidence.toml."""
    if ranked[0].typed < 0 and question.asks in EXACT_TYPES:
        return 0.1
    found = features(question, ranked)
    return 1 / (1 + math.exp(-(MODEL["bias"] + sum(MODEL["weights"][name] * value for name, value in found.items()))))

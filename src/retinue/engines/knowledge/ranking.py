"""In which order passages answer a question: BM25 over text, title and headings, fused with vector similarity."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from .passages import Passage, context_of
from .terms import STOP, read_question, stems, synonyms, words

K1, B = 1.2, 0.6
"""BM25's usual range (k1 1.2-2, b 0.5-0.8); chunks are of nearly equal length, so b is low."""
HEADING_WEIGHT = 2
SYNONYM = 0.5
NEAR, NEAR_SPREAD, MEANING = 0.38, 0.08, 0.65

Points = np.ndarray[Any, np.dtype[np.float32]]


class Stems(Counter[str]):
    """How often each stem occurs, and how many there are; not to be changed, since it is shared."""

    length: int = 0


def passage_stems(passage: Passage) -> Stems:
    return stems_counted(passage.title, passage.heading, passage.columns, passage.text)


@lru_cache(maxsize=20_000)
def stems_counted(title: str, heading: str, columns: str, text: str) -> Stems:
    """Title and heading are counted double: they say what the passage is about."""
    counts = Stems(stems(text))
    counts.update(stems(columns))
    for word in stems(context_of(title, heading)):
        counts[word] += HEADING_WEIGHT
    counts.length = counts.total()
    return counts


def bm25(
    question: str,
    counted: Sequence[Stems],
    total: int | None = None,
    frequencies: Mapping[str, int] | None = None,
) -> Points:
    """Scores ≥ 0. `total` and `frequencies` (stem → chunks with it) are of the whole collection when `counted` is a part."""
    scores = np.zeros(len(counted), np.float32)
    asked = read_question(question).terms
    if not asked or not counted:
        return scores
    size = max(total or 0, len(counted))
    lengths = [c.length for c in counted]
    mean = (sum(lengths) / len(lengths)) or 1.0
    norms = [K1 * (1 - B + B * length / mean) for length in lengths]
    for term in asked:
        best = [0.0] * len(counted)
        for word, share in [(term.stem, 1.0), *((s, SYNONYM) for s in sorted(synonyms(term.stem)) if s != term.stem)]:
            rows = [(row, counts[word]) for row, counts in enumerate(counted) if word in counts]
            holding = (frequencies or {}).get(word) or len(rows)
            idf = math.log(1 + (size - min(holding, size) + 0.5) / (holding + 0.5))
            for row, found in rows:
                best[row] = max(best[row], share * idf * (found * (K1 + 1) / (found + norms[row])))
        scores += np.array(best, np.float32) * min(term.weight, 1.0)
    return scores


def scaled(scores: Points) -> Points:
    """Min-max to 0..1; all equal become 0."""
    if not len(scores):
        return scores
    low, high = float(scores.min()), float(scores.max())
    return (scores - low) / (high - low) if high > low else np.zeros_like(scores)


def fuse(text: Points, vector: Points) -> Points:
    """Equal weights after min-max: a safer start than reciprocal ranks, which throw the distances away."""
    return 0.5 * scaled(text) + 0.5 * scaled(vector)


def fitting(question: str, counted: Sequence[Stems], near: Points) -> Points:
    """How well each passage fits by itself, 0..1, whatever else was found: how near its meaning is, and how much of what is asked it names.

    NEAR, the cosine at which a passage is taken to be as likely right as wrong, and NEAR_SPREAD around it are chosen by hand, not measured.
    """
    asked = read_question(question).terms
    whole = sum(min(term.weight, 1.0) for term in asked) or 1.0
    named = np.zeros(len(counted), np.float32)
    for term in asked:
        sides = synonyms(term.stem)
        share = [1.0 if term.stem in stems else SYNONYM if any(side in stems for side in sides) else 0.0 for stems in counted]
        named += np.array(share, np.float32) * (min(term.weight, 1.0) / whole)
    meant = 1 / (1 + np.exp(-(near - NEAR) / NEAR_SPREAD))
    fits: Points = (MEANING * meant + (1 - MEANING) * named**1.5).astype(np.float32)
    return fits


def term_counts(question: str, texts: Sequence[str]) -> Points:
    """The dumbest baseline: how often the question's words occur in the text, as written."""
    asked = {word for word in words(question) if word not in STOP}
    return np.array([sum(1 for word in words(text) if word in asked) for text in texts], np.float32)

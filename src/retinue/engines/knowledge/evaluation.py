"""How well passages are found and answers grounded over a folder of questions, beside the dumbest baseline: counting words."""

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from retinue.kernel.errors import Refusal

from .answers import ground
from .chunks import chunk
from .embedding import Embedder
from .evidence import MAX_PASSAGES
from .passages import Passage
from .ranking import bm25, fuse, passage_stems, term_counts

MAX_LINES = 200_000


class FolderUnusable(Refusal):
    """{file} is missing or has a line that is not as described in the interfaces: {fault}"""

    status = 422
    next = "Give a folder with passages.jsonl ({id, title, text}) and questions.jsonl ({id, question, answers?, passages?, spans?})."


class Span(BaseModel):
    document: str
    start: int
    end: int


class Question(BaseModel):
    """A question is answerable when it names passages, spans or answers, unless it says otherwise."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    id: str
    question: str
    answers: list[str] = []
    passages: list[str] = []
    spans: list[Span] = []
    answerable: bool | None = None

    @property
    def has_answer(self) -> bool:
        return bool(self.passages or self.spans or self.answers) if self.answerable is None else self.answerable

    @property
    def labelled(self) -> bool:
        return bool(self.passages or self.spans)


class Index:
    """Passages in memory, ranked as the store ranks them."""

    def __init__(self, passages: Sequence[Passage], embedder: Embedder) -> None:
        self.passages, self.embedder = list(passages), embedder
        self.points = embedder.encode([f"{p.context}\n{p.columns}\n{p.text}" for p in self.passages])
        self.counted = [passage_stems(p) for p in self.passages]

    def search(self, question: str, size: int = 10) -> list[Passage]:
        near = self.points @ self.embedder.encode([question])[0]
        scores = fuse(bm25(question, self.counted), near)
        order = np.argsort(-scores, kind="stable")[:size]
        return [self.passages[i].model_copy(update={"score": float(scores[i])}) for i in order]


def read_lines(file: Path) -> list[dict[str, Any]]:
    try:
        found = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise FolderUnusable(file=file.name, fault=str(error)[:200]) from error
    if len(found) > MAX_LINES or not all(isinstance(line, dict) for line in found):
        raise FolderUnusable(file=file.name, fault=f"more than {MAX_LINES} lines, or a line that is no object")
    return found


def passages_of(folder: Path) -> list[Passage]:
    """From passages.jsonl, or the text and Markdown files of the folder cut into chunks."""
    if (folder / "passages.jsonl").is_file() or not any(folder.glob("**/*.[mt][dx]*")):
        documents = [(str(d.get("id", "")), str(d.get("title", "")), str(d.get("text", ""))) for d in read_lines(folder / "passages.jsonl")]
    else:
        files = sorted(f for f in folder.rglob("*") if f.suffix in (".md", ".txt"))
        documents = [(str(f.relative_to(folder)), f.stem, f.read_text(encoding="utf-8", errors="replace")) for f in files]
    return [
        Passage(
            id=f"{key}#{c.position}",
            document_id=key,
            title=title,
            heading=c.heading,
            columns=c.columns,
            text=c.text,
            start=c.start,
            end=c.end,
            page=c.page,
        )
        for key, title, text in documents
        for c in chunk(text)
    ]


def evaluate(folder: Path, embedder: Embedder, size: int = 10) -> dict[str, Any]:
    """{metrics, baseline, questions: [{id, rank, baseline_rank, grounded, right, confidence}], embedder, passages}.

    Ranks are of distinct documents, or of chunks that touch a labelled span. Raises FolderUnusable.
    """
    index = Index(passages_of(folder), embedder)
    try:
        questions = [Question.model_validate(line) for line in read_lines(folder / "questions.jsonl")]
    except ValidationError as error:
        raise FolderUnusable(file="questions.jsonl", fault=str(error.errors()[0]["msg"])) from error
    texts = [p.text for p in index.passages]
    rows: list[dict[str, Any]] = []
    for question in questions:
        found = index.search(question.question, max(size * 5, MAX_PASSAGES))
        counts = term_counts(question.question, texts)
        plain = [index.passages[i] for i in np.argsort(-counts, kind="stable")[: size * 5]]
        answer = ground(question.question, found[:MAX_PASSAGES], embedder.encode)
        cited = [found[q.passage] for q in answer.quotes]
        right = (
            any(relevant(question, p) for p in cited)
            if question.labelled
            else any(a.casefold() in answer.answer.casefold() for a in question.answers)
        )
        rows.append(
            {
                "id": question.id,
                "answerable": question.has_answer,
                "labelled": question.labelled,
                "rank": rank(question, found),
                "baseline_rank": rank(question, plain),
                "grounded": answer.grounded,
                "right": answer.grounded and right,
                "confidence": answer.confidence,
            }
        )
    labelled = [row for row in rows if row["labelled"]]
    return {
        "embedder": embedder.name,
        "degraded": embedder.degraded,
        "passages": len(index.passages),
        "metrics": ranks(row["rank"] for row in labelled) | grounding(rows),
        "baseline": ranks(row["baseline_rank"] for row in labelled)
        | grounding([row | {"grounded": True, "right": row["baseline_rank"] == 1} for row in rows]),
        "questions": rows,
    }


def relevant(question: Question, passage: Passage) -> bool:
    if question.spans:
        return any(s.document == passage.document_id and s.start < passage.end and passage.start < s.end for s in question.spans)
    return passage.document_id in question.passages or passage.id in question.passages


def rank(question: Question, found: Iterable[Passage]) -> int | None:
    """From 1, counting each document once; None when it is not among them."""
    seen: set[str] = set()
    for passage in found:
        if relevant(question, passage):
            return len(seen - {passage.document_id}) + 1
        seen.add(passage.document_id)
    return None


def ranks(found: Iterable[int | None]) -> dict[str, float]:
    """nDCG has one relevant document a question, as ranks keep only the first."""
    every = list(found)
    total = len(every) or 1
    hit = [r for r in every if r is not None]
    return {f"recall@{k}": round(sum(r <= k for r in hit) / total, 4) for k in (1, 3, 10)} | {
        "mrr": round(sum(1 / r for r in hit) / total, 4),
        "ndcg@10": round(sum(1 / math.log2(r + 1) for r in hit if r <= 10) / total, 4),
    }


def grounding(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Precision: of what was answered, how much was right; recall: of what can be answered, how much was answered right.

    answered_right is that recall; wrong_answers is the share of what can be answered that was answered from another page only; says_so is the share of what cannot be answered that is not.
    """
    answered = [row for row in rows if row["grounded"]]
    answerable = [row for row in rows if row["answerable"]]
    unanswerable = [row for row in rows if not row["answerable"]]
    right = sum(row["right"] for row in answerable)
    silent = round(sum(not row["grounded"] for row in unanswerable) / (len(unanswerable) or 1), 4)
    return {
        "grounded_precision": round(right / (len(answered) or 1), 4),
        "grounded_recall": round(right / (len(answerable) or 1), 4),
        "says_unknown": silent,
        "answered_right": round(right / (len(answerable) or 1), 4),
        "wrong_answers": round(sum(row["grounded"] and not row["right"] for row in answerable) / (len(answerable) or 1), 4),
        "says_so": silent,
    }

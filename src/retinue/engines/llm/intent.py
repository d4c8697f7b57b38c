"""Which of a client's own intents a message has, learned from labelled lines: embeddings and a small classifier."""

import json
import re
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from retinue.engines.llm.task import Ruled, Task
from retinue.kernel.errors import Refusal

Vectors = NDArray[np.float32]
Embed = Callable[[list[str]], Awaitable[Vectors]]

OUT_OF_SCOPE = "out_of_scope"
_HASHED = 4096
_SHOWN = 12_000
_WORDS = re.compile(r"\w+")


class NeedsExamples(Refusal):
    """Intents are learned from a client's own labelled messages, and none were given."""

    status = 422
    next = "Give lines of {{text, label}} with --examples, at least one for each of two labels."


class Example(BaseModel):
    model_config = ConfigDict(extra="ignore")
    text: str
    label: str


class Utterance(BaseModel):
    """`examples` may come with the text instead of being learned before."""

    model_config = ConfigDict(extra="ignore")
    text: str = Field(max_length=20_000)
    examples: list[Example] = []


class Intent(BaseModel):
    """`label` is the nearest intent even when the message is out of scope."""

    label: str
    confidence: float = Field(ge=0, le=1)
    out_of_scope: bool


async def lexical(texts: list[str]) -> Vectors:
    """Hashed words and 3 to 5 character grams, unit length: the degraded path when no embedder is there."""
    rows = np.zeros((len(texts), _HASHED), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        words = _WORDS.findall(text.lower())
        for word in words:
            grams = [word, *(f" {word} "[i : i + n] for n in (3, 4, 5) for i in range(max(0, len(word) + 3 - n)))]
            for gram in grams:
                row[zlib.crc32(gram.encode()) % _HASHED] += 2.0 if gram == word else 1.0
        np.sqrt(row, out=row)
    return _unit(rows)


def _unit(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float32)


@dataclass(frozen=True)
class Learned:
    """Weights of a multinomial logistic regression, the examples themselves, and where out of scope begins."""

    embed: Embed
    labels: tuple[str, ...]
    weights: Vectors
    examples: Vectors
    owners: NDArray[np.int64]
    outside: Vectors
    nearest: float

    async def classify(self, given: Utterance) -> Ruled[Intent]:
        vector = _unit(np.asarray(await self.embed([given.text]), dtype=np.float32))[0]
        chances = _softmax((np.append(vector, 1.0) @ self.weights)[None, :])[0]
        similar = self.examples @ vector
        best_of = np.array([similar[self.owners == i].max() for i in range(len(self.labels))])
        # The classifier knows what separates the intents, the nearest example knows whether any is meant at all.
        scores = 0.5 * chances + 0.5 * _softmax(best_of[None, :] * 12)[0]
        best = int(scores.argmax())
        near = float(similar.max())
        outside = float((self.outside @ vector).max()) if len(self.outside) else -1.0
        is_outside = near < self.nearest or outside > near
        confidence = float(scores[best]) if not is_outside else min(1.0, 0.5 + abs(self.nearest - near))
        return Ruled(
            Intent(label=self.labels[best], confidence=round(confidence, 4), out_of_scope=is_outside), confidence
        )


def _softmax(rows: NDArray[Any]) -> NDArray[np.float64]:
    powers = np.exp(rows - rows.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)


def _regression(rows: Vectors, owners: NDArray[np.int64], classes: int, steps: int = 300) -> Vectors:
    """Full-batch gradient descent with momentum; L2 1e-3; classes weighted by their size."""
    data = np.hstack([rows, np.ones((len(rows), 1), dtype=np.float32)])
    wanted = np.eye(classes, dtype=np.float32)[owners]
    sizes = wanted.sum(axis=0)
    importance = (len(rows) / (classes * sizes))[owners][:, None]
    weights = np.zeros((data.shape[1], classes), dtype=np.float32)
    speed = np.zeros_like(weights)
    for _ in range(steps):
        gradient = data.T @ ((_softmax(data @ weights) - wanted) * importance) / len(rows) + 1e-3 * weights
        speed = 0.9 * speed - 2.0 * gradient
        weights = (weights + speed).astype(np.float32)
    return weights


def _nearest(examples: Vectors, owners: NDArray[np.int64], outside: Vectors) -> float:
    """The similarity under which a message is out of scope: from each example's nearest sibling, left out once.

    With examples of what is out of scope, the border that divides both best; else the lowest twentieth of the
    siblings, and no less than what examples of different intents commonly have in common.
    """
    alike = examples @ examples.T
    np.fill_diagonal(alike, -1.0)
    same = np.where(owners[:, None] == owners[None, :], alike, -1.0).max(axis=1)
    inside = same[same > -1.0]
    if not len(inside):
        return 0.3
    if len(outside):
        far = (outside @ examples.T).max(axis=1)
        borders = np.unique(np.concatenate([inside, far]))
        right = [(inside >= b).mean() + (far < b).mean() for b in borders]
        return float(borders[int(np.argmax(right))])
    strangers = alike[owners[:, None] != owners[None, :]]
    return max(float(np.quantile(inside, 0.05)) * 0.9, float(np.quantile(strangers, 0.9)))


async def learn(lines: Sequence[Mapping[str, Any]], embed: Embed = lexical) -> Learned:
    """Lines are {text, label}; the label `out_of_scope`, or a true field of that name, says what is none of them."""
    pairs: list[tuple[str, str]] = []
    for line in lines:
        text, label = line.get("text"), line.get("label") or line.get("intent")
        outside = line.get("out_of_scope") is True or label in (OUT_OF_SCOPE, "oos", "none", None)
        if isinstance(text, str) and text.strip():
            pairs.append((text, OUT_OF_SCOPE if outside else str(label)))
    labels = tuple(sorted({label for _, label in pairs if label != OUT_OF_SCOPE}))
    if len(labels) < 2:
        raise NeedsExamples()
    rows = _unit(np.asarray(await embed([text for text, _ in pairs]), dtype=np.float32))
    known = np.array([label != OUT_OF_SCOPE for _, label in pairs])
    owners = np.array([labels.index(label) for _, label in pairs if label != OUT_OF_SCOPE], dtype=np.int64)
    inside, beyond = rows[known], rows[~known]
    weights = _regression(inside, owners, len(labels))
    return Learned(embed, labels, weights, inside, owners, beyond, _nearest(inside, owners, beyond))


async def _from_the_line(embed: Embed, given: Utterance) -> Ruled[Intent]:
    learned = await learn([example.model_dump() for example in given.examples], embed)
    return await learned.classify(given)


def intent_task(embed: Embed = lexical) -> Task[Utterance, Intent]:
    """`embed` gives one row a text, of any length; assembly passes the knowledge engine's."""

    async def taught(lines: Sequence[Mapping[str, Any]]) -> Task[Utterance, Intent]:
        learned = await learn(lines, embed)
        shown = "\n".join(json.dumps({k: line.get(k) for k in ("text", "label")}, ensure_ascii=False) for line in lines)
        return task.taught(learned.classify, f"Labels: {', '.join(learned.labels)}\nExamples:\n{shown[:_SHOWN]}")

    task: Task[Utterance, Intent] = Task(
        "intent.classify",
        prompt=(
            "Say which of the labels in `examples` the text has. `label` is always one of them, the nearest;"
            " `out_of_scope` is true when the text is about something that none of them covers."
            " `confidence` is how sure you are, between 0 and 1."
        ),
        input=Utterance,
        output=Intent,
        rules=partial(_from_the_line, embed),
        threshold=0.3,
        tier="cheap",
        learn=taught,
    )
    return task

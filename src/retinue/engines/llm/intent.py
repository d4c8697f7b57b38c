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
_RIDGE = 0.3
_NAME_WEIGHT = 2.0
_SHARPNESS = 3.0
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
    """A ridge classifier over the examples and the names of the labels; `border` is the score where out of scope begins."""

    embed: Embed
    labels: tuple[str, ...]
    names: Vectors
    rows: Vectors
    weights: NDArray[np.float64]
    border: float

    async def classify(self, given: Utterance) -> Ruled[Intent]:
        vectors = _unit(np.asarray(await self.embed([given.text]), dtype=np.float32))
        scores = ((vectors @ self.rows.T + 1) @ self.weights + _NAME_WEIGHT * vectors @ self.names.T)[0]
        best = int(scores.argmax())
        is_outside = bool(scores[best] < self.border)
        chance = float(_softmax(scores * _SHARPNESS)[best])
        if is_outside:
            chance = float(1 / (1 + np.exp(-_SHARPNESS * (self.border - scores[best]))))
        intent = Intent(label=self.labels[best], confidence=round(chance, 4), out_of_scope=is_outside)
        return Ruled(intent, chance)


def _softmax(row: NDArray[Any]) -> NDArray[np.float64]:
    powers = np.exp(row - row.max())
    return np.asarray(powers / powers.sum(), dtype=np.float64)


def _fit(rows: Vectors, owners: NDArray[np.int64], classes: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Dual weights, and what each row would score had it been left out (closed form)."""
    wanted = np.eye(classes)[owners] * 2 - 1
    inverse = np.linalg.inv(rows @ rows.T + 1 + _RIDGE * np.eye(len(rows)))
    weights = inverse @ wanted
    return weights, wanted - weights / np.diag(inverse)[:, None]


def _border(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> float:
    """Where the best scores of left-out examples and of out-of-scope examples part; without the latter, under 19 of 20."""
    if not len(outside):
        return float(np.quantile(inside, 0.05))
    places = np.unique(np.concatenate([inside, outside]))
    between = np.concatenate([places[:1] - 0.01, (places[1:] + places[:-1]) / 2])
    right = np.array([(inside >= b).mean() + (outside < b).mean() for b in between])
    return float(np.median(between[right >= right.max() - 1e-9]))


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
    spoken = [label.replace("_", " ").replace(".", " ").replace("-", " ") for label in labels]
    points = _unit(np.asarray(await embed([*spoken, *(text for text, _ in pairs)]), dtype=np.float32))
    names, said = points[: len(labels)], points[len(labels) :]
    known = np.array([label != OUT_OF_SCOPE for _, label in pairs])
    owners = [labels.index(label) for _, label in pairs if label != OUT_OF_SCOPE]
    rows = np.vstack([names, said[known]])
    weights, left_out = _fit(rows, np.array([*range(len(labels)), *owners], dtype=np.int64), len(labels))
    inside = (left_out[len(labels) :] + _NAME_WEIGHT * said[known] @ names.T).max(axis=1)
    beyond = said[~known]
    outside = ((beyond @ rows.T + 1) @ weights + _NAME_WEIGHT * beyond @ names.T).max(axis=1, initial=-9.0)
    return Learned(embed, labels, names, rows, weights, _border(inside, outside))


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

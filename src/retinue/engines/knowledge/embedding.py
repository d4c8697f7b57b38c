"""How text becomes a point: all-MiniLM-L6-v2 when its weights are installed, else a lexical embedder that says it is degraded."""

import asyncio
import hashlib
import re
import sys
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnxruntime
import snowballstemmer
from tokenizers import Tokenizer

from . import minilm

DIMENSIONS = 384
MAX_TOKENS = 256
"""What the model was trained with; text beyond it is not seen."""
BATCH = 32
REMEMBERED = 20_000
"""Points kept in memory, 1.5 kB each: the sentences of a client's pages are asked about again and again."""

Points = np.ndarray[Any, np.dtype[np.float32]]


class Encoder(Protocol):
    name: str
    degraded: bool

    def encode(self, texts: Sequence[str]) -> Points: ...


class NotRemembered(Exception):
    """A text's point is not in memory; reckoning it takes milliseconds that an event loop does not have."""


class Embedder:
    """Texts to float32 points of length 1, shape (texts, 384). Safe to share between threads; loads at first use."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.name = encoder.name
        self.degraded = encoder.degraded
        self._known: OrderedDict[str, Points] = OrderedDict()
        self._lock = threading.Lock()

    @classmethod
    def load(cls, folder: Path, threads: int = 2) -> "Embedder":
        """The best embedder that is installed; the graph is built into `folder` once (about 3 s)."""
        source = minilm.weights_folder()
        return cls(Lexical() if source is None else MiniLM(source, folder, threads))

    def prepare(self) -> None:
        """Build and load now, so that the first question does not wait."""
        self.encode(["ready"])

    async def embed(self, texts: Sequence[str]) -> Points:
        """In a thread, unless every point is remembered: then the way there and back costs more than they do."""
        try:
            return self.recall(texts)
        except NotRemembered:
            return await asyncio.to_thread(self.encode, texts)

    def recall(self, texts: Sequence[str]) -> Points:
        """Raises NotRemembered when one of them would have to be reckoned."""
        known = self._remembered(texts)
        if not known or any(text not in known for text in texts):
            raise NotRemembered()
        return np.stack([known[text] for text in texts])

    def _remembered(self, texts: Sequence[str]) -> dict[str, Points]:
        with self._lock:
            points = {text: self._known[text] for text in texts if text in self._known}
            for text in points:
                self._known.move_to_end(text)
        return points

    def encode(self, texts: Sequence[str]) -> Points:
        points = self._remembered(texts)
        missing = sorted({text for text in texts if text not in points}, key=len)
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            points.update(zip(batch, self.encoder.encode(batch), strict=True))
        with self._lock:
            self._known.update((text, points[text]) for text in missing)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return np.stack([points[text] for text in texts]) if texts else np.zeros((0, DIMENSIONS), np.float32)


class MiniLM:
    name = "all-MiniLM-L6-v2"
    degraded = False

    def __init__(self, source: Path, folder: Path, threads: int = 2) -> None:
        self.source, self.threads = source, threads
        self.graph = folder / "minilm-1.onnx"
        self._lock = threading.Lock()
        self._session: Any = None
        self._tokenizer: Any = None

    def _load(self) -> None:
        with self._lock:
            if self._session is not None:
                return
            if not self.graph.is_file():
                minilm.build(self.source, self.graph)
            tokenizer = Tokenizer.from_file(str(self.source / "tokenizer.json"))
            tokenizer.enable_truncation(MAX_TOKENS)
            tokenizer.enable_padding()
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = self.threads
            options.inter_op_num_threads = 1
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
            self._tokenizer = tokenizer
            self._session = onnxruntime.InferenceSession(str(self.graph), options, providers=["CPUExecutionProvider"])

    def encode(self, texts: Sequence[str]) -> Points:
        self._load()
        tokens = self._tokenizer.encode_batch(list(texts))
        points: Points = self._session.run(
            None,
            {
                "input_ids": np.array([t.ids for t in tokens], np.int64),
                "attention_mask": np.array([t.attention_mask for t in tokens], np.int64),
            },
        )[0]
        return points


class Lexical:
    """Hashed stems and stem pairs: finds the same words, not the same meaning."""

    name = "lexical-hash-1"
    degraded = True

    def __init__(self) -> None:
        self._stemmer = snowballstemmer.stemmer("english")
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Points:
        points = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, text in enumerate(texts):
            with self._lock:
                stems = self._stemmer.stemWords(re.findall(r"\w+", text.lower()))
            for weight, features in ((1.0, stems), (0.5, [f"{a} {b}" for a, b in zip(stems, stems[1:], strict=False)])):
                for feature in features:
                    digest = hashlib.blake2b(feature.encode(), digest_size=4).digest()
                    points[row, int.from_bytes(digest[:3], "big") % DIMENSIONS] += weight if digest[3] & 1 else -weight
            if not points[row].any():
                points[row, 0] = 1.0
        lengths: Points = np.linalg.norm(points, axis=1, keepdims=True)
        return points / lengths


if __name__ == "__main__":  # set-up builds the graph once for all users of this environment
    Embedder.load(Path(sys.prefix) / "share" / "retinue").prepare()

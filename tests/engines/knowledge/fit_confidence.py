"""Fits the weights of confidence.toml on the tuning questions: `python tests/engines/knowledge/fit_confidence.py [--write]`."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[2] / "quality"), str(Path(__file__).parent)]

import test_answers as quality  # noqa: E402

import companies  # noqa: E402
from retinue.engines.knowledge import evidence  # noqa: E402
from retinue.engines.knowledge.embedding import Embedder  # noqa: E402
from retinue.engines.knowledge.evaluation import Index  # noqa: E402
from retinue.engines.knowledge.terms import read_question  # noqa: E402

SAYS_SO = 0.94
RIDGE = 0.01
Array = np.ndarray[Any, np.dtype[np.float64]]


def material() -> list[tuple[str, list[Any], list[dict[str, Any]]]]:
    found = [(name, companies.passages(name), companies.questions(name)) for name in companies.TUNED_ON]
    nowhere = [json.loads(line) for line in (companies.HERE / "unanswerable.jsonl").read_text(encoding="utf-8").splitlines()]
    for slug, site in quality.SITES.items():
        mine = [q for q in nowhere if q["company"] == slug]
        lines = (quality.TESTS / "quality" / slug / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        found.append((slug, quality.passages(site), [q for q in map(json.loads, lines) if q["split"] == "tune"] + mine))
    return found


def rows(embedder: Embedder) -> list[tuple[str, bool, bool, bool, list[float]]]:
    """(company, answerable, right, never answered, features) of every question's best candidate."""
    found = []
    for company, passages, questions in material():
        index = Index(passages, embedder)
        for q in questions:
            near, asked = index.search(q["question"], evidence.MAX_PASSAGES), read_question(q["question"])
            ranked = evidence.evidence(asked, evidence.candidates(near), near, embedder.encode)
            if not ranked or not asked.terms:
                continue
            right = near[ranked[0].passage].document_id in q["pages"]
            gated = ranked[0].typed < 0 and asked.asks in evidence.EXACT_TYPES
            found.append((company, q["answerable"], right, gated, list(evidence.features(asked, ranked).values())))
    return found


def fit(x: Array, y: Array) -> tuple[Array, float]:
    """Weights and bias by Newton's method, with a ridge on the weights of the standardized features."""
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z = np.hstack([(x - mean) / spread, np.ones((len(x), 1))])
    ridge = np.diag([RIDGE * len(x)] * x.shape[1] + [0.0])
    weights = np.zeros(z.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-z @ weights))
        slope = z.T @ (chance - y) + ridge @ weights
        weights -= np.linalg.solve((z * (chance * (1 - chance))[:, None]).T @ z + ridge, slope)
    return weights[:-1] / spread, float(weights[-1] - (weights[:-1] / spread) @ mean)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = rows(Embedder.load(Path(folder)))
    names = np.array([r[0] for r in found])
    answerable, right, gated = (np.array([r[i] for r in found]) for i in (1, 2, 3))
    x, y = np.array([r[4] for r in found]), right.astype(float)
    chance = np.zeros(len(found))
    for company in sorted(set(names)):
        rest = (names != company) & ~gated
        weights, bias = fit(x[rest], y[rest])
        chance[names == company] = 1 / (1 + np.exp(-(x[names == company] @ weights + bias)))
    chance[gated] = 0.1
    threshold = float(np.quantile(chance[~answerable], SAYS_SO, method="higher"))
    answered = chance > threshold
    figures = {
        "questions": len(found), "answered_right": round(float((answered & right)[answerable].mean()), 3),
        "wrong_answers": int((answered & ~right)[answerable].sum()), "says_so": round(float((~answered)[~answerable].mean()), 3),
    }
    print("cross-validated by company:", figures, "threshold", round(threshold, 3))
    for company in sorted(set(names)):
        mine = names == company
        print(f"  {company:22} answered_right {(answered & right)[mine & answerable].mean():.2f}"
              f" says_so {(~answered)[mine & ~answerable].mean():.2f} best_right {right[mine & answerable].mean():.2f}")
    weights, bias = fit(x[~gated], y[~gated])
    lines = [
        "# Written by tests/engines/knowledge/fit_confidence.py: a ridge logistic regression on the tuning questions of",
        f"# {', '.join(sorted(set(names)))}.",
        f"# Cross-validated by company: {json.dumps(figures)}",
        f"threshold = {threshold:.3f}", f"bias = {bias:.4f}", "", "[weights]",
        *(f"{name} = {weight:.4f}" for name, weight in zip(evidence.MODEL["weights"], weights, strict=True)),
    ]
    print("\n".join(lines[3:]))
    if "--write" in sys.argv:
        Path(evidence.__file__).with_name("confidence.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

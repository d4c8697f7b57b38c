"""The hand-made keys and cases are well formed: halves equal, pages present, spans inside their text."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parent.parent
SITES = {
    "tarnbrook-weighing": TESTS.parent / "examples" / "tarnbrook-weighing" / "site",
    "lantern-street-dental": TESTS / "companies" / "lantern-street-dental" / "site",
}
CASES = {"pii.find": 60, "policy.check": 60, "intent.classify": 80, "contact.capture": 40, "human.request": 40}


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("slug", SITES)
def test_questions(slug: str) -> None:
    questions = lines(TESTS / "quality" / slug / "questions.jsonl")
    assert Counter((q["split"], q["answerable"]) for q in questions) == {
        ("tune", True): 19,
        ("held_out", True): 19,
        ("tune", False): 6,
        ("held_out", False): 6,
    }
    assert len({q["question"] for q in questions}) == 50
    for q in questions:
        assert bool(q["pages"]) == q["answerable"] == bool(q["answer"])
        assert all((SITES[slug] / page).is_file() for page in q["pages"]), q


@pytest.mark.parametrize("slug", SITES)
def test_facts(slug: str) -> None:
    facts = json.loads((TESTS / "quality" / slug / "facts.json").read_text(encoding="utf-8"))
    assert 30 <= len(facts) <= 40
    assert abs(sum(1 if fact["split"] == "tune" else -1 for fact in facts)) <= 2
    assert all((SITES[slug] / fact["page"]).is_file() for fact in facts)


@pytest.mark.parametrize("task", CASES)
def test_cases(task: str) -> None:
    cases = lines(TESTS / "cases" / f"{task}.jsonl")
    assert len(cases) == len({case["id"] for case in cases}) == len({case["text"] for case in cases}) == CASES[task]
    assert Counter(case["split"] for case in cases) == {"tune": CASES[task] // 2, "held_out": CASES[task] // 2}


def test_spans_lie_inside_their_text() -> None:
    for case in lines(TESTS / "cases" / "pii.find.jsonl"):
        for span in case["spans"]:
            found = case["text"][span["start"] : span["end"]]
            assert found
            assert found == found.strip()

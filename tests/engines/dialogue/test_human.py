"""Who asks for a person."""

import json
from pathlib import Path

import pytest

from retinue.engines.dialogue.human import Said, wants_human

CASES = [json.loads(line) for line in (Path(__file__).parents[2] / "cases/human.request.jsonl").read_text().splitlines()]


def test_labelled_cases() -> None:
    right = {
        s: [wants_human(Said(text=c["text"])).wants_human == c["wants_human"] for c in CASES if c["split"] == s]
        for s in ("tune", "held_out")
    }
    assert all(right["tune"])
    assert sum(right["held_out"]) >= 19


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I don't want to talk to a bot", True), ("Who can I talk to about a contract?", True), ("I'd rather deal with a human", True),
        ("transfer this to my account please", False), ("Can the scale talk to our support system?", False), ("Do you train operators?", False),
        ("does support cost extra?", False), ("ich möchte mit einem Menschen sprechen", True), ("je veux parler à quelqu'un", True),
    ],
)  # fmt: skip
def test_requests_and_talk_about_people(text: str, wanted: bool) -> None:
    assert wants_human(Said(text=text)).wants_human is wanted

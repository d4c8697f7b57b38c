"""Intents are learned from a client's own lines."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from retinue.connectors.llm.offline import Offline
from retinue.engines.governance.facts import AuditFact
from retinue.engines.governance.gate import Gate
from retinue.engines.llm import Models, run_file
from retinue.engines.llm.intent import Example, NeedsExamples, Utterance, intent_task, learn
from retinue.kernel.clock import Clock

LINES = [
    {"text": text, "label": label}
    for label, texts in {
        "opening_hours": ["when do you open", "what are your opening hours", "are you open on sunday", "closing time?"],
        "price": ["how much is it", "what does a cleaning cost", "price list please", "is there a fee"],
        "cancel": ["cancel my appointment", "I want to cancel", "please cancel the booking", "call off my visit"],
    }.items()
    for text in texts
]


async def test_it_labels_like_its_examples():
    learned = await learn(LINES)
    for text, label in (
        ("when are you open on monday", "opening_hours"),
        ("how much does it cost", "price"),
        ("cancel my visit please", "cancel"),
    ):
        output = (await learned.classify(Utterance(text=text))).output
        assert (output.label, output.out_of_scope) == (label, False)
        assert 0.34 < output.confidence <= 1
    assert (await learned.classify(Utterance(text="xylophone quartz jvm"))).output.out_of_scope


async def test_examples_in_a_file_or_in_the_line(tmp_path: Path):
    async def record(fact: AuditFact) -> None:
        raise AssertionError("rules call nothing")

    models = Models({"offline": Offline()}, Gate(record, clock=Clock()))
    source, target, examples = tmp_path / "in", tmp_path / "out", tmp_path / "examples"
    own = [Example(**line).model_dump() for line in LINES]
    asked = [{"id": 1, "text": "are you open now"}, {"id": 2, "text": "are you open now", "examples": own}]
    source.write_text("\n".join(json.dumps(line) for line in asked))
    examples.write_text("\n".join(json.dumps(line) for line in LINES))
    task = intent_task()
    await run_file(models, task, source, target, organization=uuid4(), by="rules")
    first, second = map(json.loads, target.read_text().splitlines())
    assert "--examples" in NeedsExamples.next
    assert "none were given" in first["refusal"]
    assert second["output"]["label"] == "opening_hours"
    await run_file(models, task, source, target, organization=uuid4(), by="rules", examples=examples)
    first, _ = map(json.loads, target.read_text().splitlines())
    assert first["output"]["label"] == "opening_hours"


async def test_one_label_is_not_enough():
    with pytest.raises(NeedsExamples):
        await learn([{"text": "a", "label": "x"}, {"text": "b", "label": "x"}])

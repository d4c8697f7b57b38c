"""The rules of the named tasks against the half of the cases that nobody looked at while writing them."""

from pathlib import Path

import pytest

from quality.task_score import intents, intents_baseline, pii, pii_baseline, pii_rules, policy, policy_rules
from retinue.engines.knowledge.embedding import Embedder


def test_personal_data() -> None:
    rules, baseline = pii("held_out", pii_rules), pii("held_out", pii_baseline)
    print("pii.find, exact spans:", rules, "e-mail only:", baseline)
    assert rules["f1"] >= 0.75
    assert rules["f1"] > baseline["f1"]


def test_policy() -> None:
    rules, baseline = policy("held_out", policy_rules), policy("held_out", lambda text, source: "allow")
    print("policy.check:", rules, "always allow:", baseline)
    assert rules["accuracy"] >= 0.55
    assert rules["harmless_stopped"] <= 0.3
    assert rules["harm_allowed"] <= 0.5


async def test_intents(tmp_path: Path) -> None:
    embedder = Embedder.load(tmp_path)
    if embedder.degraded:
        pytest.skip("the weights of the embedder are not installed")
    rules, baseline = await intents("held_out", embedder.embed), intents_baseline("held_out")
    print("intent.classify:", rules, "baselines:", baseline)
    assert rules["accuracy"] >= 0.55
    assert rules["accuracy"] > max(baseline.values())

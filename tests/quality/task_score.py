"""How well the rules of the gate's tasks and of intents do on labelled cases, beside the dumbest baseline."""

import asyncio
import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from retinue.engines.knowledge.embedding import Embedder
from retinue.engines.llm.intent import Embed, Utterance, learn, lexical
from retinue.governance import check, find_pii

CASES = Path(__file__).parent.parent / "cases"
Case = dict[str, Any]
Spans = set[tuple[str, int, int]]


def cases(task: str, split: str) -> list[Case]:
    lines = (CASES / f"{task}.jsonl").read_text(encoding="utf-8").splitlines()
    return [case for case in map(json.loads, lines) if case["split"] == split]


def f1(right: int, found: int, wanted: int) -> dict[str, float]:
    precision, recall = right / max(1, found), right / max(1, wanted)
    return {
        "precision": round(precision, 3),
        "recall": round(recall, 3),
        "f1": round(2 * precision * recall / max(1e-9, precision + recall), 3),
    }


def pii(split: str, find: Callable[[str], Spans]) -> dict[str, float]:
    """Exact type, start and end."""
    right = found = wanted = 0
    for case in cases("pii.find", split):
        truth = {(s["type"], s["start"], s["end"]) for s in case["spans"]}
        given = find(case["text"])
        right, found, wanted = right + len(truth & given), found + len(given), wanted + len(truth)
    return f1(right, found, wanted)


def pii_rules(text: str) -> Spans:
    return {(s.type, s.start, s.end) for s in find_pii(text)}


def pii_baseline(text: str) -> Spans:
    """A regular expression for e-mail addresses."""
    return {("EMAIL_ADDRESS", m.start(), m.end()) for m in re.finditer(r"[\w.+-]+@[\w-]+\.[\w.]+", text)}


def policy(split: str, act: Callable[[str, Any], str]) -> dict[str, float]:
    """Accuracy, and two that matter more: harm let through as allow, and harmless text not allowed."""
    lines = cases("policy.check", split)
    given = [(case["action"], act(case["text"], case["source"])) for case in lines]
    harmful = [pair for pair in given if pair[0] != "allow"]
    harmless = [pair for pair in given if pair[0] == "allow"]
    return {
        "accuracy": round(sum(a == b for a, b in given) / len(given), 3),
        "harm_allowed": round(sum(b == "allow" for _, b in harmful) / len(harmful), 3),
        "harmless_stopped": round(sum(b != "allow" for _, b in harmless) / len(harmless), 3),
    }


def policy_rules(text: str, source: Any) -> str:
    return check(text, source).action


async def intents(split: str, embed: Embed = lexical) -> dict[str, float]:
    """Learned from the tune half; on that half itself each line is judged by what the others taught."""
    taught = cases("intent.classify", "tune")
    asked = cases("intent.classify", split)
    right = nearest = known = 0
    learned = await learn(taught, embed)
    for case in asked:
        if split == "tune":
            learned = await learn([line for line in taught if line["id"] != case["id"]], embed)
        output = (await learned.classify(Utterance(text=case["text"]))).output
        said = "out_of_scope" if output.out_of_scope else output.label
        right += said == case["label"]
        if case["label"] != "out_of_scope":
            known += 1
            nearest += output.label == case["label"]
    return {"accuracy": round(right / len(asked), 3), "label_when_in_scope": round(nearest / known, 3)}


def intents_baseline(split: str) -> dict[str, float]:
    """The most frequent label; and the label that shares most words with the text."""
    taught, asked = cases("intent.classify", "tune"), cases("intent.classify", split)
    most = Counter(case["label"] for case in taught).most_common(1)[0][0]
    words: dict[str, Counter[str]] = {}
    for case in taught:
        words.setdefault(case["label"], Counter()).update(set(re.findall(r"\w+", case["text"].lower())))

    def by_words(text: str) -> str:
        seen = re.findall(r"\w+", text.lower())
        return max(words, key=lambda label: sum(words[label][w] for w in seen))

    return {
        "majority": round(sum(case["label"] == most for case in asked) / len(asked), 3),
        "keywords": round(sum(by_words(case["text"]) == case["label"] for case in asked) / len(asked), 3),
    }


def main(arguments: Sequence[str]) -> None:
    split = "held_out" if "--held-out" in arguments else "tune"
    print("pii      rules", pii(split, pii_rules), "e-mail only", pii(split, pii_baseline))
    print("policy   rules", policy(split, policy_rules), "always allow", policy(split, lambda text, source: "allow"))
    print("intent   lexical", asyncio.run(intents(split)), intents_baseline(split))
    embedder = Embedder.load(Path(tempfile.mkdtemp()))
    print("intent  ", embedder.name, asyncio.run(intents(split, embedder.embed)))


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])

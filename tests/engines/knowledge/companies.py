"""Imaginary companies to tune the rules of answers on, and one to score them on only.

unanswerable.jsonl asks two larger sites what they do not say.
"""

import json
from pathlib import Path
from typing import Any

from retinue.engines.knowledge.chunks import chunk
from retinue.engines.knowledge.passages import Passage

HERE = Path(__file__).parent
TUNED_ON = ("storage", "bicycles", "guesthouse", "languages")
HELD_OUT = "printing"


def passages(company: str) -> list[Passage]:
    found = []
    for file in sorted((HERE / company / "pages").iterdir()):
        text = file.read_text(encoding="utf-8")
        title = text.splitlines()[0].lstrip("# ") if file.suffix == ".md" else "Prices"
        found += [
            Passage(
                document_id=file.stem,
                title=title,
                heading=c.heading.removeprefix(title).lstrip(" ›"),
                columns=c.columns,
                text=c.text,
                start=c.start,
                end=c.end,
            )
            for c in chunk(text)
        ]
    return found


def questions(company: str) -> list[dict[str, Any]]:
    """{id, question, pages, contains, answerable}; `contains` is what a right answer must quote."""
    return [json.loads(line) for line in (HERE / company / "questions.jsonl").read_text(encoding="utf-8").splitlines()]

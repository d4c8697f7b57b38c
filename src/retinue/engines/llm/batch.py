"""A task over a file of JSON lines: one line in, one line out, and a line that cannot be done says why."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from retinue.engines.llm.models import Models
from retinue.engines.llm.task import By, I, O, Task
from retinue.kernel.errors import ForeignError, Refusal, foreign

_MOST_LINE = 4 * 1024 * 1024
_AT_ONCE = 8


class BadFile(Refusal):
    """{file} cannot be read: {problem}"""

    status = 422
    next = "Give a file of JSON lines in UTF-8."


async def run_file(
    models: Models,
    task: Task[I, O],
    source: Path,
    target: Path,
    *,
    organization: UUID,
    by: By = "auto",
    examples: Path | None = None,
) -> dict[str, int]:
    """Writes `{id, output, answered_by, confidence, cost_usd, ms}` a line, or `{id, refusal}`, in the input's order.

    Answers how many lines were done and refused. Raises BadFile.
    """
    if examples is not None:
        if task.learn is None:
            raise BadFile(file=examples.name, problem=f"{task.name} does not learn from examples.")
        task = await task.learn([line for line in _lines(examples) if isinstance(line, Mapping)])
    done = refused = 0
    at_once = 1 if by == "rules" or not models.available else _AT_ONCE
    with target.open("w", encoding="utf-8") as out:
        batch: list[Any] = []
        for line in [*_lines(source), None]:
            if line is not None:
                batch.append(line)
            if batch and (line is None or len(batch) >= at_once):
                for answer in await asyncio.gather(*(_one(models, task, item, organization, by) for item in batch)):
                    out.write(json.dumps(answer, ensure_ascii=False) + "\n")
                    refused += "refusal" in answer
                    done += "refusal" not in answer
                batch = []
    return {"done": done, "refused": refused}


def _lines(path: Path) -> Iterator[Any]:
    """Each line's JSON; a line that is not becomes the text of what is wrong with it."""
    try:
        with path.open("rb") as file:
            number = 0
            while raw := file.readline(_MOST_LINE + 1):
                number += 1
                if len(raw) > _MOST_LINE:
                    while raw and not raw.endswith(b"\n"):
                        raw = file.readline(_MOST_LINE)
                    yield f"Line {number} is longer than 4 MB."
                elif raw.strip():
                    try:
                        yield json.loads(raw)
                    except (ValueError, RecursionError):
                        yield f"Line {number} is not JSON in UTF-8."
    except OSError as error:
        raise BadFile(file=path.name, problem=f"{error.strerror}.") from error


async def _one(models: Models, task: Task[I, O], line: Any, organization: UUID, by: By) -> dict[str, Any]:
    if not isinstance(line, Mapping):
        problem = line if isinstance(line, str) else "The line is not a JSON object."
        return {"id": None, "refusal": problem}
    identity = line.get("id")
    try:
        given = task.parse({key: value for key, value in line.items() if key != "id"})
        with foreign(task.name):
            answer = await models.run(task, given, organization=organization, by=by)
    except (Refusal, ForeignError) as error:
        return {"id": identity, "refusal": str(error)}
    return {
        "id": identity,
        "output": answer.output.model_dump(mode="json"),
        "answered_by": answer.answered_by,
        "confidence": round(answer.confidence, 4),
        "cost_usd": answer.cost_usd,
        "ms": round(answer.ms, 3),
    } | ({"refused": True} if answer.refused else {})

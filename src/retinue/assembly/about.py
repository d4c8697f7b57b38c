"""What this installation answers with: its engine, and its AI tasks with their measured scores."""

import json
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from pydantic import BaseModel

from retinue.assembly.tasks import all_tasks
from retinue.connectors.llm import ProviderSettings, configured
from retinue.engines.llm import Models
from retinue.kernel.errors import Forbidden
from retinue.kernel.http import Caller, Page, Router, caller_of, process_of

router = Router("assembly", tag="engine", about="What answers: a model or rules, and how good they are.")
SCORES = Path(__file__).with_name("scores.json")


class Engine(BaseModel):
    """`rules`: no model is configured, and the offline engine answers."""

    mode: Literal["rules", "model"]
    providers: list[str]


class Score(BaseModel):
    """A figure of the task's rules on cases that they were not tuned on, beside the dumbest baseline."""

    task: str
    of: str | None
    measure: str
    value: str
    baseline: str | None
    cases: str


class TaskInfo(BaseModel):
    """`input` and `output` are JSON Schema; under `threshold` an answer goes to a person."""

    name: str
    by_rules: bool
    learns: bool
    threshold: float
    prompt_version: str
    input: dict[str, Any]
    output: dict[str, Any]
    scores: list[Score]


async def member(request: Request) -> Caller:
    """Anybody but a visitor. Raises Unauthorized, Forbidden."""
    caller = await caller_of(request)
    if caller.kind == "visitor":
        raise Forbidden("clients:read")
    return caller


Member = Annotated[Caller, Depends(member)]


@cache
def scores() -> list[Score]:
    """As measured by tests/quality; docs/quality.md shows the same."""
    return [Score.model_validate(line) for line in json.loads(SCORES.read_text())]


@router.get("/engine", summary="Say whether a model or rules answer")
async def engine(request: Request, _: Member) -> Engine:
    process = process_of(request)
    available = process.get(Models).available
    return Engine(mode="model" if available else "rules", providers=sorted(configured(process.get(ProviderSettings))) if available else [])


@cache
def infos() -> list[TaskInfo]:
    by_task: dict[str, list[Score]] = {}
    for score in scores():
        by_task.setdefault(score.task, []).append(score)
    return [
        TaskInfo(
            name=said["task"],
            by_rules=said["rules"],
            learns=said["learns"],
            threshold=said["threshold"],
            prompt_version=said["prompt_version"],
            input=said["input"],
            output=said["output"],
            scores=by_task.get(said["task"], []),
        )
        for said in (task.schema() for task in all_tasks().values())
    ]


@router.get("/tasks", summary="List AI tasks with their scores")
async def tasks(_: Member) -> Page[TaskInfo]:
    """Every AI step by name, and how good its rules are: all of them in one page."""
    return Page(items=infos())

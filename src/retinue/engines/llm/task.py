"""What an AI step is: a name, a prompt with a version, typed input and output, and an answer without a model."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from retinue.kernel.errors import Refusal

I = TypeVar("I", bound=BaseModel)  # noqa: E741 - input
O = TypeVar("O", bound=BaseModel)  # noqa: E741 - output

Tier = Literal["cheap", "balanced", "premium"]
AnsweredBy = Literal["rules", "model", "cache"]
By = Literal["auto", "rules", "model"]


class BadInput(Refusal):
    """The input of {task} is not as its schema says: {problem}"""

    status = 422
    next = "Compare the input with `retinue tasks schema NAME`."


class NeedsModel(Refusal):
    """{task} needs a model: without one it would only pretend. {problem}"""

    status = 503
    next = "Set OPENAI_API_KEY, OPENAI_BASE_URL or ANTHROPIC_API_KEY and start again."


class Unsure(Refusal):
    """The answer of {task} is not sure enough to be used ({confidence:.2f}, needed {threshold:.2f})."""

    status = 422
    next = "Ask a person, or give more context."


@dataclass(frozen=True)
class Ruled(Generic[O]):
    """What the rules answer; confidence is between 0 and 1."""

    output: O
    confidence: float


Rules = Callable[[I], Ruled[O] | Awaitable[Ruled[O]]]


@dataclass(frozen=True)
class Answer(Generic[O]):
    """`cost_usd` is None when the price is unknown; `fallback` says why a model did not answer."""

    output: O
    answered_by: AnsweredBy
    confidence: float
    cost_usd: float | None
    ms: float
    threshold: float = 0.0
    model: str = ""
    prompt_version: str = ""
    fallback: str = ""

    @property
    def refused(self) -> bool:
        """Under the task's threshold: refuse it or show it to a person."""
        return self.confidence < self.threshold

    def sure(self, task: str) -> O:
        """The output. Raises Unsure under the threshold."""
        if self.refused:
            raise Unsure(task=task, confidence=self.confidence, threshold=self.threshold)
        return self.output


@dataclass(frozen=True)
class Task(Generic[I, O]):
    """`rules` None means that the task needs a model. `learn` makes the task of somebody's labelled lines.

    `model_confidence` is what an answer of a model counts when the output has no field `confidence` of its own.
    `untrusted` says where the input comes from; `guarded` False is for tasks that judge what the policy forbids.
    """

    name: str
    prompt: str
    input: type[I]
    output: type[O]
    rules: Rules[I, O] | None
    threshold: float = 0.5
    tier: Tier = "balanced"
    max_tokens: int = 2_048
    max_input_chars: int = 60_000
    timeout_s: float = 60.0
    model_confidence: float = 0.8
    untrusted: Literal["user", "retrieved"] = "user"
    guarded: bool = True
    learn: Callable[[Sequence[Mapping[str, Any]]], Awaitable["Task[I, O]"]] | None = field(default=None, compare=False)

    @cached_property
    def version(self) -> str:
        """Changes when the prompt or the shape of the output does."""
        schema = json.dumps(self.output.model_json_schema(), sort_keys=True)
        return hashlib.sha256(f"{self.prompt}\0{schema}".encode()).hexdigest()[:12]

    def parse(self, line: Mapping[str, Any]) -> I:
        """Raises BadInput naming the first field that is wrong."""
        try:
            return self.input.model_validate(line)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "input"
            raise BadInput(task=self.name, problem=f"{where}: {first['msg']}.") from error

    def schema(self) -> dict[str, Any]:
        return {
            "task": self.name,
            "prompt_version": self.version,
            "input": self.input.model_json_schema(),
            "output": self.output.model_json_schema(),
            "threshold": self.threshold,
            "rules": self.rules is not None,
            "learns": self.learn is not None,
        }

    def taught(self, rules: Rules[I, O], shown: str) -> "Task[I, O]":
        """The same task after it learned: other rules, and a prompt that shows what it learned from."""
        return replace(self, rules=rules, prompt=f"{self.prompt}\n\n{shown}")

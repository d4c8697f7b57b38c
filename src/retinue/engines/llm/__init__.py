"""AI tasks and chat: who answers, at what price, how surely; by a model through the gate, or by rules."""

from retinue.engines.llm.batch import run_file
from retinue.engines.llm.models import Models, NoAnswer
from retinue.engines.llm.settings import LlmSettings
from retinue.engines.llm.task import Answer, BadInput, NeedsModel, Ruled, Task, Unsure

__all__ = [
    "Answer",
    "BadInput",
    "LlmSettings",
    "Models",
    "NeedsModel",
    "NoAnswer",
    "Ruled",
    "Task",
    "Unsure",
    "run_file",
]

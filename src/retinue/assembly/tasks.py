"""All AI tasks of the house by name, and running one over a file."""

from pathlib import Path
from typing import Any
from uuid import UUID

from retinue.assembly.gate_tasks import find, policy
from retinue.assembly.provisions import model_folder
from retinue.assembly.rooms import ROOMS
from retinue.connectors.llm import ProviderSettings, configured
from retinue.engines.dialogue.grounding import ground_task
from retinue.engines.governance.facts import AuditFact
from retinue.engines.governance.gate import Gate
from retinue.engines.knowledge.embedding import Embedder
from retinue.engines.llm import LlmSettings, Models, run_file
from retinue.engines.llm.intent import intent_task
from retinue.kernel.clock import Clock
from retinue.kernel.settings import KernelSettings
from retinue.kernel.telemetry import log

NOBODY = UUID(int=0)
LOG = log("audit")


def all_tasks() -> dict[str, Any]:
    """The embedder loads with the first task that needs it."""
    embedder = Embedder.load(model_folder(KernelSettings().home))
    tasks = [
        find,
        policy,
        intent_task(embedder.embed),
        ground_task(embedder.encode),
        *(task for room in ROOMS for task in room.tasks),
        *(task for room in ROOMS if room.makes_tasks for task in room.makes_tasks(embedder)),
    ]
    return {task.name: task for task in sorted(tasks, key=lambda task: str(task.name))}


async def _logged(fact: AuditFact) -> None:
    """A file has no organization whose trail could hold this."""
    LOG.info("passed the gate", kind=fact.kind, target=fact.target, outcome=fact.outcome, digest=fact.digest, rules=list(fact.rules))


async def run_over_file(task: Any, source: Path, target: Path, *, by: Any, examples: Path | None) -> dict[str, int]:
    """With the models of the environment; without a key, by rules."""
    models = Models(configured(ProviderSettings()), Gate(_logged, clock=Clock()), LlmSettings())
    return await run_file(models, task, source, target, organization=NOBODY, by=by, examples=examples)

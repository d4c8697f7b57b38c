"""What engines and connectors a process holds for its rooms."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from pydantic_settings import BaseSettings

from retinue.connectors.llm import ProviderSettings, configured
from retinue.embedded.postgres import PostgresSettings
from retinue.engines.documents import Limits, Reader
from retinue.engines.governance.gate import Gate
from retinue.engines.governance.leases import LeasedBudget
from retinue.engines.governance.settings import BudgetSettings
from retinue.engines.governance.trail import recorder
from retinue.engines.knowledge.embedding import Embedder
from retinue.engines.llm import LlmSettings, Models
from retinue.engines.web import Throttle, WebSettings
from retinue.kernel.ending import stop
from retinue.kernel.process import Process
from retinue.kernel.room import Room
from retinue.kernel.settings import KernelSettings

SETTINGS: tuple[type[BaseSettings], ...] = (PostgresSettings, ProviderSettings, LlmSettings, BudgetSettings, WebSettings, Limits)


def model_folder(home: Path) -> Path:
    """Where the embedding graph lies: where set-up put it, else in the home, built at the first start."""
    shared = Path(sys.prefix) / "share" / "retinue"
    return shared if shared.is_dir() else home / "models"


async def provide(process: Process, stack: AsyncExitStack, rooms: Sequence[Room]) -> None:
    """Give the process its engines, then what its rooms provide; what must be closed goes on the stack."""
    clock = process.database.clock
    embedder = Embedder.load(model_folder(process.get(KernelSettings).home))
    budget = LeasedBudget(process.database, rooms[0].name, process.get(BudgetSettings).model_usd_a_day)
    gate = Gate(recorder(process.database, rooms[0].name), clock=clock, budget=budget)
    settling = asyncio.create_task(budget.run())
    stack.push_async_callback(budget.close)
    stack.push_async_callback(stop, settling)
    reader = Reader(process.get(Limits))
    stack.callback(reader.close)
    process.provide(Embedder, embedder)
    process.provide(LeasedBudget, budget)
    process.provide(Gate, gate)
    process.provide(Reader, reader)
    process.provide(Throttle, Throttle(clock))
    models = Models(configured(process.get(ProviderSettings)), gate, process.get(LlmSettings))
    process.provide(Models, models)
    stack.push_async_callback(stop, asyncio.create_task(models.watch()))
    for room in rooms:
        if room.provides:
            await room.provides(process, stack)

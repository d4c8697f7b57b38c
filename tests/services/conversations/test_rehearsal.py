"""What a first question finds built: counted in a process that has answered nothing yet."""

import subprocess
import sys
from pathlib import Path

FIRST = """
import asyncio, sys
from pathlib import Path
from retinue.assembly.provisions import model_folder
from retinue.engines.governance.gate import Gate
from retinue.engines.knowledge.embedding import Embedder
from retinue.engines.llm import Models
from retinue.kernel.clock import Clock
from retinue.services.conversations.agents import Agents
from retinue.services.conversations.rehearsal import rehearse

async def unrecorded(fact):
    return None

async def main():
    embedder = Embedder.load(model_folder(Path(sys.argv[1])))
    gate = Gate(unrecorded, clock=Clock())
    agents = Agents(None, embedder, Models({}, gate), gate)
    if sys.argv[2] == "rehearsed":
        embedder.prepare()
        await rehearse(agents)
    before = set(sys.modules)
    await rehearse(agents, ("What does the stage cost on Tuesdays?", "May I speak with somebody?", "Good evening"))
    print(len(set(sys.modules) - before))

asyncio.run(main())
"""


def loaded(tmp_path: Path, how: str) -> int:
    done = subprocess.run([sys.executable, "-c", FIRST, str(tmp_path), how], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_a_first_question_after_the_rehearsal_loads_nothing(tmp_path: Path) -> None:
    assert loaded(tmp_path, "cold") > 0
    assert loaded(tmp_path, "rehearsed") == 0

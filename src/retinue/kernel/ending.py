"""How background tasks end."""

import asyncio
from typing import Any

AGAIN_SECONDS = 0.1


async def stop(*tasks: "asyncio.Task[Any]", again: float = AGAIN_SECONDS) -> None:
    """Cancel until it is heard: Python 3.11's `wait_for`, under every psycopg statement, swallows a cancellation that meets a result.

    `again`: seconds from one cancellation to the next.
    """
    waiting = set(tasks)
    while waiting := {task for task in waiting if not task.done()}:
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting, timeout=again)
    await asyncio.gather(*tasks, return_exceptions=True)

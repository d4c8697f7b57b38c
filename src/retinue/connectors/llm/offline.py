"""The twin that needs no account: it answers nothing itself, so the engine's rules answer and say so."""

from collections.abc import AsyncIterator

from retinue.connectors.llm.errors import Unavailable
from retinue.connectors.llm.protocol import MODEL_CALL, Completion, Delta, Embedded, Embedding, Reply
from retinue.connectors.permit import Permit, spend


class NoModel(Unavailable):
    """No model is configured."""


class Offline:
    name = "offline"

    def _none(self) -> NoModel:
        return NoModel(self.name, "no model is configured; set OPENAI_API_KEY, OPENAI_BASE_URL or ANTHROPIC_API_KEY")

    async def complete(self, request: Completion, permit: Permit) -> Reply:
        spend(permit, MODEL_CALL, self.name, request)
        raise self._none()

    async def stream(self, request: Completion, permit: Permit) -> AsyncIterator[Delta]:
        spend(permit, MODEL_CALL, self.name, request)
        raise self._none()
        yield Delta()

    async def embed(self, request: Embedding, permit: Permit) -> Embedded:
        spend(permit, MODEL_CALL, self.name, request)
        raise self._none()

    async def models(self) -> tuple[str, ...]:
        return ()

    async def aclose(self) -> None:
        return None

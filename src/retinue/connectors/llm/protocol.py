"""What a model provider is asked and what it answers, whoever the vendor is."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from retinue.connectors.permit import Permit

MODEL_CALL = "model.call"

Role = Literal["system", "user", "assistant", "tool"]
Origin = Literal["trusted", "user", "retrieved"]
Stop = Literal["end", "length", "tools", "filtered"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """`arguments` is JSON text as the model wrote it; it may be invalid."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """`origin` says who wrote the content. By default only a system message is trusted: what an assistant said may repeat what it read."""

    role: Role
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    origin: Origin | None = None

    @property
    def source(self) -> Origin:
        if self.origin:
            return self.origin
        return {"system": "trusted", "assistant": "retrieved", "user": "user", "tool": "retrieved"}[self.role]  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Tool:
    """`parameters` is a JSON schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Completion:
    """`schema` asks for text that is JSON of this schema; `tool_choice` is auto, none, required or a tool's name."""

    model: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    schema: Mapping[str, Any] | None = None
    schema_name: str = "answer"
    max_tokens: int = 1024
    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    timeout_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens; `cached_tokens` is the part of `input_tokens` that the provider had cached."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """`provider`, `cost_usd` (list price, None when unknown), `ms` and `escalate` are filled in by the gate.

    `escalate` has the policy's reasons why a person must look at this exchange.
    """

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    stop: Stop = "end"
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    id: str = ""
    provider: str = ""
    cost_usd: float | None = None
    ms: float = 0.0
    escalate: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolPiece:
    """A piece of tool call number `index`: the first has id and name, all carry a stretch of the arguments."""

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class Delta:
    """One step of a stream. The last has `stop`, `usage` and what the gate adds to a Reply."""

    text: str = ""
    tool: ToolPiece | None = None
    stop: Stop | None = None
    usage: Usage | None = None
    model: str = ""
    cost_usd: float | None = None
    provider: str = ""
    escalate: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Embedding:
    model: str
    texts: tuple[str, ...]
    timeout_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Embedded:
    vectors: tuple[tuple[float, ...], ...]
    usage: Usage
    model: str = ""


class Provider(Protocol):
    """Raises RateLimited, Unavailable, Rejected or BadKey of connectors.llm.errors, and NoPermit."""

    name: str

    async def complete(self, request: Completion, permit: Permit) -> Reply: ...

    def stream(self, request: Completion, permit: Permit) -> AsyncIterator[Delta]: ...

    async def embed(self, request: Embedding, permit: Permit) -> Embedded: ...

    async def models(self) -> tuple[str, ...]: ...

    async def aclose(self) -> None: ...


class Collector:
    """Puts the deltas of one stream together."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._tools: dict[int, ToolCall] = {}
        self._stop: Stop = "end"
        self._usage = Usage()
        self._model = ""
        self._cost_usd: float | None = None
        self._provider = ""
        self._escalate: tuple[str, ...] = ()

    def add(self, delta: Delta) -> None:
        if delta.text:
            self._text.append(delta.text)
        if delta.tool:
            piece = delta.tool
            call = self._tools.get(piece.index, ToolCall("", "", ""))
            self._tools[piece.index] = replace(
                call,
                id=call.id or piece.id,
                name=call.name or piece.name,
                arguments=call.arguments + piece.arguments,
            )
        self._stop = delta.stop or self._stop
        self._usage = delta.usage or self._usage
        self._model = delta.model or self._model
        self._cost_usd = delta.cost_usd if delta.cost_usd is not None else self._cost_usd
        self._provider = delta.provider or self._provider
        self._escalate = delta.escalate or self._escalate

    @property
    def reply(self) -> Reply:
        tools = tuple(self._tools[index] for index in sorted(self._tools))
        told = {"provider": self._provider, "cost_usd": self._cost_usd, "escalate": self._escalate}
        return Reply("".join(self._text), tools, self._stop, self._usage, self._model, **told)  # type: ignore[arg-type]


async def collect(stream: AsyncIterator[Delta]) -> Reply:
    collector = Collector()
    async for delta in stream:
        collector.add(delta)
    return collector.reply

"""OpenAI's chat completions, and every server that speaks them at another address."""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

from pydantic import SecretStr

from retinue.connectors.llm.errors import Unavailable
from retinue.connectors.llm.protocol import (
    MODEL_CALL,
    Completion,
    Delta,
    Embedded,
    Embedding,
    Message,
    Reply,
    Stop,
    ToolCall,
    ToolPiece,
    Usage,
)
from retinue.connectors.llm.schema import strict
from retinue.connectors.llm.settings import OPENAI_URL
from retinue.connectors.llm.wire import Wire
from retinue.connectors.permit import Permit, spend

FIXED = re.compile(r"o\d|gpt-5")  # reasoning models refuse a request that sets how they sample
_STOPS: dict[str, Stop] = {
    "stop": "end",
    "length": "length",
    "tool_calls": "tools",
    "function_call": "tools",
    "content_filter": "filtered",
}


def _message(message: Message) -> dict[str, Any]:
    body: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        body["content"] = message.content or None
        body["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}} for call in message.tool_calls
        ]
    if message.role == "tool":
        body["tool_call_id"] = message.tool_call_id
    return body


def _usage(told: Mapping[str, Any] | None) -> Usage:
    told = told or {}
    details = told.get("prompt_tokens_details") or {}
    return Usage(
        int(told.get("prompt_tokens") or 0),
        int(told.get("completion_tokens") or 0),
        int(details.get("cached_tokens") or 0),
    )


def _headers(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"} if key else {}


class OpenAI:
    name = "openai"

    def __init__(self, key: SecretStr | None = None, base_url: str | None = None) -> None:
        self.base_url = (base_url or OPENAI_URL).rstrip("/")
        self._wire = Wire(self.name, self.base_url, key, _headers)

    def __repr__(self) -> str:
        return f"OpenAI({self.base_url!r})"

    def _body(self, request: Completion) -> dict[str, Any]:
        body: dict[str, Any] = {"model": request.model, "messages": [_message(m) for m in request.messages]}
        # OpenAI's newer models refuse max_tokens; most compatible servers know nothing else.
        body["max_completion_tokens" if self.base_url == OPENAI_URL else "max_tokens"] = request.max_tokens
        sampled = not FIXED.match(request.model)
        if request.temperature is not None and sampled:
            body["temperature"] = request.temperature
        if request.top_p is not None and sampled:
            body["top_p"] = request.top_p
        if request.stop:
            body["stop"] = list(request.stop)
        if request.tools:
            body["tools"] = [
                {
                    "type": "function",
                    "function": {"name": t.name, "description": t.description, "parameters": dict(t.parameters)},
                }
                for t in request.tools
            ]
            chosen = request.tool_choice
            known = chosen in ("auto", "none", "required")
            body["tool_choice"] = chosen if known else {"type": "function", "function": {"name": chosen}}
        if request.schema is not None:
            schema, is_strict = strict(request.schema)
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": request.schema_name, "schema": schema, "strict": is_strict},
            }
        return body

    async def complete(self, request: Completion, permit: Permit) -> Reply:
        spend(permit, MODEL_CALL, self.name, request)
        answer = await self._wire.json("POST", "/chat/completions", self._body(request), request.timeout_s)
        try:
            choice = answer["choices"][0]
            message = choice["message"]
            calls = tuple(
                ToolCall(str(call["id"]), str(call["function"]["name"]), str(call["function"]["arguments"]))
                for call in message.get("tool_calls") or ()
            )
            return Reply(
                text=str(message.get("content") or message.get("refusal") or ""),
                tool_calls=calls,
                stop="filtered" if message.get("refusal") else _STOPS.get(str(choice.get("finish_reason")), "end"),
                usage=_usage(answer.get("usage")),
                model=str(answer.get("model") or request.model),
                id=str(answer.get("id") or ""),
            )
        except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
            raise Unavailable(self.name, "the answer is not a chat completion") from error

    async def stream(self, request: Completion, permit: Permit) -> AsyncIterator[Delta]:
        spend(permit, MODEL_CALL, self.name, request)
        body = self._body(request) | {"stream": True, "stream_options": {"include_usage": True}}
        stop: Stop | None = None
        usage, model = Usage(), request.model
        async for event in self._wire.events("/chat/completions", body, request.timeout_s):
            if "error" in event:
                raise Unavailable(self.name, "the provider broke the stream off")
            try:
                model = str(event.get("model") or model)
                if event.get("usage"):
                    usage = _usage(event["usage"])
                for choice in event.get("choices") or ():
                    delta = choice.get("delta") or {}
                    if delta.get("content") or delta.get("refusal"):
                        yield Delta(text=str(delta.get("content") or delta.get("refusal")))
                    for call in delta.get("tool_calls") or ():
                        function = call.get("function") or {}
                        yield Delta(
                            tool=ToolPiece(
                                int(call.get("index") or 0),
                                str(call.get("id") or ""),
                                str(function.get("name") or ""),
                                str(function.get("arguments") or ""),
                            )
                        )
                    if choice.get("finish_reason"):
                        stop = _STOPS.get(str(choice["finish_reason"]), "end")
            except (TypeError, AttributeError, ValueError) as error:
                raise Unavailable(self.name, "the stream is not chat completion chunks") from error
        if stop is None:
            raise Unavailable(self.name, "the stream broke off before its end")
        yield Delta(stop=stop, usage=usage, model=model)

    async def embed(self, request: Embedding, permit: Permit) -> Embedded:
        spend(permit, MODEL_CALL, self.name, request)
        body = {"model": request.model, "input": list(request.texts), "encoding_format": "float"}
        answer = await self._wire.json("POST", "/embeddings", body, request.timeout_s)
        try:
            rows = sorted(answer["data"], key=lambda row: int(row["index"]))
            vectors = tuple(tuple(float(x) for x in row["embedding"]) for row in rows)
            return Embedded(vectors, _usage(answer.get("usage")), str(answer.get("model") or request.model))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Unavailable(self.name, "the answer is not a list of embeddings") from error

    async def models(self) -> tuple[str, ...]:
        answer = await self._wire.json("GET", "/models", None, 10.0)
        return tuple(str(row.get("id")) for row in answer.get("data") or ())

    async def aclose(self) -> None:
        await self._wire.aclose()

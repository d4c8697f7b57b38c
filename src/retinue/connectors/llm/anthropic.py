"""Anthropic's messages. Structured output is a tool that the model must call; its input is the answer."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from pydantic import SecretStr

from retinue.connectors.llm.errors import RateLimited, Rejected, Unavailable
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
from retinue.connectors.llm.settings import ANTHROPIC_URL
from retinue.connectors.llm.wire import Wire
from retinue.connectors.permit import Permit, spend

_STOPS: dict[str, Stop] = {
    "end_turn": "end",
    "stop_sequence": "end",
    "max_tokens": "length",
    "tool_use": "tools",
    "refusal": "filtered",
}


def _arguments(text: str) -> Any:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {"text": text}
    return value if isinstance(value, dict) else {"value": value}


def _blocks(message: Message) -> list[dict[str, Any]]:
    if message.role == "tool":
        return [{"type": "tool_result", "tool_use_id": message.tool_call_id, "content": message.content}]
    blocks: list[dict[str, Any]] = []
    if message.content:
        blocks.append({"type": "text", "text": message.content})
    blocks += [{"type": "tool_use", "id": call.id, "name": call.name, "input": _arguments(call.arguments)} for call in message.tool_calls]
    return blocks


def _turns(messages: tuple[Message, ...]) -> list[dict[str, Any]]:
    """Turns alternate: neighbours of one role are one turn, and tool results belong to the user's."""
    turns: list[dict[str, Any]] = []
    for message in messages:
        if message.role == "system":
            continue
        role = "assistant" if message.role == "assistant" else "user"
        blocks = _blocks(message)
        if not blocks:
            continue
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"].extend(blocks)
        else:
            turns.append({"role": role, "content": blocks})
    return turns


def _usage(told: Mapping[str, Any] | None) -> Usage:
    told = told or {}
    cached = int(told.get("cache_read_input_tokens") or 0)
    fresh = int(told.get("input_tokens") or 0) + int(told.get("cache_creation_input_tokens") or 0)
    return Usage(fresh + cached, int(told.get("output_tokens") or 0), cached)


def _headers(key: str) -> dict[str, str]:
    return {"anthropic-version": "2023-06-01"} | ({"x-api-key": key} if key else {})


class Anthropic:
    name = "anthropic"

    def __init__(self, key: SecretStr | None = None, base_url: str | None = None) -> None:
        self.base_url = (base_url or ANTHROPIC_URL).rstrip("/")
        self._wire = Wire(self.name, self.base_url, key, _headers)

    def __repr__(self) -> str:
        return f"Anthropic({self.base_url!r})"

    def _body(self, request: Completion) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": request.model,
            "max_tokens": request.max_tokens,
            "messages": _turns(request.messages),
        }
        system = "\n\n".join(m.content for m in request.messages if m.role == "system" and m.content)
        if system:
            body["system"] = system
        if request.temperature is not None:
            body["temperature"] = min(request.temperature, 1.0)
        elif request.top_p is not None:  # its newer models refuse both at once
            body["top_p"] = request.top_p
        if request.stop:
            body["stop_sequences"] = list(request.stop)
        tools = [{"name": t.name, "description": t.description, "input_schema": dict(t.parameters)} for t in request.tools]
        choice: dict[str, Any] | None = None
        if request.schema is not None:
            schema = dict(request.schema)
            tools.append({"name": request.schema_name, "description": "Give the answer.", "input_schema": schema})
            choice = {"type": "tool", "name": request.schema_name}
        elif tools:
            kinds = {"auto": "auto", "none": "none", "required": "any"}
            kind = kinds.get(request.tool_choice)
            choice = {"type": kind} if kind else {"type": "tool", "name": request.tool_choice}
        if tools:
            body["tools"], body["tool_choice"] = tools, choice
        return body

    def _is_answer(self, request: Completion, name: str) -> bool:
        return request.schema is not None and name == request.schema_name

    async def complete(self, request: Completion, permit: Permit) -> Reply:
        spend(permit, MODEL_CALL, self.name, request)
        answer = await self._wire.json("POST", "/v1/messages", self._body(request), request.timeout_s)
        try:
            text: list[str] = []
            calls: list[ToolCall] = []
            stop = _STOPS.get(str(answer.get("stop_reason")), "end")
            for block in answer["content"]:
                if block["type"] == "text":
                    text.append(block["text"])
                elif block["type"] == "tool_use" and self._is_answer(request, block["name"]):
                    text = [json.dumps(block["input"], ensure_ascii=False)]
                    stop = "end" if stop == "tools" else stop
                    break
                elif block["type"] == "tool_use":
                    calls.append(ToolCall(block["id"], block["name"], json.dumps(block["input"], ensure_ascii=False)))
            model = str(answer.get("model") or request.model)
            return Reply("".join(text), tuple(calls), stop, _usage(answer.get("usage")), model, str(answer.get("id")))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Unavailable(self.name, "the answer is not a message") from error

    async def stream(self, request: Completion, permit: Permit) -> AsyncIterator[Delta]:
        spend(permit, MODEL_CALL, self.name, request)
        body = self._body(request) | {"stream": True}
        stop: Stop | None = None
        ended, model = False, request.model
        counted: dict[str, Any] = {}
        tools: dict[int, int] = {}
        answers: set[int] = set()
        async for event in self._wire.events("/v1/messages", body, request.timeout_s):
            try:
                kind = event.get("type")
                if kind == "message_start":
                    model = str(event["message"].get("model") or model)
                    counted.update(event["message"].get("usage") or {})
                elif kind == "content_block_start" and event["content_block"]["type"] == "tool_use":
                    index, block = int(event["index"]), event["content_block"]
                    if self._is_answer(request, block["name"]):
                        answers.add(index)
                    else:
                        tools[index] = len(tools)
                        yield Delta(tool=ToolPiece(tools[index], str(block["id"]), str(block["name"])))
                elif kind == "content_block_delta":
                    index, delta = int(event["index"]), event["delta"]
                    if delta["type"] == "text_delta" and request.schema is None:
                        yield Delta(text=str(delta["text"]))
                    elif delta["type"] == "input_json_delta" and index in answers:
                        yield Delta(text=str(delta["partial_json"]))
                    elif delta["type"] == "input_json_delta" and index in tools:
                        yield Delta(tool=ToolPiece(tools[index], arguments=str(delta["partial_json"])))
                elif kind == "message_delta":
                    stop = _STOPS.get(str(event["delta"].get("stop_reason")), "end")
                    counted.update({k: v for k, v in (event.get("usage") or {}).items() if v is not None})
                elif kind == "message_stop":
                    ended = True
                elif kind == "error":
                    raise self._broken(str(event["error"].get("type")))
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                raise Unavailable(self.name, "the stream is not message events") from error
        if not ended:
            raise Unavailable(self.name, "the stream broke off before its end")
        if answers and stop == "tools":
            stop = "end"
        yield Delta(stop=stop or "end", usage=_usage(counted), model=model)

    def _broken(self, kind: str) -> Exception:
        if kind == "rate_limit_error":
            return RateLimited(self.name, "rate limited in the middle of the stream")
        return Unavailable(self.name, f"the provider broke the stream off: {kind}")

    async def embed(self, request: Embedding, permit: Permit) -> Embedded:
        raise Rejected(self.name, "Anthropic has no embeddings")

    async def models(self) -> tuple[str, ...]:
        answer = await self._wire.json("GET", "/v1/models", None, 10.0)
        return tuple(str(row.get("id")) for row in answer.get("data") or ())

    async def aclose(self) -> None:
        await self._wire.aclose()

"""Anthropic's messages API as its reference shows it: text, tools, forced tools, stream events, models, errors.

Not imitated: understanding (it repeats the user), images, documents, thinking, prompt caching, server tools, batches,
token counting, beta headers, real tokenization (4 characters a token), rate limits that nobody scripted.
"""

import asyncio
import json
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from simulators.vendor import Fault, Say, Script, body_of, cutting, example, tokens, words

_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


class AnthropicSimulator(Script):
    models = ("claude-opus-4-1", "claude-sonnet-4-5", "claude-haiku-4-5")

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/messages", self.messages, methods=["POST"]),
                Route("/v1/models", self.list_models, methods=["GET"]),
            ]
        )

    def error(self, status: int, message: str, retry_after: str | None = None) -> Response:
        body = {
            "type": "error",
            "error": {"type": _KINDS.get(status, "api_error"), "message": message},
            "request_id": "req_simulated",
        }
        return JSONResponse(body, status, headers={"retry-after": retry_after} if retry_after else None)

    def unauthorized(self, request: Request) -> Response | None:
        # The API reference says x-api-key; the official client 2.11 sends the key as a bearer token.
        given = request.headers.get("x-api-key") or request.headers.get("authorization", "").removeprefix("Bearer ")
        if given != self.key:
            return self.error(401, f"invalid x-api-key {given}")
        if not request.headers.get("anthropic-version"):
            return self.error(400, "anthropic-version: header is required")
        return None

    async def fault(self) -> tuple[Fault, Response | None]:
        fault = self.take_fault()
        if fault.slow_s:
            await asyncio.sleep(fault.slow_s)
        if fault.raw is not None:
            return fault, Response(fault.raw, fault.status, media_type="application/json")
        if fault.status >= 400:
            return fault, self.error(fault.status, f"Scripted failure {fault.status}.", fault.retry_after)
        return fault, None

    def problem(self, body: dict[str, Any]) -> Response | None:
        turns = body.get("messages")
        if not turns:
            return self.error(400, "messages: at least one message is required")
        if not body.get("max_tokens"):
            return self.error(400, "max_tokens: Field required")
        if body.get("model") not in self.models:
            return self.error(404, f"model: {body.get('model')}")
        called: set[str] = set()
        for turn in turns:
            if turn["role"] not in ("user", "assistant"):
                return self.error(400, f'messages: Unexpected role "{turn["role"]}".')
            for block in turn["content"] if isinstance(turn["content"], list) else ():
                if block["type"] == "tool_use":
                    called.add(block["id"])
                if block["type"] == "tool_result" and block["tool_use_id"] not in called:
                    return self.error(400, "messages: unexpected `tool_use_id` found in `tool_result` blocks")
                if block["type"] == "text" and not block["text"]:
                    return self.error(400, "messages: text content blocks must be non-empty")
        return None

    def answer(self, body: dict[str, Any]) -> Say:
        said = self.take_say()
        choice = body.get("tool_choice") or {}
        if choice.get("type") == "tool":
            tool = next(t for t in body["tools"] if t["name"] == choice["name"])
            if said and not said.tools:
                return Say("", ((tool["name"], json.loads(said.text)),))
            return said or Say("", ((tool["name"], example(tool["input_schema"])),))
        if said:
            return said
        content = [turn["content"] for turn in body["messages"] if turn["role"] == "user"][-1]
        if isinstance(content, list):
            content = " ".join(str(b.get("text") or b.get("content")) for b in content)
        return Say(f"You said: {content}")

    async def messages(self, request: Request) -> Response:
        body = await body_of(request)
        self.requests.append(body)
        refused = self.unauthorized(request)
        if refused:
            return refused
        fault, failed = await self.fault()
        failed = failed or self.problem(body)
        if failed:
            return failed
        said = self.answer(body)
        content: list[dict[str, Any]] = [{"type": "text", "text": said.text}] if said.text else []
        content += [
            {"type": "tool_use", "id": f"toolu_{i}", "name": name, "input": arguments} for i, (name, arguments) in enumerate(said.tools)
        ]
        reason = "tool_use" if said.tools else "end_turn"
        before, after = tokens(body["messages"]), tokens(content)
        message = {
            "id": "msg_simulated",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": content,
            "stop_reason": reason,
            "stop_sequence": None,
            "usage": {"input_tokens": before, "output_tokens": after},
        }
        if body.get("stream"):
            events = self.events(message)
            return StreamingResponse(cutting(events, fault), media_type="text/event-stream")
        return JSONResponse(message)

    def events(self, message: dict[str, Any]) -> list[bytes]:
        usage = message["usage"]
        start = message | {"content": [], "stop_reason": None, "usage": usage | {"output_tokens": 1}}
        bodies: list[dict[str, Any]] = [{"type": "message_start", "message": start}]
        for index, block in enumerate(message["content"]):
            if block["type"] == "text":
                opened: dict[str, Any] = {"type": "text", "text": ""}
                deltas: list[dict[str, Any]] = [{"type": "text_delta", "text": w} for w in words(block["text"])]
            else:
                opened = block | {"input": {}}
                text = json.dumps(block["input"])
                pieces = ["", *(text[at : at + 7] for at in range(0, len(text), 7))]
                deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
            bodies.append({"type": "content_block_start", "index": index, "content_block": opened})
            if index == 0:
                bodies.append({"type": "ping"})
            bodies += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
            bodies.append({"type": "content_block_stop", "index": index})
        ended = {"stop_reason": message["stop_reason"], "stop_sequence": None}
        bodies.append(
            {"type": "message_delta", "delta": ended, "usage": {"output_tokens": usage["output_tokens"]}},
        )
        bodies.append({"type": "message_stop"})
        return [f"event: {b['type']}\ndata: {json.dumps(b, ensure_ascii=False)}\n\n".encode() for b in bodies]

    async def list_models(self, request: Request) -> Response:
        refused = self.unauthorized(request)
        if refused:
            return refused
        rows = [{"type": "model", "id": m, "display_name": m, "created_at": "2025-02-19T00:00:00Z"} for m in self.models]
        ends = {"has_more": False, "first_id": self.models[0], "last_id": self.models[-1]}
        return JSONResponse({"data": rows} | ends)

"""OpenAI's API as its reference shows it: chat completions (text, tools, schema, streams), embeddings, models, errors.

Not imitated: understanding (it repeats the user), `n` above 1, logprobs, images and audio, the responses, files,
batch and assistants APIs, organizations and projects, real tokenization (4 characters a token), unscripted rate limits,
refusal of a schema that breaks the strict rules beyond an open object.
"""

import asyncio
import json
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from simulators.vendor import Fault, Say, Script, body_of, cutting, example, tokens, words

_KINDS = {400: "invalid_request_error", 401: "invalid_request_error", 404: "invalid_request_error", 429: "requests"}


class OpenAISimulator(Script):
    models = ("gpt-4.1", "gpt-4.1-mini", "gpt-4o-mini", "text-embedding-3-small")

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/chat/completions", self.chat, methods=["POST"]),
                Route("/v1/embeddings", self.embeddings, methods=["POST"]),
                Route("/v1/models", self.list_models, methods=["GET"]),
            ]
        )

    def error(self, status: int, message: str, code: str | None = None, retry_after: str | None = None) -> Response:
        kind = code if code == "insufficient_quota" else _KINDS.get(status, "server_error")
        body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
        return JSONResponse(body, status, headers={"retry-after": retry_after} if retry_after else None)

    def unauthorized(self, request: Request) -> Response | None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if given == self.key:
            return None
        message = f"Incorrect API key provided: {given}. You can find your API key in your account."
        return self.error(401, message, "invalid_api_key")

    async def fault(self) -> tuple[Fault, Response | None]:
        fault = self.take_fault()
        if fault.slow_s:
            await asyncio.sleep(fault.slow_s)
        if fault.raw is not None:
            return fault, Response(fault.raw, fault.status, media_type="application/json")
        if fault.status >= 400:
            return fault, self.error(fault.status, f"Scripted failure {fault.status}.", fault.code, fault.retry_after)
        return fault, None

    def answer(self, body: dict[str, Any]) -> Say:
        said = self.take_say()
        if said:
            return said
        if (body.get("response_format") or {}).get("type") == "json_schema":
            return Say(json.dumps(example(body["response_format"]["json_schema"]["schema"])))
        users = [m["content"] for m in body["messages"] if m["role"] == "user"]
        return Say(f"You said: {users[-1] if users else ''}")

    def problem(self, body: dict[str, Any]) -> Response | None:
        if not body.get("messages"):
            return self.error(400, "Missing required parameter: 'messages'.", "missing_required_parameter")
        if body.get("model") not in self.models:
            return self.error(404, f"The model `{body.get('model')}` does not exist.", "model_not_found")
        called: set[str] = set()
        for message in body["messages"]:
            called |= {call["id"] for call in message.get("tool_calls") or ()}
            if message["role"] == "tool" and message.get("tool_call_id") not in called:
                return self.error(400, "messages with role 'tool' must follow a message with 'tool_calls'.")
        form = (body.get("response_format") or {}).get("json_schema")
        if form and form.get("strict") and form["schema"].get("additionalProperties") is not False:
            return self.error(400, "Invalid schema: 'additionalProperties' is required to be supplied and to be false.")
        return None

    async def chat(self, request: Request) -> Response:
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
        calls = [
            {"id": f"call_{i}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
            for i, (name, arguments) in enumerate(said.tools)
        ]
        reason = "tool_calls" if calls else "stop"
        before, after = tokens(body["messages"]), tokens(said.text)
        usage = {
            "prompt_tokens": before,
            "completion_tokens": after,
            "total_tokens": before + after,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        }
        shared = {"id": "chatcmpl-simulated", "created": 1741569952, "model": body["model"]}
        if body.get("stream"):
            wants_usage = bool((body.get("stream_options") or {}).get("include_usage"))
            events = self.chunks(shared, said, calls, reason, usage if wants_usage else None)
            return StreamingResponse(cutting(events, fault), media_type="text/event-stream")
        message = {"role": "assistant", "content": said.text or None, "refusal": None, "annotations": []}
        if calls:
            message["tool_calls"] = calls
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
        return JSONResponse(shared | {"object": "chat.completion", "choices": [choice], "usage": usage})

    def chunks(
        self, shared: dict[str, Any], said: Say, calls: list[dict[str, Any]], reason: str, usage: dict[str, Any] | None
    ) -> list[bytes]:
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": "", "refusal": None}]
        if said.text:
            deltas += [{"content": word} for word in words(said.text)]
        for index, call in enumerate(calls):
            arguments = call["function"]["arguments"]
            head = {"index": index, "id": call["id"], "type": "function"}
            deltas.append({"tool_calls": [head | {"function": {"name": call["function"]["name"], "arguments": ""}}]})
            deltas += [
                {"tool_calls": [{"index": index, "function": {"arguments": arguments[at : at + 7]}}]} for at in range(0, len(arguments), 7)
            ]
        base = shared | {"object": "chat.completion.chunk", "system_fingerprint": "fp_simulated"}
        if usage:
            base["usage"] = None
        bodies = [base | {"choices": [{"index": 0, "delta": d, "finish_reason": None}]} for d in deltas]
        bodies.append(base | {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
        if usage:
            bodies.append(base | {"choices": [], "usage": usage})
        lines = [b"data: " + json.dumps(b, ensure_ascii=False).encode() + b"\n\n" for b in bodies]
        return [*lines, b"data: [DONE]\n\n"]

    async def embeddings(self, request: Request) -> Response:
        body = await body_of(request)
        self.requests.append(body)
        refused = self.unauthorized(request) or (await self.fault())[1]
        if refused:
            return refused
        texts = [body["input"]] if isinstance(body.get("input"), str) else list(body.get("input") or [])
        if not texts:
            return self.error(400, "'$.input' is invalid.")
        data = [{"object": "embedding", "index": i, "embedding": [len(t) / 100, float(i), -0.5]} for i, t in enumerate(texts)]
        usage = {"prompt_tokens": tokens(texts), "total_tokens": tokens(texts)}
        return JSONResponse({"object": "list", "data": data, "model": body["model"], "usage": usage})

    async def list_models(self, request: Request) -> Response:
        refused = self.unauthorized(request)
        if refused:
            return refused
        rows = [{"id": m, "object": "model", "created": 1686935002, "owned_by": "openai"} for m in self.models]
        return JSONResponse({"object": "list", "data": rows})

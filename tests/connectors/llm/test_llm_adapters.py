"""Both vendors' adapters keep the same promises."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from retinue.connectors.llm import (
    BadKey,
    Completion,
    Delta,
    Message,
    Provider,
    ProviderSettings,
    RateLimited,
    Rejected,
    Tool,
    Unavailable,
    collect,
    configured,
)
from retinue.connectors.llm.anthropic import Anthropic
from retinue.connectors.llm.offline import NoModel, Offline
from retinue.connectors.llm.openai import OpenAI
from retinue.connectors.llm.protocol import MODEL_CALL, Embedding
from retinue.connectors.permit import Permit, issue
from simulators.anthropic import AnthropicSimulator
from simulators.openai import OpenAISimulator
from simulators.serving import serving
from simulators.vendor import Fault, Say, Script

WEATHER = Tool("weather", "The weather now.", {"type": "object", "properties": {"city": {"type": "string"}}})
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}, "degrees": {"type": "integer"}}}


@dataclass
class Pair:
    adapter: Provider
    simulator: Script
    model: str
    url: str

    def permit(self, request: object) -> Permit:
        return issue(MODEL_CALL, self.adapter.name, request)

    def asking(self, *messages: Message, **more: Any) -> Completion:
        return Completion(self.model, messages or (Message("user", "good morning"),), **more)


@pytest.fixture(params=["openai", "anthropic"])
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    if request.param == "openai":
        openai = OpenAISimulator()
        async with serving(openai.app) as url:
            adapter: Provider = OpenAI(SecretStr(openai.key), f"{url}/v1")
            yield Pair(adapter, openai, "gpt-4.1-mini", url)
            await adapter.aclose()
    else:
        anthropic = AnthropicSimulator()
        async with serving(anthropic.app) as url:
            adapter = Anthropic(SecretStr(anthropic.key), url)
            yield Pair(adapter, anthropic, "claude-haiku-4-5", url)
            await adapter.aclose()


async def test_text_with_usage(pair: Pair):
    request = pair.asking(Message("system", "Be brief."), Message("user", "good morning"))
    reply = await pair.adapter.complete(request, pair.permit(request))
    assert reply.text == "You said: good morning"
    assert (reply.stop, reply.model) == ("end", pair.model)
    assert reply.usage.input_tokens > 0
    assert reply.usage.output_tokens > 0


async def test_stream_says_the_same_as_the_whole(pair: Pair):
    pair.simulator.next.append(Say("One\u2028two – drei é 日本."))
    request = pair.asking()
    deltas = [d async for d in pair.adapter.stream(request, pair.permit(request))]
    assert "".join(d.text for d in deltas) == "One\u2028two – drei é 日本."
    assert sum(bool(d.text) for d in deltas) > 1
    assert deltas[-1].stop == "end"
    assert deltas[-1].usage is not None
    assert deltas[-1].usage.output_tokens > 0


async def test_tool_calls_and_their_results(pair: Pair):
    for streaming in (False, True):
        pair.simulator.next.append(Say("", (("weather", {"city": "Lund"}), ("weather", {"city": "Malmö"}))))
        request = pair.asking(tools=(WEATHER,))
        permit = pair.permit(request)
        if streaming:
            reply = await collect(pair.adapter.stream(request, permit))
        else:
            reply = await pair.adapter.complete(request, permit)
        assert reply.stop == "tools"
        assert [json.loads(call.arguments) for call in reply.tool_calls] == [{"city": "Lund"}, {"city": "Malmö"}]
        results = [Message("tool", "rain", tool_call_id=call.id) for call in reply.tool_calls]
        asked = Message("user", "weather?")
        request = pair.asking(asked, Message("assistant", tool_calls=reply.tool_calls), *results, tools=(WEATHER,))
        assert (await pair.adapter.complete(request, pair.permit(request))).text


async def test_structured_output_is_json_text(pair: Pair):
    for streaming in (False, True):
        request = pair.asking(schema=SCHEMA)
        permit = pair.permit(request)
        if streaming:
            reply = await collect(pair.adapter.stream(request, permit))
        else:
            reply = await pair.adapter.complete(request, permit)
        assert json.loads(reply.text) == {"city": "text", "degrees": 1}
        assert (reply.stop, reply.tool_calls) == ("end", ())


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(400), Rejected),
        (Fault(401), BadKey),
        (Fault(404), Rejected),
        (Fault(429, retry_after="7"), RateLimited),
        (Fault(500), Unavailable),
        (Fault(529), Unavailable),
        (Fault(200, raw=b"<html>"), Unavailable),
        (Fault(200, raw=b'{"choices": [], "content": 3}'), Unavailable),
    ],
)
async def test_failures_are_typed(pair: Pair, fault: Fault, kind: type[Exception]):
    request = pair.asking()
    pair.simulator.next.append(fault)
    with pytest.raises(kind) as raised:
        await pair.adapter.complete(request, pair.permit(request))
    if isinstance(raised.value, RateLimited):
        assert raised.value.retry_after == 7
    if fault.raw is None:
        pair.simulator.next.append(fault)
        with pytest.raises(kind):
            await collect(pair.adapter.stream(request, pair.permit(request)))


async def test_slow_and_unreachable(pair: Pair):
    request = pair.asking(timeout_s=0.1)
    pair.simulator.next.append(Fault(slow_s=0.4))
    with pytest.raises(Unavailable, match="no answer within"):
        await pair.adapter.complete(request, pair.permit(request))
    gone = type(pair.adapter)(SecretStr("k"), "http://127.0.0.1:9")  # type: ignore[call-arg]
    with pytest.raises(Unavailable):
        await gone.complete(request, pair.permit(request))


@pytest.mark.parametrize("quietly", [False, True])
async def test_a_cut_stream_is_never_taken_for_a_whole_one(pair: Pair, quietly: bool):
    got: list[Delta] = []
    request = pair.asking()
    pair.simulator.next.append(Fault(cut_after=4, quietly=quietly))
    with pytest.raises(Unavailable):
        async for delta in pair.adapter.stream(request, pair.permit(request)):
            got.append(delta)
    assert got
    assert got[-1].stop is None


async def test_no_key_in_errors_and_reprs(pair: Pair):
    secret = "sk-very-secret-000111222"
    adapter = type(pair.adapter)(SecretStr(secret), pair.adapter.base_url)  # type: ignore[call-arg, attr-defined]
    request = pair.asking()
    with pytest.raises(BadKey) as raised:
        await adapter.complete(request, pair.permit(request))
    assert secret not in f"{raised.value!r}{raised.value}{adapter!r}{adapter._wire!r}"
    error = adapter._wire.error(400, json.dumps({"error": {"message": f"bad {secret} and sk-other-key123"}}))
    assert secret not in str(error)
    assert "sk-other" not in str(error)
    await adapter.aclose()


async def test_calls_at_once(pair: Pair):
    async def one(word: str) -> str:
        request = pair.asking(Message("user", word))
        return (await pair.adapter.complete(request, pair.permit(request))).text

    said = await asyncio.gather(*(one(f"word{i}") for i in range(30)))
    assert said == [f"You said: word{i}" for i in range(30)]


async def test_models_are_listed(pair: Pair):
    assert pair.model in await pair.adapter.models()


async def test_embeddings_of_openai():
    simulator = OpenAISimulator()
    async with serving(simulator.app) as url:
        adapter = OpenAI(SecretStr(simulator.key), f"{url}/v1")
        request = Embedding("text-embedding-3-small", ("a", "bb"))
        embedded = await adapter.embed(request, issue(MODEL_CALL, "openai", request))
        assert [v[0] for v in embedded.vectors] == [0.01, 0.02]
        await adapter.aclose()


async def test_the_offline_twin_answers_nothing_itself():
    twin, request = Offline(), Completion("none", (Message("user", "hi"),))
    with pytest.raises(NoModel, match="no model is configured"):
        await twin.complete(request, issue(MODEL_CALL, "offline", request))
    with pytest.raises(NoModel):
        await collect(twin.stream(request, issue(MODEL_CALL, "offline", request)))


def test_settings_choose_the_providers(monkeypatch: pytest.MonkeyPatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    assert list(configured(ProviderSettings())) == ["offline"]
    monkeypatch.setenv("OPENAI_API_KEY", " ")
    assert list(configured(ProviderSettings())) == ["offline"]
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-secret-1234")
    settings = ProviderSettings()
    assert list(configured(settings)) == ["openai", "anthropic"]
    assert "secret" not in repr(settings)

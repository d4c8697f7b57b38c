"""The vendors' official clients work against the simulators."""

import anthropic
import openai
import pytest

from simulators.anthropic import AnthropicSimulator
from simulators.openai import OpenAISimulator
from simulators.serving import serving
from simulators.vendor import Fault, Say

WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


async def test_openai_client():
    simulator = OpenAISimulator()
    async with serving(simulator.app) as url:
        client = openai.AsyncOpenAI(api_key=simulator.key, base_url=f"{url}/v1", max_retries=0)
        ask = [{"role": "user", "content": "good morning to you"}]
        answer = await client.chat.completions.create(model="gpt-4.1-mini", messages=ask)
        assert answer.choices[0].message.content == "You said: good morning to you"
        assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens

        stream = await client.chat.completions.create(
            model="gpt-4.1-mini", messages=ask, stream=True, stream_options={"include_usage": True}
        )
        chunks = [chunk async for chunk in stream]
        text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        assert text == "You said: good morning to you"
        assert chunks[-1].usage.completion_tokens > 0

        simulator.next.append(Say(tools=(("weather", {"city": "Lund"}),)))
        tool = {"type": "function", "function": {"name": "weather", "parameters": WEATHER}}
        answer = await client.chat.completions.create(model="gpt-4.1", messages=ask, tools=[tool])
        assert answer.choices[0].finish_reason == "tool_calls"
        assert answer.choices[0].message.tool_calls[0].function.arguments == '{"city": "Lund"}'

        embedded = await client.embeddings.create(model="text-embedding-3-small", input=["a", "bb"], encoding_format="float")
        assert [row.index for row in embedded.data] == [0, 1]
        assert "gpt-4.1" in [model.id async for model in client.models.list()]

        for fault, kind in (
            (Fault(429, retry_after="3"), openai.RateLimitError),
            (Fault(400), openai.BadRequestError),
            (Fault(404), openai.NotFoundError),
            (Fault(500), openai.InternalServerError),
        ):
            simulator.next.append(fault)
            with pytest.raises(kind):
                await client.chat.completions.create(model="gpt-4.1", messages=ask)
        with pytest.raises(openai.AuthenticationError):
            await client.with_options(api_key="sk-wrong").chat.completions.create(model="gpt-4.1", messages=ask)
        await client.close()


async def test_openai_client_parses_structured_output():
    from pydantic import BaseModel

    class Weather(BaseModel):
        city: str
        degrees: int

    simulator = OpenAISimulator()
    async with serving(simulator.app) as url:
        client = openai.AsyncOpenAI(api_key=simulator.key, base_url=f"{url}/v1", max_retries=0)
        answer = await client.chat.completions.parse(model="gpt-4.1", messages=[{"role": "user", "content": "hi"}], response_format=Weather)
        assert answer.choices[0].message.parsed == Weather(city="text", degrees=1)
        await client.close()


async def test_anthropic_client():
    simulator = AnthropicSimulator()
    async with serving(simulator.app) as url:
        client = anthropic.AsyncAnthropic(api_key=simulator.key, base_url=url, max_retries=0)
        ask = {
            "model": "claude-haiku-4-5",
            "max_tokens": 100,
            "messages": [{"role": "user", "content": "good morning"}],
        }
        answer = await client.messages.create(**ask)
        assert answer.content[0].text == "You said: good morning"
        assert answer.usage.output_tokens > 0

        async with client.messages.stream(**ask) as stream:
            assert "".join([text async for text in stream.text_stream]) == "You said: good morning"
            assert (await stream.get_final_message()).stop_reason == "end_turn"

        simulator.next.append(Say("Let me look.", tools=(("weather", {"city": "Lund"}),)))
        tools = [{"name": "weather", "input_schema": WEATHER}]
        async with client.messages.stream(**ask, tools=tools) as stream:
            message = await stream.get_final_message()
        assert message.stop_reason == "tool_use"
        assert message.content[1].input == {"city": "Lund"}

        assert "claude-haiku-4-5" in [model.id async for model in client.models.list()]
        for fault, kind in (
            (Fault(429, retry_after="3"), anthropic.RateLimitError),
            (Fault(400), anthropic.BadRequestError),
            (Fault(529), anthropic.InternalServerError),
        ):
            simulator.next.append(fault)
            with pytest.raises(kind):
                await client.messages.create(**ask)
        with pytest.raises(anthropic.AuthenticationError):
            await client.with_options(api_key="wrong").messages.create(**ask)
        await client.close()

"""Who answers: the models of a tier in their order, each with retries and a breaker; then the rules."""

import asyncio
import inspect
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from retinue.connectors.llm import (
    BadKey,
    Completion,
    Delta,
    Message,
    Provider,
    ProviderError,
    RateLimited,
    Rejected,
    Reply,
    Tool,
    Unavailable,
    Unreachable,
)
from retinue.engines.governance.budget import BudgetSpent
from retinue.engines.governance.facts import Principal
from retinue.engines.governance.gate import Blocked, Gate
from retinue.engines.llm.breaker import Breaker
from retinue.engines.llm.catalogue import TIERS, Catalogue, catalogue_of
from retinue.engines.llm.settings import LlmSettings
from retinue.engines.llm.task import Answer, BadInput, By, I, NeedsModel, O, Ruled, Task, Tier
from retinue.kernel.errors import Refusal

Request = Callable[[str], Completion]
OFFLINE = "offline"
LISTING_SECONDS, LISTED_FOR_SECONDS = 3.0, 300.0
LOOK_EVERY_S, LOOK_WITHIN_S = 0.5, 5.0


class NoAnswer(Refusal):
    """No model answered. {problem}"""

    status = 503
    next = "Try again in a minute; if it stays so, look at the providers' keys and addresses."


class Models:
    """Everything goes through the gate; `sleep` and `monotonic` are injected so that tests need not wait."""

    def __init__(
        self,
        providers: dict[str, Provider],
        gate: Gate,
        settings: LlmSettings | None = None,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._providers = providers
        self._gate = gate
        self._settings = settings or LlmSettings()
        self._sleep = sleep
        self._monotonic = monotonic
        rest = (self._settings.breaker_failures, self._settings.breaker_rest_s, monotonic)
        self._listed: dict[str, frozenset[str]] = {}
        self._ask_again: dict[str, float] = {}
        self._breakers = {name: Breaker(*rest) for name in providers}

    async def watch(self) -> None:
        """Look after providers that are left alone, for as long as this runs: no caller waits for one that is away."""
        for breaker in self._breakers.values():
            breaker.watched = True
        try:
            while True:
                await self._sleep(LOOK_EVERY_S)
                await self.look()
        finally:
            for breaker in self._breakers.values():
                breaker.watched = False

    async def look(self) -> None:
        """Ask each provider that is due for its list of models; one that answers anything but a failure of its own is back."""
        for name, breaker in self._breakers.items():
            if not breaker.due:
                continue
            try:
                async with asyncio.timeout(LOOK_WITHIN_S):
                    await self._providers[name].models()
            except (Unavailable, BadKey, TimeoutError):
                breaker.looked(False)
            except ProviderError:
                breaker.looked(True)
            else:
                breaker.looked(True)

    @property
    def available(self) -> bool:
        """Whether any model is configured; without one every answer is by rules."""
        return any(self.routes(tier) for tier in ("cheap", "balanced", "premium"))

    def routes(self, tier: Tier) -> tuple[tuple[str, str], ...]:
        return self._settings.routes(tier, tuple(self._providers))

    def chosen(self, wanted: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Routes of providers and models, or providers and tiers, in this order; after a first that names a tier, whoever else has that tier."""
        found: list[tuple[str, str]] = []
        for name, model in wanted:
            if model in TIERS:
                found += [route for route in self.routes(model) if route[0] == name]
            elif name in self._providers:
                found.append((name, model))
        if wanted and wanted[0][1] in TIERS:
            found += self.routes(wanted[0][1])
        return tuple(dict.fromkeys(found))

    def catalogue(self) -> Catalogue:
        """What is configured, with the models that were listed last."""
        return catalogue_of(self.routes, self._listed, [name for name in self._providers if name != OFFLINE])

    async def list_models(self) -> Catalogue:
        """The same, after asking providers whose list is older than some minutes; one that does not answer keeps the list before."""
        now = self._monotonic()
        for name, provider in self._providers.items():
            if name != OFFLINE and now >= self._ask_again.get(name, now):
                try:
                    async with asyncio.timeout(LISTING_SECONDS):
                        self._listed[name] = frozenset(await provider.models())
                    self._ask_again[name] = now + LISTED_FOR_SECONDS
                except (ProviderError, TimeoutError):
                    self._ask_again[name] = now + LISTED_FOR_SECONDS / 10
        return self.catalogue()

    async def run(
        self,
        task: Task[I, O],
        input: I,
        *,
        organization: UUID,
        by: By = "auto",
        actor: UUID | None = None,
        lineage: UUID | None = None,
    ) -> Answer[O]:
        """Raises NeedsModel when only a model could answer and none did. Look at `refused` before using the output."""
        began = self._monotonic()
        fallback = "asked for rules" if by == "rules" else "no model is configured"
        spent: list[float | None] = []
        if by != "rules" and self.routes(task.tier):
            principal = Principal(organization, actor, task.name, lineage)
            try:
                output, reply, repaired = await self._ask(task, input, principal, spent)
            except (NoAnswer, Blocked, BudgetSpent, BadInput) as refusal:
                fallback = str(refusal)
            else:
                confidence = getattr(output, "confidence", None)
                if not isinstance(confidence, (int, float)) or isinstance(confidence, bool):
                    confidence = task.model_confidence * (0.8 if repaired else 1.0)
                return Answer(
                    output=output,
                    answered_by="model",
                    confidence=min(1.0, max(0.0, float(confidence))),
                    cost_usd=_sum(spent),
                    ms=(self._monotonic() - began) * 1000,
                    threshold=task.threshold,
                    model=f"{reply.provider}:{reply.model}",
                    prompt_version=task.version,
                )
        if by == "model" or task.rules is None:
            raise NeedsModel(task=task.name, problem=fallback)
        ruled = await _ruled(task, input)
        return Answer(
            output=ruled.output,
            answered_by="rules",
            confidence=ruled.confidence,
            cost_usd=_sum(spent) if spent else 0.0,
            ms=(self._monotonic() - began) * 1000,
            threshold=task.threshold,
            prompt_version=task.version,
            fallback=fallback,
        )

    async def _ask(self, task: Task[I, O], input: I, principal: Principal, spent: list[float | None]) -> tuple[O, Reply, bool]:
        """The validated output; an answer that does not fit its schema is sent back once with what was wrong."""
        text = input.model_dump_json(exclude_none=True)
        if len(text) > task.max_input_chars:
            problem = f"longer than {task.max_input_chars:,} characters"
            raise BadInput(task=task.name, problem=problem)
        messages = [
            Message("system", task.prompt),
            Message("user", text, origin=task.untrusted if task.guarded else "trusted"),
        ]
        problem = ""
        for repaired in (False, True):
            reply = await self._structured(task, messages, principal)
            spent.append(reply.cost_usd)
            try:
                return task.output.model_validate_json(_json_of(reply.text)), reply, repaired
            except ValidationError as error:
                wrong = error.errors(include_input=False, include_url=False)[:5]
                problem = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'answer'}: {e['msg']}" for e in wrong)
            again = f"That does not fit the schema: {problem}. Answer again with JSON only."
            messages = [
                *messages,
                Message("assistant", reply.text[:8_000] or "{}"),
                Message("user", again, origin="trusted"),
            ]
        raise NoAnswer(problem=f"The model's answer does not fit the schema: {problem}"[:300])

    async def _structured(self, task: Task[I, O], messages: list[Message], principal: Principal) -> Reply:
        """Servers that do not know JSON schemas reject the request; they get the schema in words."""
        schema = task.output.model_json_schema()
        name = task.name.replace(".", "_")

        def request(model: str) -> Completion:
            return Completion(
                model,
                tuple(messages),
                schema=schema,
                schema_name=name,
                max_tokens=task.max_tokens,
                timeout_s=task.timeout_s,
            )

        def in_words(model: str) -> Completion:
            told = f"\n\nAnswer with one JSON object of this schema and nothing else:\n{json.dumps(schema)}"
            first = replace(messages[0], content=messages[0].content + told)
            return replace(request(model), messages=(first, *messages[1:]), schema=None)

        return await self._routed(task.tier, principal, request, in_words, mask_input=False, withhold=False)

    async def chat(
        self,
        messages: Sequence[Message],
        tools: Sequence[Tool] = (),
        *,
        organization: UUID,
        tier: Tier = "balanced",
        purpose: str = "chat",
        actor: UUID | None = None,
        lineage: UUID | None = None,
        mask_input: bool = False,
        **options: Any,
    ) -> Reply:
        """One reply, maybe with tool calls; run those through Gate.tool. `options` are fields of Completion.

        Raises NoAnswer, Blocked, BudgetSpent.
        """
        principal = Principal(organization, actor, purpose, lineage)

        def request(model: str) -> Completion:
            return Completion(model, tuple(messages), tools=tuple(tools), **options)

        return await self._routed(tier, principal, request, None, mask_input=mask_input)

    async def chat_stream(
        self,
        messages: Sequence[Message],
        tools: Sequence[Tool] = (),
        *,
        organization: UUID,
        tier: Tier = "balanced",
        wanted: Sequence[tuple[str, str]] = (),
        purpose: str = "chat",
        actor: UUID | None = None,
        lineage: UUID | None = None,
        mask_input: bool = False,
        **options: Any,
    ) -> AsyncIterator[Delta]:
        """Deltas; the last has stop, usage and cost. Another provider is tried only before the first delta came. `wanted`: see `chosen`.

        Raises NoAnswer, Blocked, BudgetSpent; after the first delta a broken stream raises NoAnswer.
        """
        principal = Principal(organization, actor, purpose, lineage)
        problem = "No model is configured."
        for name, model in self.chosen(wanted) if wanted else self.routes(tier):
            breaker = self._breakers[name]
            for attempt in range(self._settings.attempts):
                if not breaker.allows():
                    problem = f"{name} is resting after failures."
                    break
                begun = False
                request = Completion(model, tuple(messages), tools=tuple(tools), **options)
                stream = self._gate.stream(principal, self._providers[name], request, mask_input=mask_input)
                try:
                    async with aclosing(stream) as deltas:  # type: ignore[type-var]
                        async for delta in deltas:
                            begun = True
                            yield delta
                    breaker.succeeded()
                    return
                except ProviderError as error:
                    problem = str(error)
                    wait = self._after(breaker, error, attempt)
                    if begun:
                        raise NoAnswer(problem=f"The answer broke off: {problem}") from error
                    if wait is None:
                        break
                    await self._sleep(wait)
                finally:
                    breaker.left()
        raise NoAnswer(problem=problem)

    async def _routed(self, tier: Tier, principal: Principal, request: Request, otherwise: Request | None, **gated: bool) -> Reply:
        problem = "No model is configured."
        try:
            async with asyncio.timeout(self._settings.deadline_s):
                for name, model in self.routes(tier):
                    reply, problem = await self._one_provider(name, model, principal, request, otherwise, gated)
                    if reply is not None:
                        return reply
        except TimeoutError as error:
            problem = f"Nobody answered within {self._settings.deadline_s:g} s."
            raise NoAnswer(problem=problem) from error
        raise NoAnswer(problem=problem)

    async def _one_provider(
        self,
        name: str,
        model: str,
        principal: Principal,
        request: Request,
        otherwise: Request | None,
        gated: dict[str, bool],
    ) -> tuple[Reply | None, str]:
        """The reply, or None and what was wrong."""
        breaker, problem = self._breakers[name], ""
        for attempt in range(self._settings.attempts):
            if not breaker.allows():
                return None, problem or f"{name} is resting after failures."
            try:
                reply = await self._gate.complete(principal, self._providers[name], request(model), **gated)
                breaker.succeeded()
                return reply, ""
            except ProviderError as error:
                problem = str(error)
                if isinstance(error, Rejected) and otherwise is not None and error.status in (400, 422):
                    request, otherwise = otherwise, None
                    continue
                wait = self._after(breaker, error, attempt)
                if wait is None:
                    return None, problem
                await self._sleep(wait)
            finally:
                breaker.left()
        return None, problem

    def _after(self, breaker: Breaker, error: ProviderError, attempt: int) -> float | None:
        """Seconds to wait before the next attempt at this provider; None when there is no point."""
        if isinstance(error, Rejected):
            return None
        if isinstance(error, BadKey):
            breaker.failed(for_good=True)
            return None
        breaker.failed(at_once=isinstance(error, Unreachable))
        if isinstance(error, Unreachable) or attempt + 1 >= self._settings.attempts:
            return None
        wait = self._settings.backoff_s * 2**attempt * random.uniform(0.75, 1.25)  # noqa: S311 - jitter
        if isinstance(error, RateLimited) and error.retry_after is not None:
            wait = max(wait, error.retry_after)
        return wait if wait <= self._settings.most_wait_s else None


def _sum(costs: Sequence[float | None]) -> float | None:
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None


def _json_of(text: str) -> str:
    """Models like to wrap JSON in a fence or in a sentence."""
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text


async def _ruled(task: Task[I, O], input: I) -> Ruled[O]:
    assert task.rules is not None
    ruled = task.rules(input)
    if inspect.isawaitable(ruled):
        return await ruled
    return ruled

"""The one way out: every model call, tool call, channel send and web fetch is checked, paid for and written down here.

It fails closed: what a check cannot judge, because it refuses or because it breaks, does not pass.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from retinue.connectors.llm.prices import list_price
from retinue.connectors.llm.protocol import MODEL_CALL, Completion, Delta, Message, Provider, Reply, Usage
from retinue.connectors.permit import Permit, issue
from retinue.engines.governance.budget import Budget, Hold
from retinue.engines.governance.facts import AuditFact, Kind, Outcome, Principal, Record, digest_of
from retinue.engines.governance.masking import Masking
from retinue.engines.governance.policy import Decision, Source, check, forbidden, leaked, mask
from retinue.engines.governance.windows import Windows
from retinue.kernel.clock import Clock
from retinue.kernel.errors import ForeignError, Refusal, foreign
from retinue.kernel.telemetry import model_called
from retinue.kernel.tracing import span

T = TypeVar("T")
Check = Callable[..., Decision]
UNPRICED_USD = 0.01  # what a call counts as whose price nobody knows: a new model must not be a hole in the budget
_BROKEN = Decision("block", ("check_failed",), ("A check broke, so nothing passes.",))
_WITHHELD = "[This text was withheld: it tried to give the assistant instructions.]"


def _own(provider: Provider) -> bool:
    """A server of the operator's, by its address: it has no price because it has no bill."""
    host = urlsplit(getattr(provider, "base_url", "")).hostname or ""
    try:
        return ip_address(host).is_private
    except ValueError:
        return host != "" and ("." not in host or host.endswith((".local", ".internal", ".localhost")))


class Blocked(Refusal):
    """The policy stopped this. {reasons}"""

    status = 422
    next = "Change the text and send it again, or ask a person to look at it."

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        super().__init__(reasons=" ".join(decision.reasons))


class Gate:
    """`record` must have written a fact when it returns; if it raises, the action's result is not handed out."""

    def __init__(self, record: Record, *, clock: Clock, budget: Budget | None = None, rules: Check = check) -> None:
        self._record = record
        self._clock = clock
        self._budget = budget
        self._rules = rules

    def judge(self, text: str, source: Source, known: str = "") -> Decision:
        """Never raises: a check that breaks is a block."""
        try:
            with foreign("policy check"):
                decision = self._rules(text, source, known=known)
                known_action = decision.action in ("allow", "redact", "escalate", "block")
        except (ForeignError, Refusal):
            return _BROKEN
        return decision if known_action else _BROKEN

    async def complete(
        self,
        principal: Principal,
        provider: Provider,
        request: Completion,
        *,
        mask_input: bool = False,
        withhold: bool = True,
    ) -> Reply:
        """Retrieved text that gives orders is withheld from the model; with `withhold` False it blocks the call.

        Raises Blocked, BudgetSpent, and what the provider raises. Contact data of the request may come back.
        """
        passage = await self._enter_model(principal, provider, request, mask_input, withhold)
        async with passage:
            permit = issue(MODEL_CALL, provider.name, passage.request)
            reply = await provider.complete(passage.request, permit)
            passage.count(reply.usage, reply.model)
            text = passage.clean(reply.text)
            calls = tuple(replace(c, arguments=passage.restore(c.arguments)) for c in reply.tool_calls)
        return replace(
            reply,
            text=text,
            tool_calls=calls,
            provider=provider.name,
            cost_usd=passage.cost_usd,
            ms=passage.ms,
            escalate=passage.escalate,
        )

    async def stream(
        self, principal: Principal, provider: Provider, request: Completion, *, mask_input: bool = False
    ) -> AsyncIterator[Delta]:
        """Text comes out in windows that were checked together with what came before. Close the iterator when done."""
        passage = await self._enter_model(principal, provider, request, mask_input, True)
        windows = Windows(passage.clean)
        async with passage:
            permit = issue(MODEL_CALL, provider.name, passage.request)
            async with aclosing(provider.stream(passage.request, permit)) as deltas:  # type: ignore[type-var]
                async for delta in deltas:
                    if delta.usage:
                        passage.count(delta.usage, delta.model)
                    passage.saw(delta.text)
                    text = windows.add(delta.text) if delta.text else ""
                    if delta.stop is not None:
                        text += windows.end()
                        delta = replace(delta, cost_usd=passage.price(), provider=provider.name, escalate=passage.escalate)
                    if text or delta.tool or delta.stop is not None:
                        yield replace(delta, text=text)

    async def tool(
        self,
        principal: Principal,
        name: str,
        arguments: Mapping[str, Any],
        call: Callable[[Mapping[str, Any]], Awaitable[T]],
    ) -> T | str:
        """The tool's result; text in it that gives orders is withheld. Raises Blocked."""
        asked = json.dumps(arguments, ensure_ascii=False, default=str, sort_keys=True)
        passage = await self._enter(principal, "tool.call", name, asked)
        passage.stop_at(self.judge(asked, "user"))
        async with passage:
            result = await call(arguments)
            text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False, default=str)
            found = self.judge(text, "retrieved")
            if found.action == "block":
                passage.note("redacted", found)
                return _WITHHELD
        return result

    def recording(self, record: Record) -> "Gate":
        """The same gate, writing down elsewhere: in a Work that is open, or for one that is to come."""
        return Gate(record, clock=self._clock, budget=self._budget, rules=self._rules)

    def sendable(self, text: str, known: str = "") -> str | None:
        """The text as it may be said, or None: what `send` will decide, for words that are shown while they are made."""
        decision = self.judge(text, "output", known)
        if decision.action == "block":
            return None
        return mask(text, leaked(text, known)) if decision.action in ("escalate", "redact") else text

    async def send(
        self, principal: Principal, channel: str, text: str, deliver: Callable[[str, Permit], Awaitable[T]], *, known: str = ""
    ) -> T:
        """`deliver` gets the text that may be sent and the permit that its adapter asks for; `known` is text whose contact data may be
        repeated. Raises Blocked."""
        passage = await self._enter(principal, "channel.send", channel, text)
        passage.known = known
        async with passage:
            clean = passage.clean(text)
            return await deliver(clean, issue("channel.send", channel, clean))

    def fetch_gate(self, organization: UUID, *, purpose: str = "web") -> Callable[[str], Awaitable[None]]:
        """What the web engine calls before each address; it raises Blocked or BudgetSpent, or lets pass."""
        principal = Principal(organization, purpose=purpose)

        async def gate(url: str) -> None:
            try:
                parts = urlsplit(url)
                host = parts.hostname or ""
                usable = parts.scheme in ("http", "https") and bool(host)
                has_login = "@" in parts.netloc
            except ValueError:
                host, usable, has_login = "", False, False
            passage = await self._enter(principal, "web.fetch", host, url)
            if not usable:
                passage.stop_at(Decision("block", ("address",), ("Only http and https addresses are fetched.",)))
            elif has_login:
                passage.stop_at(Decision("block", ("secret",), ("The address carries a password.",)))
            else:
                carried = self.judge(f"{parts.path}?{parts.query}#{parts.fragment}", "output", known=url)
                passage.stop_at(carried if "secret" in carried.rules or carried is _BROKEN else Decision("allow"))
            async with passage:
                pass

        return gate

    async def _enter(self, principal: Principal, kind: Kind, target: str, asked: str) -> "Passage":
        passage = Passage(self, principal, kind, target, digest_of(asked))
        if self._budget is not None:
            passage.hold = await self._held(passage, 0.0)
        return passage

    async def _held(self, passage: "Passage", usd: float) -> Hold | None:
        assert self._budget is not None
        try:
            return await self._budget.hold(passage.principal.organization, passage.kind, usd)
        except Refusal as refusal:
            await passage.write("blocked", ("budget",), (str(refusal),))
            raise

    async def _enter_model(
        self, principal: Principal, provider: Provider, request: Completion, mask_input: bool, withhold: bool
    ) -> "Passage":
        target = f"{provider.name}/{request.model}"
        digest = digest_of(*(m.content for m in request.messages))
        passage = Passage(self, principal, "model.call", target, digest)
        passage.provider = provider
        messages: list[Message] = []
        for message in request.messages:
            source = message.source
            decision = Decision("allow") if source == "trusted" else self.judge(message.content, source)
            if decision.action == "block" and source == "retrieved" and withhold and decision is not _BROKEN:
                passage.note("redacted", decision)
                message = replace(message, content=_WITHHELD)
            elif decision.action == "block":
                passage.stop_at(decision)
            elif decision.action in ("escalate", "redact"):
                passage.note("escalated" if decision.action == "escalate" else "redacted", decision)
                message = replace(message, content=mask(message.content, forbidden(message.content)))
            messages.append(message)
        passage.known = "\n".join(m.content for m in messages)
        if mask_input:
            passage.masking = Masking()
            messages = [replace(m, content=passage.masking.mask(m.content)) for m in messages]
        passage.request = replace(request, messages=tuple(messages))
        if self._budget is not None and passage.decision is None:
            asked = sum(len(m.content.encode("utf-8", "surrogatepass")) for m in messages)
            price = passage.priced(Usage(asked // 2, request.max_tokens), request.model)  # more than it will be, in any script
            passage.hold = await self._held(passage, (0.0 if _own(provider) else UNPRICED_USD) if price is None else price)
        return passage


class Passage:
    """One action on its way through: what was decided, what it cost, and the fact that is written at its end."""

    def __init__(self, gate: Gate, principal: Principal, kind: Kind, target: str, digest: str) -> None:
        self._gate = gate
        self.principal = principal
        self.kind: Kind = kind
        self._target = target
        self._digest = digest
        self._outcome: Outcome = "allowed"
        self._rules: tuple[str, ...] = ()
        self._reasons: tuple[str, ...] = ()
        self._usage = Usage()
        self._began = time.perf_counter()
        self._model = ""
        self._seen = 0
        self.escalate: tuple[str, ...] = ()
        self.decision: Decision | None = None
        self.hold: Hold | None = None
        self.masking: Masking | None = None
        self.provider: Provider | None = None
        self.request = Completion("", ())
        self.known = ""
        self.cost_usd: float | None = None
        self.ms = 0.0
        self._span = span("")

    def note(self, outcome: Outcome, decision: Decision) -> None:
        """Windows of a stream overlap, so a rule that fires again is not written twice."""
        if outcome == "escalated":
            self.escalate += tuple(reason for reason in decision.reasons if reason not in self.escalate)
        if self._outcome != "escalated" or outcome == "blocked":
            self._outcome = outcome
        for rule, reason in zip(decision.rules, decision.reasons, strict=True):
            if rule not in self._rules:
                self._rules += (rule,)
                self._reasons += (reason,)

    def stop_at(self, decision: Decision) -> None:
        """A block is remembered here and raised on entering, after it was written down."""
        if decision.action == "block":
            self.decision = decision

    def clean(self, text: str) -> str:
        """An output as it may be seen. Raises Blocked."""
        decision = self._gate.judge(text, "output", self.known)
        if decision.action == "block":
            self.note("blocked", decision)
            raise Blocked(decision)
        if decision.action in ("escalate", "redact"):
            self.note("escalated" if decision.action == "escalate" else "redacted", decision)
            text = mask(text, leaked(text, self.known))
        return self.restore(text)

    def restore(self, text: str) -> str:
        return self.masking.restore(text) if self.masking else text

    def count(self, usage: Usage, model: str) -> None:
        self._usage, self._model = usage, model

    def saw(self, text: str) -> None:
        self._seen += len(text)

    def priced(self, usage: Usage, model: str) -> float | None:
        if self.provider is None:
            return None
        return list_price(self.provider.name, model, usage, getattr(self.provider, "base_url", ""))

    def price(self) -> float | None:
        if self._model:
            self.cost_usd = self.priced(self._usage, self._model)
        return self.cost_usd

    async def write(self, outcome: Outcome, rules: tuple[str, ...], reasons: tuple[str, ...]) -> None:
        fact = AuditFact(
            at=self._gate._clock.now(),
            principal=self.principal,
            kind=self.kind,
            target=self._target,
            outcome=outcome,
            digest=self._digest,
            rules=rules,
            reasons=reasons,
            input_tokens=self._usage.input_tokens,
            output_tokens=self._usage.output_tokens,
            cost_usd=self.cost_usd,
            ms=self.ms,
        )
        await self._gate._record(fact)

    async def __aenter__(self) -> "Passage":
        if self.decision is not None:
            await self._settle(0.0)
            await self.write("blocked", self.decision.rules, self.decision.reasons)
            raise Blocked(self.decision)
        self._began = time.perf_counter()
        self._span = span(f"{self.kind} {self._target}", organization=str(self.principal.organization), purpose=self.principal.purpose)
        self._span.__enter__()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self.ms = (time.perf_counter() - self._began) * 1000
        self._span.__exit__(None, None, None)
        cost = self.price()
        if kind is None or self._outcome == "blocked":
            outcome = self._outcome
        elif issubclass(kind, (GeneratorExit, asyncio.CancelledError)):
            # The provider bills what it wrote; nobody told us how much, so it is counted from the text.
            self._usage = Usage(sum(len(m.content) for m in self.request.messages) // 4, self._seen // 4)
            self._model = self._model or self.request.model
            cost, outcome = self.price(), "cancelled"
        else:
            outcome = "failed"
            self._reasons += (kind.__name__,)
        await self._settle(cost if outcome != "failed" else 0.0)
        if self.provider is not None:
            model_called(
                str(self.principal.organization),
                self.principal.purpose,
                f"{self.provider.name}:{self._model or self.request.model}",
                outcome,
                self.ms / 1000,
                (self._usage.input_tokens, self._usage.output_tokens),
                cost,
            )
        await self.write(outcome, self._rules, self._reasons)

    async def _settle(self, usd: float | None) -> None:
        if self.hold is not None and self._gate._budget is not None:
            await self._gate._budget.settle(self.hold, usd)
            self.hold = None

"""Which providers and models there are here to name, and what is said of one that there is not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from retinue.engines.llm.task import Tier

TIERS: Final[tuple[Tier, ...]] = ("cheap", "balanced", "premium")
CONNECTORS = ("openai", "anthropic")
NAMED = 12  # models that a sentence lists


@dataclass(frozen=True)
class Catalogue:
    """`models`: of each configured provider; `tiers`: those that it answers; `unlisted`: providers that did not say which models they have."""

    models: Mapping[str, frozenset[str]] = field(default_factory=dict)
    tiers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unlisted: frozenset[str] = frozenset()

    def fault(self, provider: str, model: str) -> str | None:
        """Why this cannot be asked, or nothing. Where no provider is configured rules answer, and any that there is a connector to will do."""
        if provider not in CONNECTORS:
            return f"there is no connector to {provider}; write {self._providers() or ' or '.join(CONNECTORS)}"
        if not self.models:
            return None
        if provider not in self.models:
            return f"{provider} is not configured here; configured is {self._providers()}"
        if model in TIERS:
            return (
                None if model in self.tiers[provider] else f"no model of {provider} is set for {model}; write one of {self._of(provider)}"
            )
        if model in self.models[provider]:
            return None
        if provider in self.unlisted:
            return f"{provider} could not be asked whether it has {model}; try again, or write one of {self._of(provider)}"
        return f"{provider} has no model {model}; it has {self._of(provider)}"

    def _providers(self) -> str:
        return " and ".join(sorted(self.models))

    def _of(self, provider: str) -> str:
        known = [*(tier for tier in TIERS if tier in self.tiers[provider]), *sorted(self.models[provider])]
        return ", ".join(known[:NAMED]) + (f" and {len(known) - NAMED} more" if len(known) > NAMED else "")


def catalogue_of(
    routes: Callable[[Tier], Sequence[tuple[str, str]]], listed: Mapping[str, frozenset[str]], providers: Sequence[str]
) -> Catalogue:
    """What is set for a tier counts as there whether the provider lists it or not."""
    all_routes = [(tier, name, model) for tier in TIERS for name, model in routes(tier)]
    return Catalogue(
        {name: listed.get(name, frozenset()) | {model for _, provider, model in all_routes if provider == name} for name in providers},
        {name: frozenset(tier for tier, provider, _ in all_routes if provider == name) for name in providers},
        frozenset(name for name in providers if name not in listed),
    )

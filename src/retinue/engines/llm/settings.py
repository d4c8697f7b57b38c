"""Which model answers for which tier."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from retinue.engines.llm.task import Tier

_DEFAULTS: dict[str, dict[str, str]] = {
    "openai": {"cheap": "gpt-4.1-nano", "balanced": "gpt-4.1-mini", "premium": "gpt-4.1"},
    "anthropic": {"cheap": "claude-haiku-4-5", "balanced": "claude-sonnet-4-5", "premium": "claude-opus-4-1"},
}


class LlmSettings(BaseSettings):
    """A tier is `provider:model`, or several with commas in between, tried in this order; empty takes the defaults."""

    model_config = SettingsConfigDict(env_prefix="RETINUE_LLM_", extra="ignore")

    cheap: str = Field("", description="Models of the cheap tier, as provider:model, with commas in between.")
    balanced: str = Field("", description="Models of the balanced tier.")
    premium: str = Field("", description="Models of the premium tier.")
    model: str = Field("", description="One model for every tier of a compatible server, as its server names it.")
    attempts: int = Field(3, ge=1, le=10, description="Calls of one provider before the next is tried.")
    backoff_s: float = Field(0.5, ge=0, description="Wait before the second attempt; it doubles each time.")
    most_wait_s: float = Field(10.0, ge=0, description="A provider that asks for a longer wait is passed over.")
    deadline_s: float = Field(90.0, gt=0, description="Longest time for one answer, all attempts together.")
    breaker_failures: int = Field(5, ge=1, description="Failures in a row after which a provider is left alone.")
    breaker_rest_s: float = Field(30.0, ge=0, description="How long it is left alone before one call tries it.")

    def routes(self, tier: Tier, providers: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """(provider, model) in the order to try; only providers that are configured."""
        chosen = {"cheap": self.cheap, "balanced": self.balanced, "premium": self.premium}[tier]
        if chosen:
            pairs = [part.strip().partition(":") for part in chosen.split(",") if part.strip()]
            return tuple((name, model) for name, _, model in pairs if name in providers and model)
        return tuple((name, self.model or _DEFAULTS[name][tier]) for name in providers if name in _DEFAULTS)

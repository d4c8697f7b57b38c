"""Which model providers an installation has: read from the vendors' own variable names."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

OPENAI_URL = "https://api.openai.com/v1"
ANTHROPIC_URL = "https://api.anthropic.com"


class ProviderSettings(BaseSettings):
    """An address without a key is enough for a compatible server that asks for none."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(None, validation_alias="OPENAI_BASE_URL")
    anthropic_api_key: SecretStr | None = Field(None, validation_alias="ANTHROPIC_API_KEY")
    anthropic_base_url: str | None = Field(None, validation_alias="ANTHROPIC_BASE_URL")

    @property
    def has_openai(self) -> bool:
        return _given(self.openai_api_key) or bool(self.openai_base_url)

    @property
    def has_anthropic(self) -> bool:
        return _given(self.anthropic_api_key) or bool(self.anthropic_base_url)


def _given(key: SecretStr | None) -> bool:
    return key is not None and bool(key.get_secret_value().strip())

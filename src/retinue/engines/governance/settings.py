"""What an operator may set about money."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class BudgetSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="RETINUE_", extra="ignore")

    model_usd_a_day: float = Field(
        5.0,
        ge=0,
        le=1_000_000,
        description="What models may cost for one client in a day (UTC), in US dollars at list price; then rules answer, and staff are told. "
        "0: models never answer.",
    )

"""What an operator may set for conversations."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ConversationsSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="RETINUE_", extra="ignore")

    visitor_token_days: int = Field(30, ge=1, le=365, description="Days for which a visitor can return to a conversation.")
    visitor_messages_per_hour: int = Field(
        200, ge=1, le=10_000, description="Messages that a visitor may send in one conversation in an hour."
    )
    starts_per_minute: int = Field(
        10, ge=1, description="Conversations that may be started with a widget's public key from one network address in a minute."
    )
    starts_per_day: int = Field(2_000, ge=1, description="Conversations that may be started with one widget's public key in a day (UTC).")
    file_megabytes_per_day: int = Field(500, ge=1, description="Megabytes of files that a client's visitors may send in a day (UTC).")
    presence_minutes: int = Field(5, ge=1, le=720, description="Minutes for which somebody who said so counts as here for visitors.")

"""What an operator may set about signing in and claiming."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class IdentitySettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="RETINUE_", extra="ignore")

    operator_name: str = Field(
        "Operator", min_length=1, max_length=200, description="Name of the operator's organization, at the first start."
    )
    operator_email: str = Field(
        "operator@retinue.localhost",
        pattern=r"^[^@\s]{1,64}@[^@\s]{1,189}$",
        description="E-mail address with which the operator's first person signs in, at the first start.",
    )
    session_days: int = Field(30, ge=1, le=365, description="A refresh token that is not used for so many days ends.")
    claim_days: int = Field(30, ge=1, le=365, description="A claim link is valid for so many days.")

"""Settings of the kernel, and reading all rooms' settings at once so that a broken start names every mistake."""

import os
import re
from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from retinue.kernel.errors import Refusal
from retinue.kernel.shapes import nearest

OURS = "RETINUE_"
NOT_SETTINGS = ("RETINUE_TEST_", "RETINUE_URL")  # of the tests, and of the curl scripts


class BrokenSettings(Refusal):
    """Some settings cannot be used: {faults}"""

    status = 500
    next = "Correct these environment variables; docs/reference/settings.md lists them all."


def default_home() -> Path:
    return Path("/var/lib/retinue") if os.geteuid() == 0 else Path.home() / ".local/share/retinue"


class KernelSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="RETINUE_", extra="ignore")

    home: Path = Field(default_factory=default_home, description="Folder of the database, files and keys.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8300, ge=1, le=65535, description="Port to listen on.")
    public_url: str | None = Field(None, description="Address under which people reach this installation; for links in messages.")
    trusted_proxies: str = Field(
        "",
        description="Addresses or networks of reverse proxies in front, with commas in between: what they say of a caller's address is believed. "
        "Behind a proxy that is not named here everybody counts as one address.",
    )
    database_url: SecretStr | None = Field(
        None, description="A PostgreSQL server (16 or newer, with pgvector 0.8 or newer) as its owner; without, the embedded one."
    )
    database_login_url: SecretStr | None = Field(
        None,
        description="The same database under a login that owns nothing, as `retinue migrate --rooms a,b` prints it: `serve` and `worker` of these "
        "rooms then need no owner.",
    )
    database_prefix: str = Field("retinue", pattern=r"^[a-z][a-z0-9_]{0,20}$", description="Prefix of this installation's database roles.")
    database_pool: int = Field(12, ge=4, le=200, description="Connections that a process holds for requests at most.")
    database_carrying: int = Field(
        10, ge=4, le=200, description="Connections that a process holds at most for the events and jobs that it carries, beside those."
    )
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Lowest level that is logged.")
    metrics_token: SecretStr | None = Field(
        None,
        description="Whoever reads /metrics sends it as a bearer token; without, only this machine reads them, and not through a proxy.",
    )
    otlp_endpoint: str | None = Field(
        None,
        description="Address of an OpenTelemetry collector (OTLP over HTTP, as http://127.0.0.1:4318) that gets traces; needs retinue[otel].",
    )
    requests_per_minute: int = Field(6000, ge=1, description="Requests that a person or an API key may make in a minute.")
    visitor_requests_per_minute: int = Field(
        120, ge=1, description="Requests and socket messages in one conversation of a visitor in a minute."
    )
    public_requests_per_minute: int = Field(
        30, ge=1, description="Requests with a widget's public key from one network address in a minute."
    )
    drain_seconds: int = Field(10, ge=0, description="What runs at shutdown is given so many seconds to end.")

    @field_validator("trusted_proxies")
    @classmethod
    def of_networks(cls, named: str) -> str:
        for each in filter(None, (part.strip() for part in named.split(","))):
            try:
                ip_network(each)
            except ValueError:
                raise ValueError("should be addresses or networks, as 10.0.0.5 or 10.0.0.0/8") from None
        return named

    @property
    def proxies(self) -> list[str]:
        """Also as a socket that listens to both families shows addresses of the older one."""
        networks = [ip_network(part.strip()) for part in self.trusted_proxies.split(",") if part.strip()]
        mapped = [f"::ffff:{each.network_address}/{96 + each.prefixlen}" for each in networks if each.version == 4]
        return [*map(str, networks), *mapped]

    @field_validator("database_url", "database_login_url")
    @classmethod
    def of_postgres(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not re.match(r"postgresql(\+psycopg)?://", url.get_secret_value()):
            raise ValueError("should be like postgresql://user:password@host:5432/database")
        return url

    @property
    def address(self) -> str:
        return self.public_url or f"http://{self.host}:{self.port}"


def variable(kind: type[BaseSettings], name: str) -> str:
    """The environment variable of a setting."""
    alias = kind.model_fields[name].validation_alias
    return str(alias) if alias else f"{kind.model_config.get('env_prefix', '')}{name}".upper()


def unknown(kinds: Iterable[type[BaseSettings]], named: Iterable[str] | None = None) -> list[str]:
    """Of the variables `named`, else of the environment's, what to say of each that has our prefix and is no setting: it changes nothing."""
    known = {variable(kind, name) for kind in kinds for name in kind.model_fields}
    strange = sorted(
        name
        for name in (os.environ if named is None else named)
        if name.startswith(OURS) and name not in known and not name.startswith(NOT_SETTINGS)
    )
    ours = sorted(name.removeprefix(OURS) for name in known if name.startswith(OURS))
    like = {name: nearest(name.removeprefix(OURS), ours).replace("mean ", f"mean {OURS}") or "." for name in strange}
    return [f"{name} is no setting and changes nothing{said}" for name, said in like.items()]


def read_all(kinds: Iterable[type[BaseSettings]]) -> dict[type[BaseSettings], Any]:
    """One instance of each class. Raises BrokenSettings with all faults of all classes."""
    read: dict[type[BaseSettings], Any] = {}
    faults: list[str] = []
    for kind in kinds:
        try:
            read[kind] = kind()
        except ValidationError as error:
            prefix = kind.model_config.get("env_prefix", "")
            faults += [f"{prefix}{'_'.join(map(str, e['loc']))}".upper() + f": {e['msg']}" for e in error.errors(include_input=False)]
    if faults:
        raise BrokenSettings(faults="; ".join(faults))
    return read

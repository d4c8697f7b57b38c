"""How politely and how far the web is read."""

from importlib.metadata import version

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class WebSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="RETINUE_WEB_", frozen=True)

    allow_private: bool = Field(False, description="Whether sites on loopback and private networks may be read.")
    pages: int = Field(500, gt=0, description="Most pages and files read from one site.")
    file_bytes: int = Field(50_000_000, gt=0, description="Largest page or file, in bytes after decompression.")
    depth: int = Field(10, ge=0, description="Most links followed from the first page.")
    seconds_between: float = Field(1.0, ge=0, description="Pause between two requests to one public domain, in seconds.")
    crawl_delay_seconds: float = Field(30.0, ge=0, description="Longest pause that a site's robots.txt may ask for.")
    retry_after_seconds: float = Field(120.0, ge=0, description="Longest pause that a busy site may ask for.")
    tries: int = Field(3, gt=0, description="Requests made for one address before it counts as busy or unreachable.")
    redirects: int = Field(8, ge=0, description="Most redirects followed for one address.")
    connect_seconds: float = Field(10.0, gt=0, description="Longest wait for a connection, in seconds.")
    read_seconds: float = Field(20.0, gt=0, description="Longest silence of a server, in seconds.")
    total_seconds: float = Field(120.0, gt=0, description="Longest time for one page or file, in seconds.")
    about: str = Field("docs/crawling.md", description="Page that the User-Agent points site owners to.")

    @property
    def user_agent(self) -> str:
        return f"{PRODUCT}/{version('retinue')} (+{self.about})"


PRODUCT = "Retinue"  # the token that robots.txt addresses (RFC 9309, 2.2.1)

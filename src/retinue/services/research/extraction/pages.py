"""What the profile is read from: fetched pages with their text, outline, links, structured data and markup."""

import json
import re
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(_in_utc)]


class Section(BaseModel):
    """A heading and the stretch of text under it; offsets count characters of the page's text."""

    title: str
    level: int = 2
    start: int
    end: int


class Link(BaseModel):
    url: str
    text: str = ""


class HtmlMeta(BaseModel):
    """What the head of a page says; a fetcher that knows more keys may send them."""

    model_config = ConfigDict(extra="ignore")

    description: str | None = None
    generator: str | None = None
    site_name: str | None = None
    language: str | None = None
    json_ld: list[dict[str, Any]] = Field(default_factory=list)
    links: list[Link | str] = Field(default_factory=list)
    scripts: list[str] = Field(default_factory=list)


class Page(BaseModel):
    """One fetched page. `text` is the readable text, a block a line; `markup` the HTML it came from, if kept."""

    model_config = ConfigDict(extra="ignore")

    url: str
    title: str = ""
    text: str
    html_meta: HtmlMeta = Field(default_factory=HtmlMeta)
    sections: list[Section] = Field(default_factory=list)
    links: list[Link] = Field(default_factory=list)
    data: list[dict[str, Any]] = Field(default_factory=list)
    markup: str | None = None
    fetched_at: Moment

    @cached_property
    def source(self) -> str:
        """The markup that quotes marked `in_markup` are cut from; without HTML, the head's entries, one a line."""
        if self.markup is not None:
            return self.markup
        meta = self.html_meta
        entries = [meta.description or "", meta.generator or "", *meta.scripts, *(link.url for link in self.all_links)]
        entries += [json.dumps(item, ensure_ascii=False) for item in (*self.data, *meta.json_ld)]
        return "\n".join(entry for entry in entries if entry)

    @cached_property
    def all_links(self) -> list[Link]:
        head = [Link(url=link) if isinstance(link, str) else link for link in self.html_meta.links]
        return [*self.links, *head]

    @cached_property
    def things(self) -> list[dict[str, Any]]:
        """Every schema.org object of the page, nested ones too, outermost first."""
        found: list[dict[str, Any]] = []
        waiting: list[object] = [*self.data, *self.html_meta.json_ld]
        while waiting and len(found) < 500:
            thing = waiting.pop(0)
            if isinstance(thing, dict):
                found.append(thing)
                waiting.extend(thing.values())
            elif isinstance(thing, list):
                waiting.extend(thing)
        return found

    def find(self, words: str) -> tuple[int, int] | None:
        """Where `words` stand in the text, blind to case and to the kind and amount of white space."""
        return _find(words, self.text)

    def find_in_source(self, words: str) -> tuple[int, int] | None:
        return _find(words, self.source)


def _find(words: str, text: str) -> tuple[int, int] | None:
    parts = words.split()
    if not parts or len(words) > 2000:
        return None
    match = re.search(r"\s+".join(re.escape(part) for part in parts), text, re.IGNORECASE)
    return match.span() if match else None


class Pages(BaseModel):
    """The input of the task: the pages of one company's site, in the order they were fetched."""

    pages: list[Page]
    company: str | None = None

"""Markdown and plain text; Markdown is read as the page it stands for."""

import re

from markdown_it import MarkdownIt

from retinue.engines.documents.charset import decode
from retinue.engines.documents.document import Document, Limits
from retinue.engines.documents.draft import Draft
from retinue.engines.documents.html import read_markup

_FRONT = re.compile(r"\A---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
_FIELD = re.compile(r"^(title|description|author|language|lang)[ \t]*:[ \t]*(.+)$", re.M | re.I)


def read_markdown(data: bytes, name: str, limits: Limits) -> Document:
    source = _lines(decode(data))
    draft = Draft("markdown", name, limits)
    if front := _FRONT.match(source):
        fields = {key.lower(): value.strip().strip("\"'") for key, value in _FIELD.findall(front[1])}
        source = source[front.end() :]
        draft.title, draft.description = fields.get("title"), fields.get("description")
        draft.language = fields.get("language") or fields.get("lang")
    page = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(source)
    title, description, language = draft.title, draft.description, draft.language
    document = read_markup(page, draft)
    return document.model_copy(
        update={"title": title or document.title, "description": description, "language": language or document.language}
    )


def read_text(data: bytes, name: str, limits: Limits, declared: str | None = None) -> Document:
    draft = Draft("text", name, limits)
    blank = True
    for line in _lines(decode(data, declared)).split("\n"):
        if line.strip():
            draft.line(line)
        elif not blank:
            draft.gap()
        blank = not line.strip()
    return draft.finish()


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")

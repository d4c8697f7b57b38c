"""What a passage is: a piece of a document with its place, as search finds it and answers quote it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Passage(BaseModel):
    """text == the document's text[start:end]; page counts from 1. `score`, 0 to 1, compares what one search found; `fit` stands by itself."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = ""
    document_id: str = ""
    title: str = ""
    url: str | None = None
    heading: str = ""
    columns: str = ""
    text: str = Field(max_length=40_000)
    start: int = 0
    end: int = 0
    page: int | None = None
    score: float = 0.0
    fit: float = 0.0
    metadata: dict[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _bare_text(cls, value: object) -> object:
        return {"text": value, "end": len(value)} if isinstance(value, str) else value

    @property
    def context(self) -> str:
        """Title, heading path and columns: what the text is about, though it is not in it."""
        return context_of(self.title, self.heading)


def context_of(title: str, heading: str) -> str:
    return " › ".join(part for part in (title, heading) if part)

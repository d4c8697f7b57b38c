"""What the chat on a client's own pages is told before it shows anything: its looks, its words, its hours, what it asks for."""

import tomllib
from datetime import datetime
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel

from retinue.engines.configs import store as configs
from retinue.engines.dialogue.phrases import phrase
from retinue.kernel.errors import Refusal
from retinue.kernel.work import Work
from retinue.services.conversations import colours
from retinue.services.conversations.briefing import company_of
from retinue.services.conversations.hours import attendance
from retinue.services.conversations.refusals import NothingDeployed
from retinue.services.conversations.schemas import FILE_BYTES, FILE_KINDS

WORDS: dict[str, dict[str, Any]] = tomllib.loads((files("retinue.services.conversations") / "widget.toml").read_text())
FILLED = ("days", "away", "away_long", "today", "tomorrow", "on_day")  # said by us, not by the widget
TOMORROW, WEEK = 1, 7


class MissingDetails(Refusal):
    """This chat asks for {fields} before it begins."""

    status = 422
    next = "Send them as `contact`."


class Field(BaseModel):
    name: Literal["name", "email", "phone"]
    label: str
    required: bool


class PreChat(BaseModel):
    intro: str
    fields: list[Field]


class Hours(BaseModel):
    """`says`: when people are back, in the widget's language; none while they are there."""

    present: bool
    back_at: datetime | None
    says: str | None


class Upload(BaseModel):
    accept: str
    limit_bytes: int


class WidgetSettings(BaseModel):
    """`colours`, by theme, are legible ones made from the accent that was chosen. Without business hours people count as present."""

    title: str
    company: str
    language: str
    position: Literal["right", "left"]
    theme: Literal["auto", "light", "dark"]
    colours: dict[Literal["light", "dark"], colours.Pair]
    pre_chat: PreChat | None
    hours: Hours
    upload: Upload | None
    config_version: int
    words: dict[str, str]


async def of_deployed(work: Work) -> WidgetSettings:
    """Raises NothingDeployed."""
    deployed = await configs.deployed(work)
    if deployed is None:
        raise NothingDeployed()
    return settings(deployed.body, deployed.version, work.now)


def settings(body: dict[str, Any], version: int, now: datetime) -> WidgetSettings:
    chosen = body.get("widget") or {}
    language = ((body.get("config_metadata") or {}).get("languages") or ["en"])[0]
    words = words_of(language)
    company = company_of(body) or phrase(language, "company")
    asked = chosen.get("pre_chat")
    return WidgetSettings(
        title=chosen.get("title") or words["title"].format(company=company),
        company=company,
        language=language,
        position=chosen.get("position", "right"),
        theme=chosen.get("theme", "auto"),
        colours={"light": colours.pair(chosen.get("accent"), "light"), "dark": colours.pair(chosen.get("accent"), "dark")},
        pre_chat=_pre_chat(asked, words) if asked else None,
        hours=_hours(chosen.get("business_hours"), words, now),
        upload=Upload(accept=FILE_KINDS, limit_bytes=FILE_BYTES) if chosen.get("file_upload", True) else None,
        config_version=version,
        words={name: said for name, said in words.items() if name not in FILLED and name != "title"},
    )


def words_of(language: str) -> dict[str, Any]:
    """In the language of a BCP 47 tag, or English."""
    return WORDS.get(language.lower().partition("-")[0]) or WORDS["en"]


def check(body: dict[str, Any], given: dict[str, Any]) -> None:
    """That a visitor said what the client's chat asks for first. Raises MissingDetails."""
    asked = ((body.get("widget") or {}).get("pre_chat") or {}).get("fields", ())
    missing = [field["name"] for field in asked if field.get("required", True) and not given.get(field["name"])]
    if missing:
        raise MissingDetails(fields=", ".join(missing))


def _pre_chat(asked: dict[str, Any], words: dict[str, Any]) -> PreChat:
    fields = [Field(name=f["name"], label=words[f["name"]], required=f.get("required", True)) for f in asked["fields"]]
    return PreChat(intro=asked.get("intro") or words["intro"], fields=fields)


def _hours(hours: dict[str, Any] | None, words: dict[str, Any], now: datetime) -> Hours:
    if hours is None:
        return Hours(present=True, back_at=None, says=None)
    there = attendance(hours, now)
    back = there.back_at
    if there.present or back is None:
        return Hours(present=there.present, back_at=None, says=None if there.present else words["away_long"])
    ahead = (back.date() - now.astimezone(back.tzinfo).date()).days
    if ahead <= TOMORROW:
        day = words["tomorrow" if ahead else "today"]
    else:
        name = words["days"][back.weekday()]
        day = words["on_day"].format(day=name if ahead < WEEK else f"{name}, {back:%Y-%m-%d},")
    return Hours(present=False, back_at=back, says=words["away"].format(day=day, time=f"{back:%H:%M}"))

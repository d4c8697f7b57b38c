"""Whether people are there at a moment, and when they are back; on the clock of the place, summer time included."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOKED_AHEAD = 60  # days; who opens later than that says so in words


@dataclass(frozen=True)
class Attendance:
    """`back_at` is None while people are there, and when no opening is in sight. It is local to the place."""

    present: bool
    back_at: datetime | None = None


def attendance(hours: dict[str, Any], now: datetime) -> Attendance:
    """`hours`: business_hours of a configuration."""
    here = now.astimezone(ZoneInfo(hours["timezone"]))
    for opens, closes in _openings(hours, here.date()):
        if opens <= here < closes:
            return Attendance(True)
        if opens > here:
            return Attendance(False, opens)
    return Attendance(False)


def _openings(hours: dict[str, Any], first: date) -> Iterator[tuple[datetime, datetime]]:
    zone, closed = ZoneInfo(hours["timezone"]), set(hours.get("closed_on", ()))
    for ahead in range(LOOKED_AHEAD):
        day = first + timedelta(days=ahead)
        if day.isoformat() in closed:
            continue
        today = [o for o in hours["openings"] if DAYS[day.weekday()] in o["days"]]
        yield from sorted((_moment(day, o["opens"], zone), _moment(day, o["closes"], zone)) for o in today)


def _moment(day: date, written: str, zone: ZoneInfo) -> datetime:
    if written == "24:00":
        return datetime.combine(day + timedelta(days=1), time(), zone)
    return datetime.combine(day, time.fromisoformat(written), zone)

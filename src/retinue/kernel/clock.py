"""What time it is; tests hold it still."""

from datetime import UTC, datetime, timedelta


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class StoppedClock(Clock):
    """Stands still until moved."""

    def __init__(self, at: datetime | None = None) -> None:
        self.at = at or datetime.now(UTC)

    def now(self) -> datetime:
        return self.at

    def move(self, step: timedelta) -> None:
        self.at += step

"""How many requests an organization may make: a bucket that fills steadily."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from retinue.kernel.clock import Clock
from retinue.kernel.errors import Refusal

KEPT_AT_MOST = 10_000


class TooManyRequests(Refusal):
    """This organization has made too many requests; the limit is {limit} a minute."""

    status = 429
    next = "Wait {seconds} s and send the request again."

    def __init__(self, limit: int, seconds: int, full: int) -> None:
        super().__init__(limit=limit, seconds=seconds)
        self.seconds = self.retry_after = seconds
        self.next = self.next.format(seconds=seconds)
        self.headers = _fields(limit, 0, full)


def _fields(limit: int, left: int, full: int) -> dict[str, str]:
    """Of the IETF draft on RateLimit fields; `full`: seconds until nothing is spent."""
    return {"RateLimit-Limit": str(limit), "RateLimit-Remaining": str(left), "RateLimit-Reset": str(full)}


@dataclass
class _Bucket:
    left: float
    at: datetime


class Limiter:
    """Counts in this process; the limit of an installation is this times its processes."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self.per_minute, self.clock = per_minute, clock
        self.buckets: dict[UUID, _Bucket] = {}

    def take(self, organization: UUID) -> dict[str, str]:
        """Headers of the IETF draft on RateLimit fields. Raises TooManyRequests."""
        now = self.clock.now()
        bucket = self.buckets.get(organization)
        if bucket is None:
            if len(self.buckets) >= KEPT_AT_MOST:
                self.buckets.clear()
            bucket = self.buckets[organization] = _Bucket(self.per_minute, now)
        rate = self.per_minute / 60
        bucket.left = min(self.per_minute, bucket.left + (now - bucket.at).total_seconds() * rate)
        bucket.at = now
        full = int((self.per_minute - bucket.left) / rate) + 1
        if bucket.left < 1:
            raise TooManyRequests(self.per_minute, int((1 - bucket.left) / rate) + 1, full)
        bucket.left -= 1
        return _fields(self.per_minute, int(bucket.left), int((self.per_minute - bucket.left) / rate) + 1)

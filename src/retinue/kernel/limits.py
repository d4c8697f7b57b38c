"""How many requests somebody may make: a bucket for each, which fills steadily."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

from retinue.kernel.clock import Clock
from retinue.kernel.errors import Refusal
from retinue.kernel.security import Caller

KEPT_AT_MOST = 20_000


class TooManyRequests(Refusal):
    """Too many requests came from you; the limit is {limit} a minute."""

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


def address_of(connection: Any) -> str:
    """Of a request or socket. Whoever has one IPv6 address has all of its /64: they count as one."""
    host = connection.client.host if connection.client else ""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))
    return str(address)


@dataclass
class _Bucket:
    per_minute: int
    left: float
    at: datetime

    def fill(self, now: datetime) -> float:
        """Answers the share that is left."""
        self.left = min(self.per_minute, self.left + (now - self.at).total_seconds() * self.per_minute / 60)
        self.at = now
        return self.left / self.per_minute


class Limiter:
    """Counts in this process; the limit of an installation is this times its processes. A stranger spends nothing of a member's."""

    def __init__(self, per_minute: int, clock: Clock, *, per_visitor: int = 120, per_stranger: int = 30) -> None:
        self.per_minute, self.clock, self.per_visitor, self.per_stranger = per_minute, clock, per_visitor, per_stranger
        self.buckets: dict[Hashable, _Bucket] = {}

    def take(self, caller: Caller, connection: Any) -> dict[str, str]:
        """A request, or a frame of a socket, of `caller`. Answers headers of the IETF draft on RateLimit fields. Raises TooManyRequests."""
        if caller.public_key:
            return self.spend((caller.organization, "public", caller.public_key, address_of(connection)), self.per_stranger)
        if caller.kind == "visitor":
            return self.spend((caller.organization, "visitor", caller.conversation), self.per_visitor)
        return self.spend((caller.organization, caller.kind, caller.actor, caller.credential), self.per_minute)

    def spend(self, whose: Hashable, per_minute: int) -> dict[str, str]:
        """One of `per_minute` in a bucket of its own. Raises TooManyRequests."""
        now = self.clock.now()
        bucket = self.buckets.get(whose)
        if bucket is None:
            if len(self.buckets) >= KEPT_AT_MOST:
                self._forget(now)
            bucket = self.buckets[whose] = _Bucket(per_minute, per_minute, now)
        bucket.per_minute = per_minute
        bucket.fill(now)
        rate = per_minute / 60
        full = int((per_minute - bucket.left) / rate) + 1
        if bucket.left < 1:
            raise TooManyRequests(per_minute, int((1 - bucket.left) / rate) + 1, full)
        bucket.left -= 1
        return _fields(per_minute, int(bucket.left), int((per_minute - bucket.left) / rate) + 1)

    def _forget(self, now: datetime) -> None:
        """The tenth that has most left: who fills the table with new names gives nobody back what they had spent, least of all themselves."""
        for whose in nlargest(KEPT_AT_MOST // 10, self.buckets, key=lambda whose: self.buckets[whose].fill(now)):
            del self.buckets[whose]

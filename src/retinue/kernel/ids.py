"""Ids that sort by the time they were made."""

import random
import threading
import time
from uuid import UUID

STEP_NS = 245  # one of the 4096 parts of a millisecond

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """RFC 9562 version 7 with the part of the millisecond in rand_a (method 3): within a process each is greater than the one before. Not a secret."""
    global _last
    with _lock:
        _last = now = max(time.time_ns(), _last + STEP_NS)
    ms, part = divmod(now, 1_000_000)
    return UUID(int=ms << 80 | 7 << 76 | (part * 4096 // 1_000_000) << 64 | 2 << 62 | random.getrandbits(62))

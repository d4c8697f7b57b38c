"""Ids that sort by the time they were made."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """RFC 9562 version 7; the standard library has it from Python 3.14."""
    ms = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    return UUID(int=ms << 80 | 7 << 76 | (random >> 68) << 64 | 2 << 62 | (random & (1 << 62) - 1))

"""Passwords: argon2id, off the event loop, and as slow for an unknown address as for a known one."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher()
THREADS = ThreadPoolExecutor(2, thread_name_prefix="argon2")  # 64 MiB each: a flood of sign-ins waits instead of eating the memory


@cache
def nobody() -> str:
    """The hash of a password that nobody has."""
    return HASHER.hash(secrets.token_urlsafe(32))


def _verify(known: str | None, password: str) -> bool:
    try:
        return HASHER.verify(known or nobody(), password) and known is not None
    except (VerificationError, InvalidHashError):
        return False


async def hash_password(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(THREADS, HASHER.hash, password)


async def verify_password(known: str | None, password: str) -> bool:
    """`known` is None for somebody who does not exist; it takes the same time."""
    return await asyncio.get_running_loop().run_in_executor(THREADS, _verify, known, password)


def new_password() -> str:
    return secrets.token_urlsafe(18)

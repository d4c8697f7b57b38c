"""Immutable files, named by the hash of their content, in a folder for each organization."""

import asyncio
import hashlib
import os
import re
import secrets
from pathlib import Path
from uuid import UUID

from retinue.kernel.errors import NotFound, Refusal

NAME = re.compile(r"[0-9a-f]{64}")


class DiskFull(Refusal):
    """The disk is full, or a limit on file sizes was reached; what was done before is kept."""

    status = 507
    next = "Free some space, or raise the limit, and send the request again."


class Files:
    """Local folder `root/{organization}/{first two digits}/{sha256}`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, organization: UUID, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise NotFound()
        return self.root / str(organization) / name[:2] / name

    async def put(self, organization: UUID, data: bytes) -> str:
        """Answers the SHA-256 under which `data` is kept. Durable when it returns."""
        return await asyncio.to_thread(self._put, organization, data)

    def _put(self, organization: UUID, data: bytes) -> str:
        name = hashlib.sha256(data).hexdigest()
        path = self.path(organization, name)
        if path.exists():
            return name
        fresh = path.with_name(f"{name}.{secrets.token_hex(4)}")
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)  # as root others may pass through the home itself
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with fresh.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise DiskFull() from error
        return name

    async def remove(self, organization: UUID, name: str) -> None:
        """Removing what is not there is no mistake."""
        await asyncio.to_thread(self.path(organization, name).unlink, missing_ok=True)

    async def get(self, organization: UUID, name: str) -> bytes:
        try:
            return await asyncio.to_thread(self.path(organization, name).read_bytes)
        except FileNotFoundError:
            raise NotFound() from None

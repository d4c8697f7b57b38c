"""Immutable files, named by the hash of their content, in a folder for each organization."""

import asyncio
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
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

    async def put(self, organization: UUID, data: bytes, *, alone: bool = False) -> str:
        """Answers the name under which `data` is kept: its SHA-256, or one that no other file has, so that it can be removed. Durable when
        it returns; it waits for the disk, so no transaction waits for it."""
        return await asyncio.to_thread(self._put, organization, data, secrets.token_bytes(16) if alone else b"")

    def _put(self, organization: UUID, data: bytes, apart: bytes = b"") -> str:
        name = hashlib.sha256(apart + data).hexdigest()
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
            for folder in (path.parent, path.parent.parent, self.root):  # a name is as durable as the folders that lead to it
                entry = os.open(folder, os.O_RDONLY)
                try:
                    os.fsync(entry)
                finally:
                    os.close(entry)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise DiskFull() from error
        return name

    async def remove(self, organization: UUID, name: str) -> None:
        """Removing what is not there is no mistake."""
        await asyncio.to_thread(self.path(organization, name).unlink, missing_ok=True)

    def older(self, than: datetime) -> Iterator[tuple[UUID, list[str]]]:
        """What each organization keeps since before then; what was half written by then goes. Reads the disk."""
        for folder in sorted(self.root.glob("*-*-*-*-*")):
            names = []
            for path in folder.glob("??/*"):
                with suppress(FileNotFoundError):  # removed meanwhile
                    if path.stat().st_mtime >= than.timestamp():
                        continue
                    if NAME.fullmatch(path.name):
                        names.append(path.name)
                    else:
                        path.unlink()
            if names:
                yield UUID(folder.name), names

    async def get(self, organization: UUID, name: str) -> bytes:
        try:
            return await asyncio.to_thread(self.path(organization, name).read_bytes)
        except FileNotFoundError:
            raise NotFound() from None

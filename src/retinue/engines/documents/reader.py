"""Who reads files: warm child processes, killed when too slow and replaced when they die."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import IO, cast

from retinue.engines.documents.child import HEADER, read_exactly
from retinue.engines.documents.document import Document, Limits
from retinue.engines.documents.refusals import BY_NAME, Crashed, EmptyFile, TooLarge, TooSlow, megabytes
from retinue.kernel.errors import ForeignError

_FILES_PER_CHILD = 500  # libraries leak; a child is replaced after this many


class _Child:
    def __init__(self, limits: Limits) -> None:
        self.limits, self.files = limits, 0
        # No environment: a parser has no use for keys and passwords.
        self.process = subprocess.Popen(
            [sys.executable, "-B", "-m", "retinue.engines.documents.child", str(os.getpid()), limits.model_dump_json()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONUTF8": "1"},
        )

    def ask(self, data: bytes, name: str, media_type: str | None) -> Document:
        self.files += 1
        late = threading.Event()

        def stop() -> None:
            late.set()
            self.process.kill()

        timer = threading.Timer(self.limits.seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            head = json.dumps({"name": name, "media_type": media_type}).encode()
            into, out = cast(IO[bytes], self.process.stdin), cast(IO[bytes], self.process.stdout)
            into.write(HEADER.pack(len(head), len(data)) + head)
            into.write(data)
            into.flush()
            sizes = HEADER.unpack(read_exactly(out, HEADER.size))  # type: ignore[arg-type]
            reply = json.loads(read_exactly(out, sizes[0]))  # type: ignore[arg-type]
            body = read_exactly(out, sizes[1])  # type: ignore[arg-type]
        except (EOFError, OSError) as error:
            self._ended()
            if late.is_set():
                raise TooSlow(name=name, seconds=self.limits.seconds) from error
            if self.process.returncode > 0:
                raise ForeignError(f"the process that reads files ended with status {self.process.returncode}") from error
            # Out of memory inside a C library ends in a signal too.
            raise Crashed(name=name) from error
        finally:
            timer.cancel()
        if "failure" in reply:
            raise ForeignError(reply["failure"])
        if "refusal" in reply:
            if reply["refusal"] == "TooMuchMemory":
                self.close()
            raise BY_NAME[reply["refusal"]](**reply["details"])
        return Document.model_validate_json(body)

    def _ended(self) -> None:
        """The pipe closed, so the child is ending; its own status says why."""
        try:
            self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.close()

    def alive(self) -> bool:
        return self.process.poll() is None and self.files < _FILES_PER_CHILD

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue


class Reader:
    """Reads files, `limits.readers` at a time. Free of any event loop; children start with the first file."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        # A child dies with the thread that started it (prctl), so each thread starts its own and keeps it.
        self._threads = ThreadPoolExecutor(limits.readers, thread_name_prefix="documents")
        self._own = threading.local()
        self._children: set[_Child] = set()
        weakref.finalize(self, _close, self._children)

    async def read(self, data: bytes, name: str, *, media_type: str | None = None) -> Document:
        if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
            raise EmptyFile(name=name)
        if len(data) > self.limits.file_bytes:
            raise TooLarge(name=name, limit=megabytes(self.limits.file_bytes), setting="FILE_BYTES")
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, data, name, media_type)

    def _read(self, data: bytes, name: str, media_type: str | None) -> Document:
        child: _Child | None = getattr(self._own, "child", None)
        if child is None or not child.alive():
            if child is not None:
                child.close()
                self._children.discard(child)
            child = self._own.child = _Child(self.limits)
            self._children.add(child)
        return child.ask(data, name, media_type)

    def close(self) -> None:
        _close(self._children)
        self._threads.shutdown(wait=False, cancel_futures=True)


def _close(children: set[_Child]) -> None:
    for child in list(children):
        child.process.kill()


_readers: dict[Limits, Reader] = {}


async def read(data: bytes, name: str, *, limits: Limits, media_type: str | None = None) -> Document:
    """The file's text, tables and structure; a FileRefused says why not. `media_type` is what a web server calls it."""
    reader = _readers.get(limits)
    if reader is None:
        reader = _readers[limits] = Reader(limits)
    return await reader.read(data, name, media_type=media_type)

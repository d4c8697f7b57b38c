"""The process that parses: bounded in memory, without environment or files to write, dead when its parent is."""

import ctypes
import json
import logging
import os
import resource
import signal
import struct
import sys
import warnings
from typing import BinaryIO

from retinue.engines.documents.document import Limits
from retinue.engines.documents.parse import parse
from retinue.engines.documents.refusals import FileRefused
from retinue.kernel.errors import ForeignError, foreign

HEADER = struct.Struct(">II")  # sizes of the JSON head and of the body that follow, in bytes
_PR_SET_PDEATHSIG = 1


def read_exactly(pipe: BinaryIO, size: int) -> bytes:
    data = pipe.read(size)
    if len(data) != size:
        raise EOFError
    return data


def bind_to_parent(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # The parent may have died before the line above.
    if os.getppid() != parent:
        os._exit(1)


def confine(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def answer(head: dict[str, object], body: bytes, limits: Limits) -> tuple[dict[str, object], bytes]:
    try:
        media_type = head.get("media_type")
        with foreign(f"reading {head['name']}"):
            document = parse(body, str(head["name"]), str(media_type) if media_type else None, limits)
        return {"ok": True}, document.model_dump_json().encode("utf-8", "replace")
    except FileRefused as refusal:
        return {"refusal": type(refusal).__name__, "details": refusal.details}, b""
    except ForeignError as error:
        if isinstance(error.__cause__, MemoryError):
            return {"refusal": "TooMuchMemory", "details": {"name": head["name"]}}, b""
        return {"failure": str(error)}, b""


def main() -> None:
    parent, limits = int(sys.argv[1]), Limits(**json.loads(sys.argv[2]))
    bind_to_parent(parent)
    confine(limits.memory_bytes)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    # Libraries print to stdout; the answers go out on a descriptor of their own.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    source = sys.stdin.buffer
    try:
        while True:
            sizes = HEADER.unpack(read_exactly(source, HEADER.size))
            head = json.loads(read_exactly(source, sizes[0]))
            reply, document = answer(head, read_exactly(source, sizes[1]), limits)
            packed = json.dumps(reply).encode()
            out.write(HEADER.pack(len(packed), len(document)) + packed + document)
            out.flush()
    except (EOFError, BrokenPipeError):
        os._exit(0)


if __name__ == "__main__":
    main()

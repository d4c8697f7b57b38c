"""Which kind a file is: its content decides, its name or media type must agree, and only listed kinds are read."""

import io
import re
import zipfile
from pathlib import PurePosixPath
from typing import cast

from retinue.engines.documents.document import Kind, Limits
from retinue.engines.documents.refusals import (
    ContentMismatch,
    Damaged,
    KindNotAllowed,
    PasswordProtected,
    ZipBomb,
    megabytes,
)
from retinue.kernel.errors import ForeignError, foreign

EXTENSIONS: dict[str, Kind] = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".pptx": "pptx",
    ".xlsx": "xlsx",
    ".csv": "csv",
    ".tsv": "csv",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
}
MEDIA_TYPES: dict[str, Kind] = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/csv": "csv",
    "text/tab-separated-values": "csv",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "markdown",
    "text/plain": "text",
}
WORDS = {
    "pdf": "a PDF",
    "docx": "a Word document",
    "pptx": "a PowerPoint presentation",
    "xlsx": "an Excel workbook",
    "csv": "a CSV table",
    "html": "a web page",
    "markdown": "Markdown",
    "text": "plain text",
    "binary": "not readable as text",
}
_ZIPPED: dict[str, Kind] = {"word/document.xml": "docx", "ppt/presentation.xml": "pptx", "xl/workbook.xml": "xlsx"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"\x7fELF",
    b"MZ",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"BZh",
    b"\xfd7zXZ",
    b"OggS",
    b"ID3",
    b"{\\rtf",
    b"SQLite format 3",
    b"II*\x00",
    b"MM\x00*",
)
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body|main|article|title|meta|h1|div|p|table)[\s>/]", re.I)
_UTF_16_32 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


def decide(data: bytes, name: str, media_type: str | None, limits: Limits) -> Kind:
    """The kind to read `data` as. A media type, as a web server gives it, stands in for the name's extension."""
    expected = _promised(name, media_type)
    found = _sniff(data, name, limits)
    if found in ("pdf", "docx", "pptx", "xlsx"):
        if expected not in (None, found):
            raise ContentMismatch(name=name, expected=WORDS[cast(str, expected)], found=WORDS[found])
        return cast(Kind, found)
    if found == "binary":
        if expected is None:
            raise KindNotAllowed(name=name)
        raise ContentMismatch(name=name, expected=WORDS[expected], found=WORDS[found])
    if expected in ("pdf", "docx", "pptx", "xlsx") or (expected == "csv" and found == "html"):
        raise ContentMismatch(name=name, expected=WORDS[cast(str, expected)], found=WORDS[found])
    return expected or cast(Kind, found)


def _promised(name: str, media_type: str | None) -> Kind | None:
    if media_type:
        plain = media_type.partition(";")[0].strip().lower()
        if plain in MEDIA_TYPES:
            return MEDIA_TYPES[plain]
        if plain not in ("application/octet-stream", "binary/octet-stream", "application/force-download"):
            raise KindNotAllowed(name=name)
    suffix = PurePosixPath(name.partition("?")[0].replace("\\", "/")).suffix.lower()
    if suffix and suffix not in EXTENSIONS and not media_type:
        raise KindNotAllowed(name=name)
    return EXTENSIONS.get(suffix)


def _sniff(data: bytes, name: str, limits: Limits) -> str:
    head = data[:4096]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _sniff_zip(data, name, limits)
    if head.startswith(_OLE):
        # An encrypted OOXML file is an OLE container with a stream of this name; the rest are formats of before 2007.
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise PasswordProtected(name=name)
        raise KindNotAllowed(name=name)
    if head.startswith(_FOREIGN):
        return "binary"
    if not head.startswith(_UTF_16_32):
        controls = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in head)
        if controls > max(2, len(head) // 50):
            return "binary"
    return "html" if _HTML.search(head) and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else "text"


def _sniff_zip(data: bytes, name: str, limits: Limits) -> str:
    try:
        with foreign("reading the archive's directory"), zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except ForeignError as error:
        raise Damaged(name=name) from error
    # zipfile reads no entry beyond the size declared here, so the sum bounds what the parsers can unpack.
    if len(entries) > 20_000 or sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
        raise ZipBomb(name=name, limit=megabytes(limits.unpacked_bytes))
    names = {entry.filename for entry in entries}
    return next((kind for part, kind in _ZIPPED.items() if part in names), "binary")

"""Which characters the bytes of a text file stand for."""

import codecs
import re

import charset_normalizer

_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.I)
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_SAMPLE_BYTES = 100_000


def declared_in(media_type: str | None, data: bytes, *, html: bool) -> str | None:
    if media_type and (match := re.search(r"charset\s*=\s*[\"']?([\w:.-]+)", media_type, re.I)):
        return match[1]
    if html and (found := _META.search(data[:4096])):
        return found[1].decode("ascii", "replace")
    return None


def decode(data: bytes, declared: str | None = None) -> str:
    """Byte-order mark, then UTF-8 if valid, then what is declared, then a guess; undecodable bytes become U+FFFD."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data.decode(name, "replace")
    known = _known(declared)
    if not data.isascii() or known is None:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    if known:
        return data.decode(known, "replace")
    guess = charset_normalizer.from_bytes(data[:_SAMPLE_BYTES]).best()
    return data.decode(guess.encoding if guess else "cp1252", "replace")


def _known(declared: str | None) -> str | None:
    if not declared:
        return None
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        return None
    # Browsers read these two as Windows-1252, and pages are written for browsers (WHATWG Encoding, 4.2).
    return "cp1252" if name in ("iso8859-1", "ascii") else name

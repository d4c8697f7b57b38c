"""Files that are not read, and what their sender is told."""

import pytest

from engines.documents import sample_files as files
from retinue.engines.documents import (
    ContentMismatch,
    Damaged,
    EmptyFile,
    FileRefused,
    KindNotAllowed,
    Limits,
    NoText,
    PasswordProtected,
    Reader,
    TooLarge,
    TooMuchMemory,
    TooSlow,
    ZipBomb,
    read,
)
from retinue.engines.documents.refusals import BY_NAME

LIMITS = Limits()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


@pytest.mark.parametrize(
    ("data", "name", "refusal"),
    [
        (b"", "a.pdf", EmptyFile),
        (b"  \n\n", "a.txt", EmptyFile),
        (b"x", "a.exe", KindNotAllowed),
        (OLE, "a.doc", KindNotAllowed),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", PasswordProtected),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "scan.png", KindNotAllowed),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "scan.pdf", ContentMismatch),
        (b"MZ\x90\x00" + b"\x00" * 500, "notes.txt", ContentMismatch),
        (b"<!doctype html><html><body>Not found</body></html>", "prices.csv", ContentMismatch),
        (b"just words", "a.docx", ContentMismatch),
        (files.pdf(), "a.txt", ContentMismatch),
        (files.word(), "a.xlsx", ContentMismatch),
        (files.zip_of_text(), "a.docx", ContentMismatch),
        (files.pdf()[:400], "a.pdf", Damaged),
        (b"%PDF-1.7\nrubbish", "a.pdf", Damaged),
        (files.word()[:2000], "a.docx", Damaged),
        (files.pdf_locked(), "a.pdf", PasswordProtected),
        (files.pdf_without_text(), "a.pdf", NoText),
        (b"<html><body><script>x</script></body></html>", "a.html", NoText),
        (files.zip_bomb(300_000_000), "a.docx", ZipBomb),
    ],
)
async def test_bad_files_are_refused(data: bytes, name: str, refusal: type[FileRefused]) -> None:
    with pytest.raises(FileRefused) as caught:
        await read(data, name, limits=LIMITS)
    assert caught.type is refusal
    assert name in str(caught.value)


async def test_a_file_beyond_the_limit_is_refused_before_it_is_sent() -> None:
    with pytest.raises(TooLarge, match="1 MB"):
        await read(b"a" * 1_000_001, "a.txt", limits=Limits(file_bytes=1_000_000))


async def test_too_much_text_and_too_many_pages_are_refused() -> None:
    with pytest.raises(TooLarge, match="TEXT_CHARACTERS"):
        await read(b"word " * 1000, "a.txt", limits=Limits(text_characters=1000))
    with pytest.raises(TooLarge, match="3 pages"):
        await read(files.pdf_of_pages(4), "a.pdf", limits=Limits(pages=3))


async def test_a_slow_file_is_stopped_and_the_next_one_is_read() -> None:
    reader = Reader(Limits(seconds=0.5))
    with pytest.raises(TooSlow):
        await reader.read(b"<html>" + b"<div>" * 200_000, "deep.html")
    assert (await Reader(LIMITS).read(b"next", "a.txt")).text == "next"
    reader.close()


async def test_memory_is_bounded_and_the_next_file_is_read() -> None:
    reader = Reader(Limits(memory_bytes=200_000_000))
    with pytest.raises(TooMuchMemory):
        await reader.read(b"<p>words and words</p>" * 1_500_000, "large.html")
    assert (await reader.read(b"next", "a.txt")).text == "next"
    reader.close()


async def test_a_child_that_crashed_is_replaced() -> None:
    reader = Reader(LIMITS)
    await reader.read(b"one", "a.txt")
    (child,) = reader._children
    child.process.kill()
    child.process.wait()
    assert (await reader.read(b"two", "a.txt")).text == "two"
    reader.close()


@pytest.mark.parametrize("refusal", BY_NAME.values())
def test_every_refusal_says_what_to_do(refusal: type[FileRefused]) -> None:
    text = str(refusal(name="plan.pdf", limit="50 MB", setting="FILE_BYTES", seconds=60.0, expected="a PDF", found="text"))
    assert text.endswith(".")
    assert "{" not in text
    assert len(text) < 160
    assert refusal.next

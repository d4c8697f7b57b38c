"""The files are what their names say, and the same every time."""

import hashlib
import zipfile
from pathlib import Path

import docx
import openpyxl
import pypdf
import pytest

from files import make as files


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return files.make(tmp_path_factory.mktemp("files"))


def test_every_file_is_either_readable_or_refused(made: dict[str, Path]) -> None:
    assert sorted(made) == sorted(files.READABLE + files.REFUSED)


def test_bytes_repeat(made: dict[str, Path], tmp_path: Path) -> None:
    again = files.make(tmp_path)
    for name, path in made.items():
        assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(again[name].read_bytes()).digest(), name


def test_good_files_hold_the_known_text(made: dict[str, Path]) -> None:
    pages = [page.extract_text() for page in pypdf.PdfReader(made["good.pdf"]).pages]
    assert files.SENTENCES[1] in pages[0]
    assert files.SENTENCES[2] in pages[1]
    document = docx.Document(str(made["good.docx"]))
    assert files.SENTENCES[2] in [paragraph.text for paragraph in document.paragraphs]
    assert [cell.text for cell in document.tables[0].rows[1].cells] == list(files.ROWS[1])
    assert openpyxl.load_workbook(made["good.xlsx"])["Boats"]["B3"].value == 120


def test_bad_files_are_bad(made: dict[str, Path]) -> None:
    assert pypdf.PdfReader(made["encrypted.pdf"]).is_encrypted
    assert not pypdf.PdfReader(made["scanned.pdf"]).pages[0].extract_text().strip()
    assert not pypdf.PdfReader(made["empty.pdf"]).pages[0].extract_text().strip()
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(made["damaged.docx"])
    bomb = made["zip-bomb-like.docx"]
    assert zipfile.ZipFile(bomb).getinfo("word/document.xml").file_size >= files.BOMB_BYTES
    assert bomb.stat().st_size < 1_000_000
    assert made["wrong-extension.pdf"].read_bytes().startswith(b"\x89PNG")


def test_huge_csv_has_its_rows(tmp_path: Path) -> None:
    with files.huge_csv(tmp_path / "huge.csv", 1000).open() as file:
        assert sum(1 for _ in file) == 1001

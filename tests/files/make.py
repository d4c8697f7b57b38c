"""Documents that parsers must read, survive or refuse, with what each of them holds.

Run as `python tests/files/make.py FOLDER`, or call `make(folder)`; the bytes are the same every time.
"""

import csv
import io
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

SENTENCES = (
    "The ferry to Skerry Point leaves at 07:40 on weekdays.",
    "A bicycle travels for 3.50 euros, a dog for nothing.",
    "Tickets bought on board cost one euro more.",
)
ACCENTED = "Die Fähre fährt täglich außer montags; für Fußgänger ist die Überfahrt günstig. Café à bord."
ROWS = (("route", "fare", "currency"), ("Skerry Point", "12.40", "EUR"), ("North Sound", "9.80", "EUR"))
SECOND_SHEET = (("boat", "seats"), ("Gannet", 48), ("Petrel", 120))
PASSWORD = "skerry"

READABLE = ("good.pdf", "good.docx", "good.xlsx", "good.csv", "latin1.txt", "utf16.txt", "html-with-script.html")
REFUSED = (
    "encrypted.pdf",
    "damaged.pdf",
    "empty.pdf",
    "empty.txt",
    "scanned.pdf",
    "damaged.docx",
    "zip-bomb-like.docx",
    "wrong-extension.pdf",
)
# What must never appear in the text of html-with-script.html.
HIDDEN = ("stolenCookie", "color: teal", "reader has no scripts", "draft of the spring timetable")

BOMB_BYTES = 60_000_000


def _pdf(pages: list[list[str]], encrypted: bool = False) -> bytes:
    out = io.BytesIO()
    encryption = StandardEncryption(PASSWORD, ownerPassword=PASSWORD, strength=128) if encrypted else None
    canvas = Canvas(out, pagesize=A4, invariant=1, encrypt=encryption)
    canvas.setTitle("Ferry notes")
    for lines in pages:
        canvas.setFont("Helvetica", 12)
        for number, line in enumerate(lines):
            canvas.drawString(72, 760 - 20 * number, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def good_pdf() -> bytes:
    """Two pages: the first two sentences, then the third."""
    return _pdf([list(SENTENCES[:2]), [SENTENCES[2]]])


def encrypted_pdf() -> bytes:
    """Opens only with PASSWORD."""
    return _pdf([list(SENTENCES)], encrypted=True)


def damaged_pdf() -> bytes:
    """The first third of a good file: no cross-reference table, half a stream."""
    whole = good_pdf()
    return whole[: len(whole) // 3]


def empty_pdf() -> bytes:
    """A sound file whose only page has nothing on it."""
    return _pdf([[]])


def _picture() -> Image.Image:
    image = Image.new("L", (620, 200), 255)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(SENTENCES):
        draw.text((20, 30 + 40 * number), line, fill=0)
    return image


def scanned_pdf() -> bytes:
    """One page with a picture of text and no text."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.drawImage(ImageReader(_picture()), 40, 500, width=510, height=165)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def wrong_extension() -> bytes:
    """A PNG picture, to be named .pdf."""
    out = io.BytesIO()
    _picture().save(out, "PNG")
    return out.getvalue()


def _zip(parts: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts:
            info = zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0))
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _timeless(office: bytes, replace: dict[str, bytes] | None = None) -> bytes:
    """The same Office file with fixed times; `replace` puts other content into named parts."""
    with zipfile.ZipFile(io.BytesIO(office)) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    fixed = []
    for name, content in parts:
        if name == "docProps/core.xml":
            content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2025-01-01T00:00:00Z", content)
        fixed.append((name, (replace or {}).get(name, content)))
    return _zip(fixed)


def good_docx(replace: dict[str, bytes] | None = None) -> bytes:
    """A heading, the sentences as paragraphs, ROWS as a table."""
    document = docx.Document()
    document.add_heading("Ferry notes", 1)
    for sentence in SENTENCES:
        document.add_paragraph(sentence)
    table = document.add_table(rows=0, cols=len(ROWS[0]))
    for row in ROWS:
        cells = table.add_row().cells
        for cell, value in zip(cells, row, strict=True):
            cell.text = value
    out = io.BytesIO()
    document.save(out)
    return _timeless(out.getvalue(), replace)


def damaged_docx() -> bytes:
    """A good file without its last 2,000 bytes: the archive's directory is gone."""
    return good_docx()[:-2000]


def zip_bomb_like_docx() -> bytes:
    """A few hundred kilobytes that unpack to one well-formed XML part of BOMB_BYTES."""
    head = (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document '
        b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    )
    paragraph = b"<w:p><w:r><w:t>" + b"a" * 960 + b"</w:t></w:r></w:p>"
    body = paragraph * (BOMB_BYTES // len(paragraph) + 1)
    return good_docx({"word/document.xml": head + body + b"</w:body></w:document>"})


def good_xlsx() -> bytes:
    """Two sheets: `Fares` with ROWS, `Boats` with SECOND_SHEET."""
    book = openpyxl.Workbook()
    fares = book.worksheets[0]
    fares.title = "Fares"
    for row in ROWS:
        fares.append(row)
    boats = book.create_sheet("Boats")
    for line in SECOND_SHEET:
        boats.append(line)
    out = io.BytesIO()
    book.save(out)
    return _timeless(out.getvalue())


def good_csv() -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(ROWS)
    return out.getvalue().encode()


def html_with_script() -> bytes:
    """The sentences in a page whose other parts (HIDDEN) are not text."""
    shown = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    return (
        "<!doctype html><html><head><title>Ferry notes</title><style>p { color: teal }</style>"
        "<script>const stolenCookie = document.cookie; document.write('<p>' + stolenCookie + '</p>')</script></head>"
        f'<body><!-- draft of the spring timetable --><h1 onclick="stolenCookie()">Ferry notes</h1>{shown}'
        "<noscript>Your reader has no scripts.</noscript><template><p>stolenCookie</p></template></body></html>"
    ).encode()


def huge_csv(path: Path, rows: int) -> Path:
    """A table of `rows` lines, about 45 bytes each, written without holding it in memory."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("number", "route", "fare", "currency", "note"))
        for number in range(rows):
            fare = f"{number % 9000 / 100:.2f}"
            writer.writerow((number, f"Route {number % 997}", fare, "EUR", f"valid in week {number % 52 + 1}"))
    return path


MAKERS: dict[str, Callable[[], bytes]] = {
    "good.pdf": good_pdf,
    "good.docx": good_docx,
    "good.xlsx": good_xlsx,
    "good.csv": good_csv,
    "latin1.txt": lambda: ACCENTED.encode("latin-1"),
    "utf16.txt": lambda: b"\xff\xfe" + ACCENTED.encode("utf-16-le"),
    "html-with-script.html": html_with_script,
    "encrypted.pdf": encrypted_pdf,
    "damaged.pdf": damaged_pdf,
    "empty.pdf": empty_pdf,
    "empty.txt": lambda: b"",
    "scanned.pdf": scanned_pdf,
    "damaged.docx": damaged_docx,
    "zip-bomb-like.docx": zip_bomb_like_docx,
    "wrong-extension.pdf": wrong_extension,
}


def make(folder: Path) -> dict[str, Path]:
    """Writes every file of MAKERS into `folder` and answers name to path."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {}
    for name, maker in MAKERS.items():
        made[name] = folder / name
        made[name].write_bytes(maker())
    return made


if __name__ == "__main__":
    for each in make(Path(sys.argv[1])).values():
        print(each, each.stat().st_size)

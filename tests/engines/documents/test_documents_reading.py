"""What files say once they are read."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engines.documents import sample_files as files
from retinue.engines.documents import Document, Limits, Reader, Span, read, read_files

LIMITS = Limits()


def at(document: Document, span: Span) -> str:
    return document.text[span.start : span.end]


async def test_rows_of_a_csv_are_one_citable_line_each() -> None:
    document = await read(b"Service;Price\nHaircut;30\nColour;80\n", "prices.csv", limits=LIMITS)
    assert document.kind == "csv"
    assert document.text.splitlines() == ["Service: Haircut; Price: 30", "Service: Colour; Price: 80"]
    assert document.tables[0].rows == [["Haircut", "30"], ["Colour", "80"]]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("1,2\n3,4\n", ["1; 2", "3; 4"]),
        ("Name,Note\nA,\"two\nlines, one\"\n", ["Name: A; Note: two lines, one"]),
        ("Our prices\nItem,Price,Unit\nTea,2,cup\n", ["Our prices", "Item: Tea; Price: 2; Unit: cup"]),
        ("Item,Price,Unit\nDrinks,,\nTea,2,cup\nFood,,\nPie,4,slice\n",
         ["Drinks", "Item: Tea; Price: 2; Unit: cup", "", "Food", "Item: Pie; Price: 4; Unit: slice"]),
        ("Item\tPrice\nTea, green\t2\n", ["Item: Tea, green; Price: 2"]),
        ("Only,Header\n", ["Only; Header"]),
    ],
)  # fmt: skip
async def test_tables_without_a_plain_header(source: str, lines: list[str]) -> None:
    assert (await read(source.encode(), "a.csv", limits=LIMITS)).text.splitlines() == lines


async def test_a_web_page_keeps_its_content_and_its_contacts() -> None:
    document = await read(files.PAGE.encode(), "https://bright.example/prices", media_type="text/html", limits=LIMITS)
    text = document.text
    for kept in (
        "Open on weekdays, call us.",
        "Treatment: Cleaning; Price: 60 GBP",
        "- Is parking free?",
        "Yes, behind",
        "Children pay half.",
        "1 Mill Lane, Leeds",
    ):
        assert kept in text, kept
    for dropped in ("Home", "cookies", "never", "Ignore your", "Imprint", "More"):
        assert dropped not in text, dropped
    assert text.count("Ask for a plan.") == 2
    assert (document.title, document.language, document.description) == (
        "Prices | Bright Dental",
        "en-GB",
        "What a visit costs.",
    )
    assert document.data == [{"@type": "Dentist", "telephone": "+44 20 7946 0000"}]
    assert "tel:+442079460000" in {link.url for link in document.links}
    assert document.resources == ["https://cdn.example/analytics.js"]


async def test_spans_point_into_the_text() -> None:
    document = await read(files.PAGE.encode(), "a.html", limits=LIMITS)
    sections = {section.title: at(document, section) for section in document.sections}
    assert sections["Treatments"].startswith("Treatments\n")
    assert "Filling" in sections["Treatments"]
    assert "parking" not in sections["Treatments"]
    assert "parking" in sections["Prices"], "a section holds its sub-sections"
    assert at(document, document.tables[0]) == "Treatment: Cleaning; Price: 60 GBP\nTreatment: Filling; Price: 120 GBP"
    assert document.sections[-1].role == "footer"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<nav>Menu</nav><main><header><h1>A</h1></header><p>Body text.</p></main><p>outside</p>", "A\n\nBody text."),
        (
            "<nav><p>Everything on this page was put into its navigation element.</p></nav>",
            "Everything on this page was put into its navigation element.",
        ),
        (
            "<dl><dt>Do you deliver?</dt><dd>Yes.</dd><dt>Fee</dt><dd>5 EUR</dd></dl>",
            "Do you deliver? Yes.\nFee: 5 EUR",
        ),
        (
            "<table><tr><th>Phone</th><td>123</td></tr><tr><th>Fax:</th><td>456</td></tr></table>",
            "Phone: 123\nFax: 456",
        ),
        ("<table><tr><td rowspan=2>Mon</td><td>am</td></tr><tr><td>pm</td></tr></table>", "Mon; am\nMon; pm"),
        ("<p>a<br>b</p><p>sof\u00adt\u200b\x00</p>", "a\nb\n\nsoft"),
        ("<div>" * 5_000 + "deep", "deep"),
    ],
)
async def test_shapes_of_markup(markup: str, text: str) -> None:
    assert (await read(f"<html><body>{markup}".encode(), "a.html", limits=LIMITS)).text == text


async def test_markdown_is_read_as_its_page() -> None:
    source = "---\ntitle: Rules\n---\n# House\n\nBe **kind** to [us](https://a.example/x).\n\n"
    source += "| Day | Open |\n|---|---|\n| Mon | 9-5 |\n"
    document = await read(source.encode(), "rules.md", limits=LIMITS)
    assert (document.kind, document.title) == ("markdown", "Rules")
    assert document.text == "House\n\nBe kind to us.\n\nDay: Mon; Open: 9-5"
    assert document.links[0].url == "https://a.example/x"


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        ("Größe – 5 €".encode("cp1252"), "text/plain; charset=iso-8859-1"),
        ("Größe – 5 €".encode("utf-16"), None),
        ("\ufeffGröße – 5 €".encode(), None),
        ("Größe – 5 €".encode(), "text/plain; charset=iso-8859-1"),
        ("Größe – 5 €".encode("cp1252"), "text/plain; charset=nonsense"),
    ],
)
async def test_characters_survive_wrong_and_missing_declarations(data: bytes, media_type: str | None) -> None:
    assert (await read(data, "a.txt", media_type=media_type, limits=LIMITS)).text == "Größe – 5 €"


async def test_a_declared_charset_inside_the_page_counts() -> None:
    page = '<html><head><meta charset="windows-1251"></head><body><p>Привет, мир и все остальные</p>'.encode("cp1251")
    assert (await read(page, "a.html", limits=LIMITS)).text == "Привет, мир и все остальные"


async def test_a_pdf_has_pages_headings_paragraphs_and_tables() -> None:
    document = await read(files.pdf(), "rules.pdf", limits=LIMITS)
    assert document.title == "House rules"
    assert files.PROSE in document.text, "a paragraph is one line however it was broken"
    assert [section.title for section in document.sections] == ["Cancellation", "Prices", "Pets"]
    assert "Room: Double; Price per night: 120 EUR" in document.text
    assert document.text.count("120 EUR") == 1
    assert document.tables[0].page == 1
    assert at(document, document.pages[1]).startswith("Pets\n")
    assert document.text.index("Double") < document.text.index("Taxes") < document.text.index("Pets")


async def test_a_word_document_keeps_order_headings_lists_and_tables() -> None:
    document = await read(files.word(), "handbook.docx", limits=LIMITS)
    assert document.text == (
        "Staff handbook\n\nHolidays\n\nEveryone has 28 days of holiday.\n- Ask two weeks before.\n\n"
        "Years: 5; Extra days: 2\nYears: 10; Extra days: 4\n\nSickness\n\nCall before nine."
    )
    assert [section.level for section in document.sections] == [1, 1, 1]


async def test_a_workbook_shows_cells_as_people_see_them() -> None:
    document = await read(files.workbook(), "prices.xlsx", limits=LIMITS)
    assert document.text.splitlines() == [
        "Prices", "Price list 2026", "Service: Oil change; Price: €59.50; Discount: 10%", "Service: Tyres; Price: 240",
    ]  # fmt: skip
    assert [page.title for page in document.pages] == ["Prices", "Empty"], "hidden sheets are not read"


async def test_slides_are_pages() -> None:
    document = await read(files.slides(), "offer.pptx", limits=LIMITS)
    assert document.text == "Our offer\nRepairs within a day"
    assert document.pages[0].title == "Our offer"


async def test_a_warm_reader_costs_little() -> None:
    reader = Reader(LIMITS)
    await reader.read(b"warm", "a.txt")
    costs = []
    for _ in range(50):
        begun = time.perf_counter()
        await reader.read(b"warm", "a.txt")
        costs.append(time.perf_counter() - begun)
    reader.close()
    assert sorted(costs)[25] < 0.02, "target 5 ms; the bound allows for a busy machine"


def test_the_child_dies_with_its_parent() -> None:
    program = (
        "import asyncio, sys, time\nfrom retinue.engines.documents import Limits, Reader\n"
        "async def main():\n    r = Reader(Limits())\n    await r.read(b'x', 'a.txt')\n"
        "    print(*[c.process.pid for c in r._children], flush=True)\n    time.sleep(60)\nasyncio.run(main())"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 5
    while _runs(child):
        assert time.monotonic() < deadline, "the child outlived its parent"
        os.sched_yield()


def _runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_the_listing_has_a_line_for_every_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Name,Age\nAnn,5\n")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 broken")
    lines = [line async for line in read_files([tmp_path / n for n in ("a.csv", "b.pdf", "missing.txt")], LIMITS)]
    assert [line["kind"] for line in lines] == ["csv", None, None]
    assert [line.get("refusal", {}).get("reason") for line in lines] == [None, "Damaged", "NotFoundOnDisk"]  # type: ignore[attr-defined]

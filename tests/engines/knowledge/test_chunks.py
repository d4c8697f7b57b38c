"""Where documents are cut, and into which pieces."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retinue.engines.knowledge.chunks import MAX_CHARACTERS, Section, TextTooLong, chunk
from retinue.engines.knowledge.sentences import units

PAGES = Path(__file__).parent / "storage" / "pages"
PROSE = "The engineer comes on Monday. " * 120


@given(st.text(max_size=600), st.sampled_from(["semantic", "fixed_size", "paragraph"]), st.integers(1, 60))
def test_a_chunk_is_the_text_at_its_offsets_in_order_and_nothing_is_lost(text: str, strategy: str, words: int) -> None:
    chunks = chunk(text, strategy=strategy, words=words)  # type: ignore[arg-type]
    assert all(text[c.start : c.end] == c.text and c.text.strip() for c in chunks)
    assert all(a.end <= b.start for a, b in zip(chunks, chunks[1:], strict=False))
    assert [c.position for c in chunks] == list(range(len(chunks)))


@pytest.mark.parametrize("page", sorted(p.name for p in PAGES.iterdir()))
def test_every_word_of_a_page_is_in_a_chunk_or_a_heading(page: str) -> None:
    text = (PAGES / page).read_text()
    kept = " ".join(f"{c.heading} {c.columns} {c.text}" for c in chunk(text)).split()
    assert set(text.replace("#", "").split()) <= {*kept, "|", "---", "›", "-", "1."}


def test_a_chunk_has_about_two_hundred_words_and_ends_with_a_sentence() -> None:
    chunks = chunk(PROSE)
    assert all(150 <= len(c.text.split()) <= 250 for c in chunks[:-1])
    assert all(c.text.endswith(".") for c in chunks)


def test_no_chunk_crosses_a_heading_and_the_path_is_context_only() -> None:
    text = "# Prices\n\n## Small\n\nIt costs 5 euros.\n\n## Large\n\nIt costs 9 euros.\n"
    chunks = chunk(text)
    assert [(c.heading, c.text) for c in chunks] == [("Prices › Small", "It costs 5 euros."), ("Prices › Large", "It costs 9 euros.")]
    assert chunks[0].context("Shop") == "Shop › Prices › Small\nIt costs 5 euros."


def test_given_sections_are_used_and_their_heading_lines_are_not_text() -> None:
    text = "3. Loans\nWe lend you a scale.\n4. Returns\nSend it back.\n"
    found = chunk(text, [Section("3. Loans", 1, 0, 30), Section("4. Returns", 1, 30, len(text))])
    assert [(c.heading, c.text) for c in found] == [("3. Loans", "We lend you a scale."), ("4. Returns", "Send it back.")]


def test_a_price_line_stays_whole_and_keeps_its_columns() -> None:
    text = "Name,Price,Note\n" + "\n".join(f"Article {n},{n}.00,delivered in {n} days" for n in range(1, 200))
    chunks = chunk(text)
    assert len(chunks) > 2
    assert all(line.startswith("Article") and line.endswith("days") for c in chunks[1:] for line in c.text.splitlines())
    assert all(c.columns == "Name,Price,Note" for c in chunks[1:])


def test_text_without_spaces_is_cut_too() -> None:
    assert max(len(c.text) for c in chunk("x" * 50_000)) <= 2_500


def test_too_long_a_text_is_refused() -> None:
    with pytest.raises(TextTooLong):
        chunk("x" * (MAX_CHARACTERS + 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Open from 8 a.m. to 6 p.m. daily. Closed on holidays.", ["Open from 8 a.m. to 6 p.m. daily.", "Closed on holidays."]),
        ("Ask Dr. Weber, e.g. by phone. She answers!", ["Ask Dr. Weber, e.g. by phone.", "She answers!"]),
        ("It costs 3.50 euros. Really?", ["It costs 3.50 euros.", "Really?"]),
        (
            "A line of a printed page that is broken before its\nend goes on here. Next.",
            ["A line of a printed page that is broken before its\nend goes on here.", "Next."],
        ),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[u.start : u.end] for u in units(text)] == expected


def test_items_know_the_line_that_opens_their_list() -> None:
    text = "Bring with you:\n\n- a passport\n- 20 euros\n"
    items = [u for u in units(text) if u.kind == "item"]
    assert [text[u.start : u.end] for u in items] == ["a passport", "20 euros"]
    assert all(u.lead and text[slice(*u.lead)] == "Bring with you:" for u in items)

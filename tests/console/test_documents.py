"""Research, documents and what a fact rests on, in a browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import Open, picture, violations
from .living import House


def test_a_fact_shows_the_words_that_it_rests_on(house: House, open_context: Open, theme: str):
    page = open_context(theme).new_page()
    page.goto(house.link(f"/clients/{house.client_id}/research"))
    expect(page.get_by_role("heading", name=house.client_name)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^All facts"))).to_be_visible()
    assert violations(page) == []
    picture(page, f"research-{theme}")
    page.keyboard.press("/")
    page.keyboard.type("+44")
    fact = page.get_by_role("listitem").get_by_role("button").first
    expect(fact).to_contain_text("+44")
    fact.press("Enter")
    drawer = page.get_by_role("dialog")
    expect(drawer.locator("mark")).to_be_visible()
    expect(drawer).to_contain_text("Found by")
    assert violations(page) == []
    picture(page, f"fact-{theme}")
    drawer.get_by_role("button", name="Open the whole page").click()
    expect(drawer.get_by_role("region", name="Text of the document").locator("mark[data-quote]")).to_be_in_viewport()
    assert violations(page) == []
    picture(page, f"document-{theme}")
    page.keyboard.press("Escape")
    expect(drawer).not_to_be_visible()


def test_documents_are_found_asked_and_taken_away(house: House, open_context: Open, theme: str, tmp_path: Path):
    own = house.new_client("Scales by Hand")
    page = open_context(theme).new_page()
    page.goto(house.link(f"/clients/{own.tenant}/documents"))
    expect(page.get_by_text("The agents have nothing to quote yet.")).to_be_visible()
    picture(page, f"documents-empty-{theme}")
    (tmp_path / "returns.md").write_text("# Returns\n\nA scale may be returned within thirty days of delivery.\n")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    (tmp_path / "empty.txt").write_bytes(b"")
    page.locator("input[type=file]").set_input_files([tmp_path / name for name in ("returns.md", "photo.png", "empty.txt")])
    sent = page.get_by_role("region", name="Files sent")
    expect(sent.get_by_text("can be quoted, 1 passage")).to_be_visible()
    expect(sent.get_by_text("Files of this kind are not read")).to_be_visible()
    expect(sent.get_by_text("is empty")).to_be_visible()
    expect(page.get_by_role("list", name="Documents").get_by_role("listitem")).to_have_count(1)
    page.get_by_label("A question to the documents").fill("May I give it back?")
    page.keyboard.press("Enter")
    passages = page.get_by_role("list", name="Passages").get_by_role("button")
    expect(passages.first).to_contain_text("thirty days")
    assert violations(page) == []
    picture(page, f"documents-{theme}")
    passages.first.click()
    expect(page.get_by_role("dialog").locator("mark[data-quote]").first).to_be_in_viewport()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Take away returns").click()
    expect(page.get_by_role("list", name="Documents")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("list", name="Documents").get_by_role("listitem")).to_have_count(1)
    page.get_by_role("button", name="Take away returns").click()
    page.goto(f"{house.url}/clients/{own.tenant}/documents")
    expect(page.get_by_text("The agents have nothing to quote yet.")).to_be_visible()
    assert own.get("/documents")["items"] == []


@pytest.mark.slow
def test_a_thousand_files_at_once_each_have_their_result(house: House, page: Page, tmp_path: Path):
    own = house.new_client("Scales by Hand")
    page.goto(house.link(f"/clients/{own.tenant}/documents"))
    expect(page.get_by_text("The agents have nothing to quote yet.")).to_be_visible()
    page.evaluate(
        """() => {
          const files = new DataTransfer();
          for (let at = 0; at < 1000; at++) files.items.add(new File([at % 100 ? "" : `Part ${at} costs ${at} pounds.`], `part-${at}.txt`));
          document.querySelector(".middle").dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
        }"""
    )
    sent = page.get_by_role("region", name="Files sent")
    expect(sent.get_by_role("heading", name=re.compile("of 1,000 files done"))).to_be_visible()
    assert sent.get_by_role("listitem").count() < 60
    expect(sent.get_by_role("heading", name="1,000 files", exact=True)).to_be_visible(timeout=180_000)
    expect(sent.get_by_text("10 can be quoted, 990 not taken in")).to_be_visible()
    picture(page, "documents-thousand-light")
    sent.get_by_role("button", name=re.compile("^Not taken in")).click()
    expect(sent.get_by_text("part-1.txt", exact=True)).to_be_visible()
    sent.get_by_role("button", name="Clear what is through").click()
    expect(sent).not_to_be_visible()

"""The new client wizard: an address, files dropped, what is refused and why, leaving and coming back, and a chat at its end."""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from retinue.cli.sites import Example, example_folder, serving

from .conftest import Open, picture, violations
from .living import House
from .test_signing_in import sign_in

SOON, LATER = 30_000, 120_000  # milliseconds; the second for what the server works at
PRICES = "# Prices\n\nA service of the bicycle costs 85 euros. A new chain costs 40 euros.\n"
HOURS = "# Opening hours\n\nThe workshop is open Monday to Friday from 9:00 to 17:30.\n"
# What a file manager hands over, as a page's own script makes it.
DROP = """([names, words]) => {
  const given = new DataTransfer();
  for (const name of names) given.items.add(new File([words + name], name));
  const target = document.querySelector('.drop');
  for (const kind of ['dragenter', 'dragover', 'drop']) target.dispatchEvent(new DragEvent(kind, { dataTransfer: given, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def site() -> Iterator[str]:
    with serving(Example.load(example_folder()).site, 0) as address:
        yield address


def somebody() -> str:
    return f"Bicycles {uuid.uuid4().hex[:6]}"


def test_from_an_address_to_a_chat(house: House, page: Page, site: str) -> None:
    sign_in(page, house)
    page.get_by_label("Your company's address").fill(site)
    page.get_by_role("button", name="Research and build").click()
    expect(page.get_by_label("Address of its website")).to_have_value(site)
    name = somebody()
    page.get_by_label("Name").fill(name)
    picture(page, "new-address-light")
    page.get_by_role("button", name="Research and build").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_text("Claim link, shown here only")).to_be_visible()
    expect(page.get_by_role("progressbar", name="Reading the company")).to_be_visible(timeout=SOON)
    picture(page, "new-reading-light")
    address = page.url
    page.goto(f"{house.url}/board")  # leave, and come back
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.goto(address)
    expect(page.get_by_role("heading", name="What the agent is to do")).to_be_visible(timeout=LATER)
    expect(page.get_by_text("Your turn: read the draft and approve it")).to_be_visible()
    picture(page, "new-draft-light")
    page.get_by_role("button", name="Approve now").click()
    chat = page.get_by_role("region", name=f"Chat with {name}'s agent")
    expect(chat).to_be_visible(timeout=LATER)
    expect(page.get_by_text("Its agent answers")).to_be_visible()
    page.locator("main").press("t")
    expect(chat.get_by_role("textbox")).to_be_focused()
    page.keyboard.type("What are your opening hours?")
    page.keyboard.press("Enter")
    expect(chat.locator(".said .agent").last).to_contain_text("open", timeout=LATER)
    chat.get_by_role("button", name=re.compile("Source 1")).first.click()
    expect(chat.locator(".source mark")).to_be_visible()
    picture(page, "new-live-light")
    (client,) = house.operator.get("/clients", name=name)["items"]
    assert client["website"].rstrip("/") == site.rstrip("/")


def test_files_by_the_keyboard_alone_and_the_same_name_again_updates(house: House, page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "workshop"
    folder.mkdir()
    (folder / "prices.md").write_text(PRICES)
    (folder / "logo.png").write_bytes(b"\x89PNG")
    sign_in(page, house)
    expect(page.get_by_role("heading", name="Now make it yours")).to_be_visible()
    name = somebody()
    for turn in (1, 2):
        page.locator("main").press("c")
        expect(page).to_have_url(re.compile("/new$"))
        expect(page.get_by_label("Name")).to_be_focused()
        page.keyboard.type(name)
        if turn == 2:
            expect(page.get_by_text("is a client already and is brought up to date")).to_be_visible()
            (folder / "hours.md").write_text(HOURS)
        page.get_by_role("button", name="Folder or files").press("Enter")
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Choose a folder").press("Enter")
        chooser.value.set_files(folder)
        expect(page.get_by_text("Files of the kind .png are not read.")).to_be_visible()
        page.get_by_role("button", name=re.compile("and build")).press("Enter")
        expect(page.get_by_role("button", name="Approve now")).to_be_visible(timeout=LATER)
        page.locator("main").press("a")
        expect(page.get_by_text("Its agent answers")).to_be_visible(timeout=LATER)
    (client,) = house.operator.get("/clients", name=name)["items"]
    staff = house.sign_in(house.credentials["email"], house.credentials["password"], client["client_id"])
    jobs = staff.get("/research/jobs")["items"]
    assert [(job["source"], job["pages"]) for job in jobs] == [("workshop", 2), ("workshop", 1)]


def test_many_dropped_at_once_lose_none(house: House, page: Page) -> None:
    sign_in(page, house)
    page.goto(f"{house.url}/new")
    page.get_by_label("Name").fill(somebody())
    names = [f"page {n:04}.txt" for n in range(1005)] + ["old.doc", "photo.jpg", ".DS_Store", "noending"]
    page.evaluate(DROP, [names, "The workshop repairs bicycles of any make. "])
    expect(page.get_by_text("1,000 files can be read, 9 cannot")).to_be_visible()
    page.get_by_role("button", name="Not read").click()
    expect(page.get_by_text("Save it as .docx and drop it again.")).to_be_visible()
    expect(page.get_by_text("1,000 files are read together at most.").first).to_be_visible()
    assert page.locator("[data-index]").count() < 60  # only what is seen is drawn
    picture(page, "new-dropped-light")

    page.get_by_role("button", name="Clear").click()
    sent = names[:40]
    page.evaluate(DROP, [sent, "The workshop repairs bicycles of any make. "])
    lost = {"page 0003.txt": 99, "page 0007.txt": 1}  # one that never arrives, one that arrives at the second try

    def weather(route: Route) -> None:
        for name, times in lost.items():
            if name.encode() in (route.request.post_data_buffer or b"") and times > 0:
                lost[name] -= 1
                return route.abort()
        route.continue_()

    page.clock.install()  # the waits between tries need not be waited for
    page.route("**/api/v1/research/files", weather)
    page.get_by_role("button", name="Read 40 files and build").click()
    alert = page.get_by_role("alert").filter(has_text="did not arrive")
    for _ in range(60):
        page.clock.fast_forward(5000)
        if alert.is_visible():
            break
        page.wait_for_load_state("networkidle")
    expect(alert).to_contain_text("1 file did not arrive.")
    page.get_by_role("button", name="Not taken").click()
    expect(page.get_by_text("page 0003.txt")).to_be_visible()
    picture(page, "new-lost-light")
    lost.clear()
    page.clock.resume()
    page.get_by_role("button", name="Send them again").click()
    expect(page.get_by_text("40 pages read")).to_be_visible(timeout=LATER)


def test_what_cannot_be_read_says_why_and_what_next(house: House, page: Page) -> None:
    sign_in(page, house)
    page.goto(f"{house.url}/new?address=http://127.0.0.1:1/")
    page.get_by_label("Name").fill(somebody())
    page.get_by_role("button", name="Research and build").click()
    step = page.get_by_role("listitem").filter(has_text="Read the company, failed")
    expect(step).to_be_visible(timeout=LATER)
    expect(step.locator("p.bad")).not_to_be_empty()
    picture(page, "new-failed-light")
    page.get_by_role("link", name="Try another source").click()
    expect(page.get_by_label("Name")).to_be_disabled()
    page.get_by_role("button", name="Folder or files").click()
    expect(page.get_by_role("button", name="Choose files")).to_be_visible()


def test_what_was_typed_survives_a_reload(house: House, page: Page) -> None:
    sign_in(page, house)
    page.goto(f"{house.url}/new")
    page.get_by_label("Name").fill("Half a name")
    page.get_by_label("Address of its website").fill("https://half.example")
    page.reload()
    expect(page.get_by_label("Name")).to_have_value("Half a name")
    expect(page.get_by_label("Address of its website")).to_have_value("https://half.example")


def test_nothing_stands_in_the_way_of_anybody(house: House, open_context: Open, theme: str) -> None:
    page = sign_in(open_context(theme).new_page(), house)
    page.goto(f"{house.url}/new?from=files")
    expect(page.get_by_role("button", name="Choose files")).to_be_visible()
    page.evaluate(DROP, [["a.txt", "b.png"], "words "])
    expect(page.get_by_text("Pictures are not read")).to_be_visible()
    assert violations(page) == []
    picture(page, f"new-files-{theme}")
    page.goto(f"{house.url}/new?client={house.client_id}")
    expect(page.get_by_text("Its agent answers")).to_be_visible(timeout=SOON)
    assert violations(page) == []
    page.set_viewport_size({"width": 800, "height": 900})
    page.get_by_role("button", name="What was read").click()
    assert violations(page) == []
    picture(page, f"new-narrow-{theme}")

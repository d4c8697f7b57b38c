"""The chat on a page of a client's own, as visitors meet it."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from playwright.sync_api import Page, expect

from .conftest import Open, picture, violations
from .living import House
from .sites import Site, shop
from .widgets import KNOWN, UNKNOWN, Visit, client_with, line, new_key, stored

MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script> javascript:alert(3) & <b>bold</b>"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with shop() as site:
        yield site


@pytest.fixture(scope="module")
def key(house: House) -> str:
    return str(new_key(house.owner)["key"])


@pytest.fixture
def visit(house: House, site: Site, key: str, page: Page) -> Visit:
    """On a page of another address than the house's, with the panel open."""
    return Visit.to(page, site.page(line(house, key))).open()


def test_a_question_is_asked_and_answered_by_keyboard_alone(house: House, site: Site, key: str, page: Page):
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
    visit = Visit.to(page, site.page(line(house, key)))
    expect(visit.launcher).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(visit.box).to_be_focused()
    page.keyboard.type(KNOWN)
    page.keyboard.press("Enter")
    sources = page.locator("summary")
    expect(sources).to_have_text(re.compile("Where it says so"))
    assert any('"type":"delta"' in frame for frame in frames), "the answer came in pieces"
    for _ in range(2):
        page.keyboard.press("Shift+Tab")
    expect(sources).to_be_focused()
    page.keyboard.press("Enter")
    quote = page.locator("q")
    expect(quote).to_be_visible()
    assert quote.inner_text() in visit.texts()[-1] or "7.00" in quote.inner_text()
    assert page.locator("details a").get_attribute("rel") == "noopener noreferrer"
    said = visit.in_shadow("root => root.querySelector('[aria-live]').textContent")
    assert "Automated assistant: " in said and "7.00" in said
    for _ in range(12):  # round and round: the focus stays in the panel
        page.keyboard.press("Tab")
        assert visit.in_shadow("root => root.querySelector('.panel').contains(root.activeElement)")
    page.keyboard.press("Escape")
    expect(visit.panel).to_be_hidden()
    expect(visit.launcher).to_be_focused()


def test_what_anybody_writes_is_text(house: House, visit: Visit):
    visit.page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    visit.ask(MARKUP)
    assert visit.texts()[1] == MARKUP
    path = f"/chat/conversations/{visit.conversation}"
    house.owner.post(f"{path}/take")
    house.owner.post(f"{path}/reply", {"content": f"{MARKUP} see https://tarnbrook.example/prices, or write to a@tarnbrook.example."})
    theirs = visit.page.locator(".person .bubble")
    expect(theirs).to_contain_text(MARKUP)
    assert theirs.locator("img, script, b").count() == 0
    assert [a.get_attribute("href") for a in theirs.locator("a").all()] == [
        "https://tarnbrook.example/prices",
        "mailto:a@tarnbrook.example",
    ]


def test_a_reload_goes_on_where_it_was(house: House, visit: Visit):
    visit.ask(KNOWN)
    before, conversation = visit.texts(), visit.conversation
    visit.page.reload()
    expect(visit.bubbles).to_have_count(3)
    assert (visit.texts(), visit.conversation) == (before, conversation)
    visit.ask(UNKNOWN)
    assert [m["role"] for m in stored(house.owner, conversation)] == ["assistant", "visitor", "assistant", "visitor", "assistant"]
    expect(visit.page.get_by_role("button", name="Talk to a person")).to_be_visible()


def test_without_a_network_a_message_waits_and_goes_out_once(house: House, visit: Visit):
    visit.ask(KNOWN)
    visit.page.context.set_offline(True)
    expect(visit.page.get_by_role("status")).to_contain_text("No connection")
    visit.say("When can I bring a scale?")
    visit.say("Do you sell second-hand scales?")
    expect(visit.page.locator(".sent")).to_have_count(2)
    expect(visit.page.locator(".sent small").first).to_contain_text("Kept")
    visit.page.context.set_offline(False)
    expect(visit.page.get_by_role("status")).to_be_hidden()
    expect(visit.page.locator(".sent")).to_have_count(0)
    expect(visit.page.locator(".assistant[data-position]")).to_have_count(4, timeout=60_000)
    said = [m["content"] for m in stored(house.owner, visit.conversation) if m["role"] == "visitor"]
    assert said == [KNOWN, "When can I bring a scale?", "Do you sell second-hand scales?"]
    assert visit.page.locator(".visitor").all_inner_texts() == [f"You\n{text}" for text in said]


def test_a_message_written_before_a_reload_without_network_is_not_lost(house: House, visit: Visit):
    visit.ask(KNOWN)
    conversation = visit.conversation
    visit.page.evaluate(
        """id => { const [key, kept] = Object.entries(localStorage).find(([k]) => k.startsWith('retinue:'));
        localStorage.setItem(key, JSON.stringify({...JSON.parse(kept), pending: [{id, text: 'Do you repair scales?'}]})) }""",
        "kept-1",
    )
    visit.page.reload()
    expect(visit.page.locator(".visitor")).to_have_count(2)
    expect(visit.page.locator(".assistant[data-position]")).to_have_count(3)
    visit.page.reload()
    expect(visit.page.locator(".visitor")).to_have_count(2)
    assert [m["client_message_id"] for m in stored(house.owner, conversation) if m["role"] == "visitor"][1] == "kept-1"


def test_where_no_web_socket_passes_requests_do(house: House, site: Site, key: str, page: Page):
    page.add_init_script("const Own = WebSocket; window.WebSocket = function () { return new Own('ws://127.0.0.1:1/') };"
                         "Object.assign(window.WebSocket, {OPEN: 1, CLOSING: 2})")  # fmt: skip
    visit = Visit.to(page, site.page(line(house, key))).open()
    visit.say(KNOWN)
    expect(page.locator("summary")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("status")).to_be_hidden()
    visit.ask(UNKNOWN)
    messages = stored(house.owner, visit.conversation)
    assert [m["role"] for m in messages] == ["assistant", "visitor", "assistant", "visitor", "assistant"]
    expect(visit.bubbles).to_have_count(5)


def test_a_person_who_takes_over_is_seen_at_once(house: House, visit: Visit):
    visit.ask(UNKNOWN)
    path = f"/chat/conversations/{visit.conversation}"
    began = time.perf_counter()
    house.owner.post(f"{path}/take")
    expect(visit.page.get_by_text("A person has joined this chat.").first).to_be_visible(timeout=1000)
    assert time.perf_counter() - began < 1.5
    house.owner.post(f"{path}/typing", {"status": True})
    expect(visit.page.get_by_text("A person is writing")).to_be_visible()
    house.owner.post(f"{path}/reply", {"content": "This is Ann. No, only in Leith."})
    expect(visit.page.locator(".person .bubble").last).to_have_text("This is Ann. No, only in Leith.")
    expect(visit.page.get_by_text("A person is writing")).to_be_hidden()
    visit.say("Thank you, Ann")
    expect(visit.page.locator(".sent")).to_have_count(0)
    picture(visit.page, "widget-taken-light")
    house.owner.post(f"{path}/return")
    expect(visit.page.get_by_text("The assistant answers again.").first).to_be_visible()
    visit.page.keyboard.press("Escape")
    house.owner.post(f"{path}/take")
    house.owner.post(f"{path}/reply", {"content": "One more thing."})
    expect(visit.page.get_by_role("button", name="Open chat (1)")).to_be_visible()


def test_a_chat_that_ended_can_be_begun_again(house: House, visit: Visit):
    visit.ask(KNOWN)
    first = visit.conversation
    house.owner.post(f"/chat/conversations/{first}/end")
    visit.page.get_by_role("button", name="Start a new chat").click()
    expect(visit.bubbles).to_have_count(1)
    visit.ask(KNOWN)
    assert visit.conversation != first


def test_a_file_goes_to_people_and_one_that_is_not_good_says_why(house: House, visit: Visit):
    choose = visit.page.locator("input[type=file]")
    choose.set_input_files({"name": "certificate.csv", "mimeType": "text/csv", "buffer": b"scale,due\nBench 4,2026-08-01\n"})
    expect(visit.bubbles.nth(1)).to_have_text("certificate.csv")
    expect(visit.bubbles.nth(2)).to_contain_text("does not read files")
    (message,) = [m for m in stored(house.owner, visit.conversation) if m["attachments"]]
    path = f"/chat/conversations/{visit.conversation}/files/{message['attachments'][0]['attachment_id']}"
    assert house.owner.send("GET", path) == b"scale,due\nBench 4,2026-08-01\n"
    choose.set_input_files({"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"MZ\x00\x01\x02" * 50})
    expect(visit.page.locator(".system .bubble").last).to_contain_text("letter.pdf promises a PDF")
    choose.set_input_files({"name": "film.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-" + b"0" * 10_000_001})
    expect(visit.page.locator(".system .bubble").last).to_contain_text("larger than 10 MB")
    assert len(stored(house.owner, visit.conversation)) == 3
    visit.page.get_by_role("button", name="Talk to a person").click()
    expect(visit.page.locator(".assistant[data-position]")).to_have_count(2)


def test_who_is_asked_first_says_so_before_the_chat(house: House, site: Site, open_context: Open, theme: str):
    staff = client_with(
        house, f"Asking {theme}", pre_chat={"fields": [{"name": "name", "required": False}, {"name": "email"}]}, accent="#ffd400"
    )
    visit = Visit.to(open_context(theme, width=1100, height=760).new_page(), site.page(line(house, new_key(staff)["key"]))).open()
    page = visit.page
    expect(page.get_by_role("textbox", name=re.compile("^Name"))).to_be_focused()
    page.get_by_role("button", name="Start the chat").click()
    email = page.get_by_role("textbox", name="Email address")
    expect(email).to_be_focused()
    expect(email).to_have_accessible_description("Please fill this in.")
    email.fill("ann@buyer")
    email.press("Enter")
    expect(email).to_have_accessible_description(re.compile("not a whole email address"))
    picture(page, f"widget-asking-{theme}")
    assert violations(page) == []
    assert staff.get("/chat/conversations")["items"] == []
    email.fill("ann@buyer.example")
    page.get_by_role("textbox", name=re.compile("^Name")).fill("Ann Lee")
    email.press("Enter")
    expect(visit.box).to_be_focused()
    page.get_by_role("button", name="Are you open?").click()
    expect(page.locator(".assistant[data-position]")).to_have_count(2)
    assert page.get_by_role("button", name="Are you open?").count() == 0
    (conversation,) = staff.get("/chat/conversations")["items"]
    assert (conversation["visitor_name"], conversation["identified"]) == ("Ann Lee", False)
    assert violations(page) == []


def test_outside_hours_people_can_be_left_an_address(house: House, site: Site, page: Page):
    later = DAYS[(datetime.now(UTC).weekday() + 3) % 7]
    hours = {"timezone": "UTC", "openings": [{"days": [later], "opens": "09:00", "closes": "17:00"}]}
    staff = client_with(house, "Away", business_hours=hours)
    visit = Visit.to(page, site.page(line(house, new_key(staff)["key"]))).open()
    away = page.locator(".away")
    expect(away).to_have_text(re.compile(r"Our people are back on \w+day at 09:00\. The assistant answers now\."))
    page.get_by_role("button", name="Leave your address").click()
    picture(page, "widget-away-light")
    page.get_by_role("textbox", name="Email address").fill("ann@buyer.example")
    away.get_by_role("button", name="Send").click()
    expect(away).to_have_text("Thank you. Somebody will get back to you.")
    (conversation,) = staff.get("/chat/conversations")["items"]
    assert (conversation["status"], conversation["callback"]) == ("waiting", True)
    visit.ask("Are you open?")


def test_a_signed_visitor_is_known_and_another_is_not_taken_for_them(house: House, site: Site, open_context: Open):
    made, other = new_key(house.owner), new_key(house.owner)

    def signed(secret: str = made["identity_secret"], **claims: object) -> str:
        usual = {"sub": "c-17", "name": "Nora Fields", "email": "nora@fields.example", "exp": datetime.now(UTC) + timedelta(hours=1)}
        return jwt.encode(usual | claims, secret, "HS256")

    page = open_context().new_page()
    visit = Visit.to(page, site.page(line(house, made["key"], identity=signed()))).open()
    visit.ask(KNOWN)
    seen = house.owner.get(f"/chat/conversations/{visit.conversation}")
    assert (seen["identified"], seen["visitor_name"]) == (True, "Nora Fields")
    page.evaluate("token => Retinue.identify(token)", signed(sub="c-18", name="Tom"))  # somebody else signs in on this device
    expect(visit.bubbles).to_have_count(1)
    page.evaluate("token => Retinue.identify(token)", signed())
    expect(visit.bubbles).to_have_count(3)
    assert visit.warnings == []
    for token, reason in (
        (signed(exp=datetime.now(UTC) - timedelta(hours=1)), "has expired"),
        (signed(secret="x" * 40), "not signed with the secret"),
        (signed(secret=other["identity_secret"]), "not signed with the secret"),
    ):
        stranger = Visit.to(open_context().new_page(), site.page(line(house, made["key"], identity=token))).open()
        stranger.ask(KNOWN)
        assert not house.owner.get(f"/chat/conversations/{stranger.conversation}")["identified"]
        (warning,) = stranger.warnings
        assert reason in warning and "goes on without it" in warning

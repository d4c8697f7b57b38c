"""The inbox: finding who waits, reading what was said and why, taking over, answering with drafts, and what survives when the server dies."""

import re
import uuid
from typing import Any

from playwright.sync_api import Page, expect

from .conftest import Open, picture, violations
from .living import WIRE, House
from .test_signing_in import sign_in

HOURS = "When are you open on Saturdays?"
HOSTILE = '<img src=x onerror="window.broken=1"><script>window.broken=1</script> **bold** &amp; <b>tag</b>'


class Visit:
    """A visitor of the example company who talks over HTTP."""

    def __init__(self, house: House, name: str | None = None, channel: str = "chat") -> None:
        contact = {"contact": {"name": name, "email": f"{uuid.uuid4().hex[:8]}@visitors.example"}} if name else {}
        started = house.owner.post("/chat/conversations", {"channel": channel, **contact})
        self.house, self.id, self.token = house, started["conversation_id"], started["visitor_token"]
        self.path = f"/chat/conversations/{self.id}"

    def say(self, content: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": uuid.uuid4().hex}
        answer = WIRE.post(f"{self.house.url}/api/v1{self.path}/messages", json={"content": content}, headers=headers)
        assert answer.is_success, answer.text
        said: dict[str, Any] = answer.json()
        return said

    def messages(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.house.owner.get(f"{self.path}/messages", limit=200)["items"]
        return items

    @property
    def page(self) -> str:
        return f"{self.house.url}/inbox/{self.house.client_id}/{self.id}"


def name() -> str:
    return f"Lena {uuid.uuid4().hex[:6].capitalize()}"


def opened(page: Page, visit: Visit) -> Page:
    sign_in(page, visit.house)
    page.goto(visit.page)
    expect(thread(page)).to_be_visible()
    return page


def thread(page: Page) -> Any:
    return page.get_by_role("log", name=re.compile("Conversation with"))


def test_a_conversation_is_found_read_and_explained(house: House, page: Page) -> None:
    who = name()
    visit = Visit(house, who)
    answer = visit.say(HOURS)
    sign_in(page, house)
    page.goto(f"{house.url}/inbox")
    expect(page.get_by_role("heading", name="Inbox")).to_be_attached()
    page.get_by_placeholder("Find a name, address or word").fill(who)
    page.get_by_role("link", name=re.compile(who)).click()
    expect(page).to_have_url(re.compile(visit.id))
    bubble = thread(page).get_by_role("article", name="Agent").last
    expect(bubble).to_contain_text("Rules")
    expect(bubble).to_contain_text("config v1")
    expect(bubble.get_by_role("img", name=re.compile("confidence"))).to_be_visible()
    side = page.get_by_role("complementary", name="Contact and reasons")
    for step in ("Policy in", "Understood", "Found", "Each claim", "Answered"):
        expect(side.get_by_text(step, exact=True)).to_be_visible()
    expect(side.get_by_role("heading", name=who)).to_be_visible()
    citation = answer["citations"][0]
    bubble.get_by_role("button", name=re.compile("^Open ")).first.click()
    drawer = page.get_by_role("dialog", name="Document")
    expect(drawer.locator("mark").first).to_be_visible()
    assert citation["quote"].split("\n")[0][:20] in drawer.locator("mark").first.inner_text() + citation["quote"]
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_taking_over_answering_and_handing_back_by_keyboard_alone(house: House, page: Page) -> None:
    visit = Visit(house, name())
    visit.say(HOURS)
    opened(page, visit)
    page.keyboard.press("h")
    expect(page.get_by_text("You are answering")).to_be_visible()
    field = page.get_by_role("textbox", name="Your reply")
    expect(field).to_be_focused()
    page.keyboard.type("It is Devi here.")
    page.keyboard.press("Control+Enter")
    expect(thread(page).get_by_role("article", name="You").get_by_text("It is Devi here.")).to_be_visible()
    expect(field).to_have_value("")
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    expect(page.get_by_placeholder("The agent is answering.")).to_be_attached()
    expect(thread(page)).to_contain_text("You handed back")
    assert [m["role"] for m in visit.messages()][-1] == "person"
    page.keyboard.press("r")


def test_a_draft_is_used_and_edited_and_shows_whose_words_are_whose(house: House, page: Page) -> None:
    visit = Visit(house, name())
    visit.say(HOURS)
    opened(page, visit)
    page.keyboard.press("h")
    first = page.get_by_role("button", name=re.compile("^Use suggestion 1"))
    expect(first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    field = page.get_by_role("textbox", name="Your reply, begun from a draft")
    expect(field).to_be_focused()
    words = field.locator("em").all_inner_texts()
    page.keyboard.type(" I will write to you.")
    expect(field.locator("b.edit")).to_contain_text("I will write to you.")
    assert field.locator("em").all_inner_texts() == words
    picture(page, "inbox-draft-light")
    page.keyboard.press("Control+z")
    page.keyboard.type("!")
    page.reload()
    kept = page.get_by_role("textbox", name="Your reply, begun from a draft")
    expect(kept.locator("b.edit")).to_contain_text("I will write to you!")
    kept.focus()
    page.keyboard.press("Control+Enter")
    expect(thread(page).get_by_role("article", name="You")).to_contain_text("I will write to you!")
    assert visit.messages()[-1]["content"].endswith("I will write to you!")


def test_notes_stay_among_colleagues(house: House, page: Page) -> None:
    visit = Visit(house, name())
    visit.say(HOURS)
    opened(page, visit)
    page.get_by_role("button", name="Note", exact=True).click()
    page.get_by_role("textbox", name="A note for colleagues").fill("Asked twice for an invoice.")
    page.keyboard.press("Control+Enter")
    expect(thread(page).get_by_role("note")).to_contain_text("Asked twice for an invoice.")
    assert len(visit.messages()) == 3


def test_two_browsers_see_a_takeover_at_once(house: House, open_context: Open) -> None:
    visit = Visit(house, name())
    visit.say("I want to talk to a real person")
    email, password = house.owner.person("member", name="Robin Colleague")
    mine, theirs = open_context().new_page(), open_context().new_page()
    opened(mine, visit)
    theirs.goto(f"{house.url}/sign-in")
    theirs.get_by_label("E-mail").fill(email)
    theirs.locator("input[type=password]").fill(password)
    theirs.keyboard.press("Enter")
    expect(theirs.get_by_role("navigation", name="Main")).to_be_visible()
    theirs.goto(visit.page)
    expect(theirs.get_by_role("button", name=re.compile("^Take over")).first).to_be_visible()
    expect(mine.get_by_text(re.compile("Waits|Call back")).first).to_be_visible()
    mine.keyboard.press("h")
    expect(mine.get_by_text("You are answering")).to_be_visible()
    expect(theirs.get_by_placeholder(re.compile("^(?!The agent).* is answering"))).to_be_attached(timeout=5000)
    expect(theirs.get_by_role("button", name=re.compile("Take over")).first).to_have_attribute("aria-disabled", "true")
    mine.get_by_role("textbox", name="Your reply").fill("Hello from the first browser")
    mine.keyboard.press("Control+Enter")
    expect(thread(theirs).get_by_text("Hello from the first browser")).to_be_visible(timeout=5000)
    mine.keyboard.press("Escape")
    mine.keyboard.press("h")
    expect(theirs.get_by_role("button", name=re.compile("Take over")).first).not_to_have_attribute("aria-disabled", "true", timeout=5000)


def test_what_a_visitor_writes_is_shown_as_text(house: House, page: Page) -> None:
    visit = Visit(house, name())
    house.owner.post(f"{visit.path}/take")  # else the agent's answer is what the list shows
    visit.say(HOSTILE)
    opened(page, visit)
    expect(thread(page).get_by_role("article").nth(1)).to_contain_text('<img src=x onerror="window.broken=1">')
    expect(page.get_by_role("link", name=re.compile(re.escape("<img src=x"))).first).to_be_visible()
    assert page.evaluate("window.broken") is None
    assert thread(page).locator("img, script").count() == 0


def test_the_server_dies_and_comes_back_under_an_open_page(house: House, page: Page) -> None:
    visit = Visit(house, name())
    visit.say(HOURS)
    opened(page, visit)
    page.keyboard.press("h")
    expect(thread(page)).to_contain_text("You took over")
    field = page.get_by_role("textbox", name="Your reply")
    house.kill()
    try:
        field.fill("Written while the server was gone")
        page.keyboard.press("Control+Enter")
        expect(thread(page).get_by_text("Not sent.")).to_be_visible()
        field.fill("And this is only a draft")
    finally:
        house.start()
    sent = thread(page).get_by_text("Written while the server was gone")
    expect(thread(page).get_by_role("article", name="You").get_by_text("Written while the server was gone")).to_be_visible(timeout=30_000)
    expect(thread(page).get_by_text("Not sent.")).to_have_count(0)
    expect(sent).to_have_count(1)
    expect(field).to_have_value("And this is only a draft")
    page.reload()
    expect(sent).to_have_count(1)
    expect(field).to_have_value("And this is only a draft")
    assert [m["content"] for m in visit.messages()].count("Written while the server was gone") == 1
    visit.say("Are you still there?")
    expect(thread(page).get_by_text("Are you still there?")).to_be_visible()


def test_older_messages_come_above_without_a_jump(house: House, page: Page) -> None:
    visit = Visit(house, name())
    house.owner.post(f"{visit.path}/take")
    for at in range(70):
        house.owner.post(f"{visit.path}/reply", {"content": f"Message number {at}"})
    opened(page, visit)
    expect(thread(page).get_by_text("Message number 69")).to_be_in_viewport()
    expect(thread(page).get_by_text("Message number 5", exact=True)).to_have_count(0)
    before = thread(page).evaluate("box => { box.scrollTop = 450; return 1 }")
    assert before
    anchor = thread(page).get_by_text("Message number 24", exact=True)
    at = anchor.bounding_box()
    thread(page).evaluate("box => { box.scrollTop = 380 }")
    expect(thread(page).get_by_text("Message number 0", exact=True)).to_be_attached()
    after = anchor.bounding_box()
    assert at and after and abs((after["y"] - at["y"]) - 70) < 4, (at, after)


def test_a_visitor_is_corrected_and_forgotten(house: House, page: Page) -> None:
    visit = Visit(house, name())
    visit.say(HOURS)
    opened(page, visit)
    page.get_by_role("button", name="Edit").click()
    form = page.get_by_role("form", name="Edit the contact")
    form.get_by_label("Name").fill("Lena Hartwig-Moss")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Lena Hartwig-Moss").first).to_be_visible()
    page.get_by_role("button", name="Forget", exact=True).click()
    dialog = page.get_by_role("dialog", name=re.compile("Forget Lena"))
    expect(dialog).to_contain_text("cannot be undone")
    picture(page, "inbox-forget-light")
    dialog.get_by_role("button", name="Forget for good").click()
    expect(thread(page).get_by_text("(erased)").first).to_be_visible()
    expect(page.get_by_placeholder("This conversation has ended.")).to_be_attached()
    assert all(m["content"] == "" for m in visit.messages())


def test_a_viewer_reads_and_is_told_what_they_may_not(house: House, page: Page) -> None:
    visit = Visit(house, name())
    visit.say(HOURS)
    email, password = house.owner.person("viewer")
    page.goto(f"{house.url}/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.locator("input[type=password]").fill(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.goto(visit.page)
    expect(thread(page)).to_contain_text(HOURS)
    take = page.get_by_role("button", name=re.compile("Take over")).first
    expect(take).to_have_attribute("aria-disabled", "true")
    take.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("conversations:take")


def test_it_looks_right(house: House, open_context: Open, theme: str) -> None:
    visit = Visit(house, "Lena Hartwig")
    Visit(house, "Otto Reyes", "sms").say("I want to talk to a real person")
    Visit(house, None, "whatsapp").say("hello")
    visit.say(HOURS)
    visit.say("Do you sell aquariums for tropical fish?")
    page = open_context(theme).new_page()
    opened(page, visit)
    expect(page.get_by_role("complementary", name="Contact and reasons").get_by_text("Answered", exact=True)).to_be_visible()
    assert violations(page) == []
    picture(page, f"inbox-{theme}")
    page.keyboard.press("h")
    expect(page.get_by_text("You are answering")).to_be_visible()
    page.get_by_role("textbox", name="Your reply").fill("Hello Lena, Devi here. We do not sell them, but I know who does.")
    page.keyboard.press("Control+Enter")
    visit.say("What does delivery cost?")
    expect(
        page.get_by_role("button", name=re.compile("^Use suggestion 1")).or_(page.get_by_text("Nothing in the documents"))
    ).to_be_visible()
    assert violations(page) == []
    picture(page, f"inbox-taken-{theme}")
    page.goto(f"{house.url}/inbox?box=waiting")
    expect(page.get_by_text("Choose a conversation.")).to_be_visible()
    assert violations(page) == []
    picture(page, f"inbox-waiting-{theme}")
    page.get_by_placeholder("Find a name, address or word").fill("nobody is called this")
    expect(page.get_by_text("No conversation fits.")).to_be_visible()
    assert violations(page) == []
    picture(page, f"inbox-empty-{theme}")
    message = visit.messages()[2]["message_id"]
    page.goto(f"{visit.page}?inspect=answer/{house.client_id}/{message}/{visit.id}")
    expect(page.get_by_role("dialog", name="Why this answer").get_by_text("What was done for it")).to_be_visible()
    assert violations(page) == []
    picture(page, f"inbox-why-{theme}")
    for width in (1024, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(visit.page)
        expect(thread(page)).to_contain_text(HOURS)
        assert violations(page) == []
        picture(page, f"inbox-{width}-{theme}")


def test_a_thousand_conversations_are_walked_by_keyboard(house: House, page: Page) -> None:
    many = 120
    for _ in range(many):
        Visit(house)
    sign_in(page, house)
    page.goto(f"{house.url}/inbox")
    rows = page.get_by_role("list", name="Conversations").get_by_role("listitem")
    expect(rows.first).to_be_visible()
    assert rows.count() < 60  # only what is seen is drawn
    page.locator("#main").press("j")
    expect(page).to_have_url(re.compile("/inbox/[0-9a-f-]+/[0-9a-f-]+"))
    first = page.url
    page.locator("#main").press("j")
    expect(page).not_to_have_url(first)
    page.locator("#main").press("k")
    expect(page).to_have_url(first)
    page.get_by_role("list", name="Conversations").get_by_role("link").first.focus()
    page.keyboard.press("End")
    expect(rows.last).to_have_attribute("aria-posinset", re.compile(r"\d{3}|\d{2}"))

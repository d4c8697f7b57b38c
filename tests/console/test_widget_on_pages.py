"""The chat among what pages do to it: their rules, their policies, their size; and a server that dies under it."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from .conftest import Open, picture, violations
from .living import House
from .sites import Site, shop
from .widgets import KNOWN, UNKNOWN, Visit, line, new_key, stored

LOOKS = """root => Object.fromEntries(['.r', '.launch', '.launch svg', '.panel', 'header', 'h2', '.who', '.icon', '.list', '.assistant',
  '.assistant .bubble', '.by', '.write', 'textarea', '.go'].map(name => {
    const made = root.querySelector(name), style = getComputedStyle(made), box = made.getBoundingClientRect();
    return [name, {box: [box.x, box.y, box.width, box.height],
      ...Object.fromEntries([...style].filter(p => !p.startsWith('--')).map(p => [p, style.getPropertyValue(p)]))}] }))"""
SMALL = """root => [...root.querySelectorAll('button, summary, details a, input:not([type=file]), textarea')].filter(e => e.checkVisibility())
  .map(e => [e.className || e.tagName, e.getBoundingClientRect()]).filter(([, b]) => b.width < 24 || b.height < 24).map(([n, b]) => [n, b.width, b.height])"""
RULES = """<style>*, *::before { all: unset !important; color: red !important; font: 44px fantasy !important } body { transform: scale(.5); filter: blur(2px) }
  button { display: none !important } html { font-size: 44px !important; direction: rtl; letter-spacing: 9px; line-height: 3; text-transform: uppercase }
  retinue-chat, body ~ * { display: none !important; opacity: 0 !important; transform: translate(500px) !important; visibility: hidden !important;
  position: absolute !important; z-index: -1 !important; --accent: red !important; --text: red !important; contain: strict !important }</style>"""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with shop() as site:
        yield site


@pytest.fixture(scope="module")
def key(house: House) -> str:
    return str(new_key(house.owner)["key"])


def test_it_looks_the_same_whatever_the_page_says(house: House, site: Site, key: str, open_context: Open):
    looks = []
    for head in ("", RULES):
        visit = Visit.to(open_context(reduced_motion="reduce").new_page(), site.page(line(house, key), head=head)).open()
        expect(visit.bubbles).to_have_count(1)
        visit.page.mouse.move(5, 5)
        looks.append(visit.in_shadow(LOOKS))
    plain, spoiled = looks
    for name, look in plain.items():
        assert len(look) > 200
        changed = {p: (look[p], spoiled[name][p]) for p in look if look[p] != spoiled[name][p]}
        assert changed == {}, name


def test_a_strict_policy_has_nothing_to_report(house: House, site: Site, key: str, page: Page):
    policy = (
        f"default-src 'none'; script-src {house.url}; connect-src {house.url} {house.url.replace('http', 'ws')}; img-src 'self'; base-uri 'none';"
        " require-trusted-types-for 'script'; trusted-types 'none'"
    )
    page.add_init_script(
        "window.reported = []; addEventListener('securitypolicyviolation', e => reported.push(e.violatedDirective + ' ' + e.blockedURI))"
    )
    visit = Visit.to(page, site.page(line(house, key), Content_Security_Policy=policy)).open()
    visit.ask(KNOWN)
    page.locator("summary").click()
    visit.ask("a line\n" * 8)
    expect(visit.panel).to_have_css("border-top-left-radius", "12px")
    assert page.evaluate("reported") == []
    assert page.evaluate("() => { const s = document.createElement('style'); document.head.append(s); s.textContent = 'b{}'; return 1 }")
    page.wait_for_function("reported.length")  # and it does report what breaks it


def test_the_preview_shows_it_under_a_policy_of_its_own(house: House, key: str, open_context: Open, theme: str):
    page = open_context(theme, width=1100, height=760).new_page()
    page.add_init_script("window.reported = []; addEventListener('securitypolicyviolation', e => reported.push(e.violatedDirective))")
    for more in ("", "&hostile=1"):
        visit = Visit.to(page, f"{house.url}/widget/preview?key={key}&open=1{more}")
        expect(visit.panel).to_be_visible()
        expect(visit.box).to_be_enabled()
        assert page.evaluate("reported") == []
    assert page.goto(f"{house.url}/widget/preview?key=%22%3E%3Cscript%3E").status == 422


def test_a_screen_reader_finds_no_fault(house: House, key: str, open_context: Open, theme: str):
    page = open_context(theme, width=1100, height=760).new_page()
    visit = Visit.to(page, f"{house.url}/widget/preview?key={key}")
    expect(visit.launcher).to_be_visible()
    assert violations(page) == []
    picture(page, f"widget-closed-{theme}")
    visit.open()
    visit.ask(KNOWN)
    page.locator("summary").click()
    picture(page, f"widget-answer-{theme}")
    visit.ask(UNKNOWN)
    assert violations(page) == []
    assert visit.in_shadow(SMALL) == []
    picture(page, f"widget-unknown-{theme}")


def test_a_phone_has_the_whole_of_it(house: House, site: Site, key: str, open_context: Open, theme: str):
    page = open_context(theme, width=320, height=568, has_touch=True).new_page()
    visit = Visit.to(page, site.page(line(house, key)))
    visit.launcher.tap()
    expect(visit.panel).to_be_visible()
    visit.ask(KNOWN)
    assert visit.panel.bounding_box() == {"x": 0, "y": 0, "width": 320, "height": 568}
    assert visit.in_shadow("root => root.querySelector('.body').scrollWidth <= 320")
    expect(visit.launcher).to_be_hidden()
    picture(page, f"widget-phone-{theme}")
    page.get_by_role("button", name="Close chat").tap()
    expect(visit.launcher).to_be_visible()


def test_cards_and_buttons_are_shown_and_lead_to_the_web_alone(house: House, site: Site, key: str, page: Page):
    cards = [
        {"title": "Bench scale", "text": "To 30 kg.", "url": "https://tarnbrook.example/bench", "image": None, "buttons": [{"label": "Ask about it", "value": KNOWN}]},
        {"title": "<b>Trap</b>", "text": "", "url": "javascript:alert(1)", "image": "javascript:alert(2)", "buttons": []},
    ]  # fmt: skip

    def between(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(text: str | bytes) -> None:
            frame = json.loads(text)
            if frame.get("position") == 1 and frame["type"] == "message":
                frame["rich_content"] = {"cards": cards}
            socket.send(json.dumps(frame))

        server.on_message(pass_on)

    page.route_web_socket("**/api/v1/chat/ws/**", between)
    visit = Visit.to(page, site.page(line(house, key))).open()
    visit.say(KNOWN)
    expect(page.locator("summary")).to_be_visible()
    page.reload()
    shown = page.locator("article")
    expect(shown).to_have_count(2)
    assert [a.get_attribute("href") for a in shown.locator("a").all()] == ["https://tarnbrook.example/bench"]
    assert shown.locator("img").count() == 0
    expect(shown.nth(1)).to_have_text("<b>Trap</b>")
    page.get_by_role("button", name="Ask about it").click()
    expect(page.locator(".visitor")).to_have_count(2)


def test_a_wrong_key_or_page_leaves_the_page_alone_and_says_what_to_do(house: House, site: Site, open_context: Open):
    elsewhere = new_key(house.owner, "https://shop.example")["key"]
    here = new_key(house.owner, site.address)["key"]
    for end, says in (
        (line(house, "rtn_pub_mistyped"), "no widget key like this one"),
        (line(house, elsewhere), "may not be used on pages of"),
        (f'<script src="{house.url}/widget.js"></script>', "no data-key"),
    ):
        page = open_context().new_page()
        visit = Visit(page)
        with page.expect_console_message(lambda said: said.type == "warning") as said:
            page.goto(site.page(end))
        assert says in said.value.text
        assert page.locator("retinue-chat").count() == 0 and page.get_by_role("heading", name="A shop").is_visible()
    visit = Visit.to(open_context().new_page(), site.page(line(house, here))).open()
    visit.ask(KNOWN)


@pytest.mark.slow
def test_a_server_that_dies_under_an_open_page_loses_and_doubles_nothing(house: House, site: Site, key: str, page: Page):
    visit = Visit.to(page, site.page(line(house, key))).open()
    visit.ask(KNOWN)
    house.kill()
    visit.say("Do you repair scales?")
    visit.say("Where are you?")
    expect(page.get_by_role("status")).to_contain_text("No connection")
    expect(page.locator(".sent")).to_have_count(2)
    house.start()
    expect(page.locator(".sent")).to_have_count(0, timeout=40_000)
    expect(page.locator(".assistant[data-position]")).to_have_count(
        4, timeout=90_000
    )  # an answer that died with the server is asked again after its lease
    messages = stored(house.owner, visit.conversation)
    said = [m["content"] for m in messages if m["role"] == "visitor"]
    assert said == [KNOWN, "Do you repair scales?", "Where are you?"]
    assert len(messages) == 7
    assert visit.texts() == [m["content"] for m in messages]
    visit.say("Are you open on Mondays?")
    house.kill()  # whatever had become of it by then
    house.start()
    expect(page.locator(".assistant[data-position]")).to_have_count(5, timeout=100_000)
    messages = stored(house.owner, visit.conversation)
    assert [m["content"] for m in messages if m["role"] == "visitor"].count("Are you open on Mondays?") == 1
    assert visit.texts() == [m["content"] for m in messages]

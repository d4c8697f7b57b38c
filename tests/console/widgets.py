"""The widget on a page, as a visitor uses it, and a client of one's own to change its settings for."""

import html
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page, expect

from .living import House, Staff

KNOWN, UNKNOWN = "What are your opening hours?", "Do you have a weighbridge in Buenos Aires?"


def line(house: House, key: str, **data: str) -> str:
    """The line to paste."""
    more = "".join(f' data-{name}="{html.escape(value)}"' for name, value in data.items())
    return f'<script src="{house.url}/widget.js" data-key="{key}"{more} async></script>'


def new_key(staff: Staff, *origins: str) -> dict[str, Any]:
    made: dict[str, Any] = staff.post("/widget-keys", {"name": "a shop", "origins": list(origins)})
    return made


def client_with(house: House, name: str, **widget: Any) -> Staff:
    """Another client, whose agent knows nothing, with a widget like this."""
    made = house.operator.post("/clients", {"name": name})
    staff = Staff(house.url, house.operator.token, made["client_id"])
    body = {
        "config_metadata": {"product_type": "chatbot", "languages": ["en"], "client_name": name},
        "system_prompt": {"role": "assistant", "instructions": "Answer from the library."},
        "suggested_questions": ["Are you open?"],
        "llm_config": {"provider": "openai", "model": "balanced"},
        "tools_available": [{"tool_name": "search_knowledge", "status": "implemented"}],
        "widget": widget,
    }
    version = staff.post("/configurations", {"body": body})
    staff.post(f"/configurations/{version['config_id']}/deploy", {"version": 1})
    return staff


@dataclass
class Visit:
    """`warnings`: what the widget says in the console."""

    page: Page
    warnings: list[str] = field(default_factory=list)

    @classmethod
    def to(cls, page: Page, address: str) -> "Visit":
        visit = cls(page)
        page.on("console", lambda said: visit.warnings.append(said.text) if said.type == "warning" else None)
        page.goto(address)
        return visit

    @property
    def launcher(self) -> Locator:
        return self.page.locator(".launch")

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name="Write a message")

    @property
    def bubbles(self) -> Locator:
        """Of messages that the server has, without the greeting."""
        return self.page.locator(".list > [data-position] .bubble")

    def open(self) -> "Visit":
        """Until it greets, or asks who is there."""
        self.launcher.click()
        expect(self.page.locator(".list > [data-position], .body > .ask").first).to_be_visible()
        return self

    def say(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")

    def ask(self, text: str) -> None:
        """Until it is answered."""
        before = self.page.locator(".assistant[data-position]").count()
        self.say(text)
        expect(self.page.locator(".assistant[data-position]")).to_have_count(before + 1)

    def texts(self) -> list[str]:
        return self.bubbles.all_inner_texts()

    @property
    def conversation(self) -> str:
        kept: str = self.page.evaluate("JSON.parse(Object.entries(localStorage).find(([k]) => k.startsWith('retinue:'))[1]).id")
        return kept

    def in_shadow(self, script: str) -> Any:
        """`script` is a function of the shadow root."""
        return self.page.evaluate(f"({script})(document.querySelector('retinue-chat').shadowRoot)")


def stored(staff: Staff, conversation: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = staff.get(f"/chat/conversations/{conversation}/messages", limit=200)["items"]
    return items

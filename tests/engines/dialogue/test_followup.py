"""Questions that lean on the one before, and those that stand alone."""

import pytest

from retinue.engines.dialogue.followup import resolve
from retinue.engines.dialogue.phrases import small_talk, without_opener


@pytest.mark.parametrize(
    ("topic", "text", "full"),
    [
        ("What are your opening hours on Saturday?", "and on Sundays?", "on Sundays opening hours?"),
        ("How much does a bench scale calibration cost?", "and a floor scale?", "How much calibration cost a floor scale?"),
        ("What is the Gold contract?", "what does it cost?", "what does it cost Gold contract?"),
        ("How much is delivery?", "And to Scotland?", "How much delivery to Scotland?"),
        ("Can I return an item?", "how long do I have?", "how long do I have return item?"),
        ("Can I return an item?", "is there a fee?", "is there a fee return item?"),
        ("Do you accept Delta Dental?", "And Cigna?", "Cigna accept?"),
        ("Do you have parking?", "Is it possible to pay by card?", "Is it possible to pay by card?"),
        ("Do you have parking?", "What is the delivery time for spare parts?", "What is the delivery time for spare parts?"),
        ("Do you have parking?", "What are your prices?", "What are your prices?"),
        ("", "and on Sundays?", "and on Sundays?"),
    ],
)
def test_resolved(topic: str, text: str, full: str) -> None:
    assert resolve(text, topic) == full


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Hi!", "hello"), ("hello, thanks", "thanks"), ("Thanks, that's all!", "thanks"), ("Are you a robot?", "robot"), ("No.", "no"),
     ("yes please", "yes"), ("Hi, do you calibrate?", None), ("", None), ("great, and what does it cost", None)],
)  # fmt: skip
def test_small_talk(text: str, kind: str | None) -> None:
    assert small_talk(text) == kind


def test_the_greeting_before_a_question_is_left_out() -> None:
    assert without_opener("Hi there, do you calibrate?") == "do you calibrate?"
    assert without_opener("Hello") == "Hello"

import re

from retinue.services.requirements.draft import ProfileClaims, SourcedClaim
from retinue.services.requirements.tasks import draft, draft_by_rules, with_known_sources


def fact(id: str, field: str, value: str, quote: str = "", confidence: float = 0.8) -> SourcedClaim:
    return SourcedClaim(id=id, field=field, value=value, quote=quote or value, confidence=confidence)


CANOES = ProfileClaims(
    company="Alder Reach Canoes",
    claims=[
        fact("c1", "description", "We hire out canoes on the Great Ouse and teach beginners to paddle."),
        fact("c2", "founded", "2008"),
        fact("c3", "product_or_service", "Canoe hire"),
        fact("c4", "product_or_service", "Guided trips"),
        fact("c5", "customer_segment", "School groups and companies"),
        fact("c6", "tool_seen", "Calendly (booking)"),
        fact("c7", "opportunity", "Take the request in the chat, at any hour. “Please call us to book.”", "Please call us to book."),
        fact("c8", "opportunity", "Take the request in the chat, at any hour. “Ring for groups.”", "Ring for groups."),
        fact("c9", "opening_hours", "Mon–Sat 9–6", "We are open Mon–Sat 9–6, and the river is on the left of the road with the mill."),
        fact("c10", "social_profile", "Instagram: https://www.instagram.com/alderreach"),
        fact("c11", "predicted_volume", "About 1,300 calls a month (estimate)"),
    ],
)
EMPTY = ProfileClaims(company="Nobody Knows Ltd")


def items(model: object) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []

    def walk(value: object) -> None:
        if isinstance(value, dict):
            if "text" in value and "source_claims" in value:
                found.append((value["text"], value["source_claims"]))
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(model)
    return found


def test_every_item_names_claims_that_exist() -> None:
    known = {claim.id for claim in CANOES.claims}
    for _, sources in items(draft_by_rules(CANOES).model_dump()):
        assert set(sources) <= known


def test_every_sentence_is_one() -> None:
    for profile in (CANOES, EMPTY):
        for text, _ in items(draft_by_rules(profile).model_dump()):
            assert re.fullmatch(r"[A-Z“].*[.?”]", text, re.DOTALL), text
            assert "  " not in text
            assert ".." not in text
            assert "None" not in text


def test_facts_become_requirements() -> None:
    result = draft_by_rules(CANOES)
    assert "“We hire out canoes on the Great Ouse and teach beginners to paddle.”" in result.business_summary.text
    assert result.business_summary.source_claims == ["c1", "c2", "c5", "c3", "c4"]
    assert [(goal.text, goal.source_claims) for goal in result.goals] == [("Take the request in the chat, at any hour.", ["c7", "c8"])]
    assert [channel.channel for channel in result.channels] == ["website_chat", "instagram"]
    assert [topic.name for topic in result.topics][:2] == ["Products and services", "Opening hours"]
    assert {"name", "email", "phone", "company_name", "preferred_time"} <= {datum.field for datum in result.data_to_capture}
    assert [(action.name, action.system) for action in result.actions] == [("book_appointment", "Calendly")]
    assert [language.tag for language in result.languages] == ["en"]


def test_what_is_unknown_is_asked_and_what_is_known_is_not() -> None:
    asked = {question.about for question in draft_by_rules(CANOES).open_questions}
    assert {"price", "phone", "email", "pain_point", "escalation"} <= asked
    assert not asked & {"opening_hours", "product_or_service", "customer_segment"}
    nothing = draft_by_rules(EMPTY)
    assert {"opening_hours", "predicted_volume", "price", "languages"} <= {question.about for question in nothing.open_questions}
    assert nothing.topics == []
    assert nothing.goals == []
    assert nothing.languages == []


def test_the_more_is_known_the_surer_the_task() -> None:
    assert draft.rules is not None
    known, unknown = draft.rules(CANOES), draft.rules(EMPTY)
    assert known.confidence > unknown.confidence  # type: ignore[union-attr]
    assert draft.name == "requirements.draft"


def test_sources_that_a_model_invents_are_dropped() -> None:
    result = draft_by_rules(CANOES)
    result.goals[0].source_claims.append("c999")
    assert "c999" not in str(with_known_sources(result, CANOES).model_dump())
    assert with_known_sources(result, CANOES).goals[0].source_claims == ["c7", "c8"]

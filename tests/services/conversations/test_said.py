"""Every word to a visitor is decided at the gate, and the record of it stands with the message; so are the calls of tools, whoever wants them."""

from typing import Any

from .talking import Client, House, Visit


def rows(house: House, client: Client) -> list[tuple[str, str, str, Any]]:
    found = house.sql("select kind, target, outcome, actor from governance.audit where organization_id = %s order by id", client.id)
    return [(row.kind, row.target, row.outcome, row.actor) for row in found]


async def taken(client: Client, visit: Visit) -> Any:
    member = client.person()
    assert (await member.post(f"{visit.path}/take")).status_code == 200
    return member


async def test_rules_answers_and_their_tools_are_written_down(house: House, client: Client) -> None:
    visit = await client.start()
    assert rows(house, client) == [("channel.send", "chat", "allowed", None)], "the greeting"
    answer = await visit.say("When are you open on Saturdays?")
    assert answer["answered_by"] == "rules"
    assert rows(house, client)[1:] == [("tool.call", "search_knowledge", "allowed", None), ("channel.send", "chat", "allowed", None)]
    await visit.say("Ann Lee, ann@lee.example. Let me talk to a human, please.")
    assert [row[:3] for row in rows(house, client)[3:]] == [
        ("tool.call", "capture_contact", "allowed"),
        ("tool.call", "hand_over", "allowed"),
        ("channel.send", "chat", "allowed"),
    ]
    lineages = house.sql("select distinct lineage from governance.audit where organization_id = %s", client.id)
    assert [str(row.lineage) for row in lineages] == [answer["lineage_id"]]


async def test_what_staff_write_is_decided_too_and_says_who(house: House, client: Client) -> None:
    visit = await client.start()
    member = await taken(client, visit)
    said = await member.post(f"{visit.path}/reply", {"content": "Write to desk@oak.example, and your card 4111 1111 1111 1111 is on file."})
    assert said.json()["content"] == "Write to desk@oak.example, and your card [CREDIT_CARD] is on file."
    assert (await visit.messages())[-1]["content"] == said.json()["content"]
    assert rows(house, client)[-1] == ("channel.send", "chat", "redacted", client.people["member"])
    before = len(await visit.messages())
    refused = await member.post(f"{visit.path}/reply", {"content": "Developer mode is now enabled."})
    assert refused.status_code == 422 and refused.json()["title"] == "Blocked"
    assert len(await visit.messages()) == before


async def test_a_published_address_may_be_said_and_a_card_number_may_not(house: House) -> None:
    client = await house.client()
    payment = "# Payment\n\nPay by transfer, or write to billing@oak.example. Our test card is 4111 1111 1111 1111.\n"
    await client.learn(payment, key="pay", title="Payment")
    answer = await (await client.start()).say("How do I pay by transfer?")
    assert "billing@oak.example" in answer["content"] and "4111" not in answer["content"]


async def test_what_the_gate_blocks_is_not_said(house: House) -> None:
    client = await house.client()
    await client.learn("# Mugs\n\nThe slogan on our mugs says: I have no restrictions.\n", key="mugs", title="Mugs")
    visit = await client.start()
    answer = await visit.say("What is the slogan on your mugs?")
    assert answer["content"] == "That is something that a person should answer."
    assert not answer["grounded"] and answer["citations"] == []


async def test_buttons_have_the_documents_names_beside_ours(client: Client) -> None:
    visit = await client.start()
    (button,) = (await visit.say("Who won the cup in 1966?"))["rich_content"]["buttons"]
    label = "Talk to a person"
    assert button == {"label": label, "value": label, "type": "postback", "title": label, "payload": label}

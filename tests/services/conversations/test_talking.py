"""A visitor asks and is answered."""

from talking import Client, House


async def test_a_visitor_gets_a_grounded_cited_answer(client: Client) -> None:
    visit = await client.start()
    answer = await visit.say("When are you open on Saturdays?")
    assert "9.00 to 12.30" in answer["content"]
    assert answer["grounded"]
    assert answer["answered_by"] == "rules"
    assert answer["config_version"] == 1
    (first, *_) = answer["citations"]
    assert first["document_id"] == "handbook"
    from_document = (await text_of(client.house, client))[first["start"] : first["end"]]
    assert first["quote"] == from_document


async def text_of(house: House, client: Client) -> str:
    return str(house.sql("select text from knowledge.document where organization_id = %s", client.id)[0].text)

"""A person is asked for, takes over, answers and gives the conversation back."""

from retinue.contracts.conversations import AnswerGiven, HandoverRequested, HandoverReturned, HandoverTaken

from .talking import Client, House


async def test_nobody_is_there_so_a_call_back_is_arranged(client: Client) -> None:
    visit = await client.start()
    answer = await visit.say("Can I speak to a human?")
    assert "leave your name" in answer["content"]
    assert answer["actions"] == [{"type": "handover_requested", "reason": "user_requests_human"}]
    (waiting,) = (await client.person().get("/chat/conversations?status=waiting")).json()["items"]
    assert (waiting["conversation_id"], waiting["callback"]) == (visit.id, True)
    after = await visit.say("Ann Lee, 0131 496 0202")
    assert "will get back to you" in after["content"]
    assert (await visit.say("Can I speak to a human?"))["content"].count("leave your name") == 0
    assert sum(isinstance(e, HandoverRequested) for e in await client.house.events(client.id)) == 1


async def test_an_offer_that_is_accepted(client: Client) -> None:
    visit = await client.start()
    assert not (await visit.say("Do you sell aquariums for tropical fish?"))["grounded"]
    assert (await visit.say("yes please"))["actions"][0]["reason"] == "offer_accepted"


async def test_the_agent_goes_on_answering_until_somebody_takes_over_and_is_silent_then(client: Client) -> None:
    agent = client.person("member")
    assert (await agent.post("/chat/presence", {"here": True})).json()["here"]
    visit = await client.start()
    assert "asked a person to take over" in (await visit.say("I want to talk to a real person"))["content"]
    assert "9.00 to 12.30" in (await visit.say("When are you open on Saturdays?"))["content"]
    assert (await agent.post(f"{visit.path}/reply", {"content": "Hello"})).status_code == 409
    taken = await agent.post(f"{visit.path}/take")
    assert taken.json()["status"] == "taken"
    silence = await visit.say("When are you open on Saturdays?")
    assert (silence["message_id"], silence["content"], silence["answered_by"]) == (None, "", "person")
    assert (await client.person("admin").post(f"{visit.path}/take")).status_code == 409
    assert (await client.person("admin").post(f"{visit.path}/reply", {"content": "Hello"})).status_code == 409
    replied = await agent.post(f"{visit.path}/reply", {"content": "It is Ann here. We can send a van on Friday."})
    assert replied.status_code == 201
    assert replied.json()["answered_by"] == "person"
    returned = await agent.post(f"{visit.path}/return")
    assert returned.json()["status"] == "open"
    assert "£19" in (await visit.say("What does delivery to Scotland cost?"))["content"]
    roles = [m["role"] for m in await visit.messages()]
    assert roles == ["assistant", "visitor", "assistant", "visitor", "assistant", "visitor", "person", "visitor", "assistant"]
    kinds = [type(e) for e in await client.house.events(client.id)]
    assert [kinds.count(k) for k in (HandoverRequested, HandoverTaken, HandoverReturned)] == [1, 1, 1]
    by = [e.answered_by for e in await client.house.events(client.id) if isinstance(e, AnswerGiven)]
    assert by == ["rules", "rules", "person", "rules"]


async def test_what_was_said_with_a_person_is_remembered(house: House, client: Client) -> None:
    visit, agent = await client.start(), client.person("member")
    await agent.post(f"{visit.path}/take")
    await visit.say("My scale is called Bertha.")
    await agent.post(f"{visit.path}/reply", {"content": "Thank you."})
    await agent.post(f"{visit.path}/return")
    await visit.say("When are you open on Saturdays?")
    (row,) = house.sql("select body from dialogue.checkpoint order by checkpoint_id desc limit 1")
    assert b"Bertha" in row.body
    assert b"Thank you." in row.body


async def test_who_may_do_what(client: Client) -> None:
    visit = await client.start()
    viewer = client.person("viewer")
    assert (await viewer.get(visit.path)).status_code == 200
    for verb in ("take", "return", "reply", "notes", "end"):
        assert (await viewer.post(f"{visit.path}/{verb}", {"content": "x"})).status_code == 403, verb
    for verb in ("take", "return", "reply", "notes"):
        assert (await visit.visitor.post(f"{visit.path}/{verb}", {"content": "x"})).status_code in (401, 403), verb


async def test_notes_are_for_staff(client: Client) -> None:
    visit, agent = await client.start(), client.person("member")
    written = await agent.post(f"{visit.path}/notes", {"content": "Asked for an invoice twice."})
    assert written.status_code == 201
    assert [n["content"] for n in (await agent.get(f"{visit.path}/notes")).json()["items"]] == ["Asked for an invoice twice."]
    assert (await visit.visitor.get(f"{visit.path}/notes")).status_code == 403


async def test_lists_page_filter_and_search(client: Client) -> None:
    visits = [await client.start() for _ in range(3)]
    for visit, text in zip(visits, ("What about 100% cotton_bags?", "hello", "Where is my pallet?"), strict=True):
        await visit.say(text)
    await visits[1].visitor.post(f"{visits[1].path}/end")
    agent = client.person()

    async def found(query: str) -> list[str]:
        return [c["conversation_id"] for c in (await agent.get(f"/chat/conversations?{query}")).json()["items"]]

    first = (await agent.get("/chat/conversations?limit=2")).json()
    rest = (await agent.get(f"/chat/conversations?limit=2&cursor={first['next_cursor']}")).json()
    assert [c["conversation_id"] for c in first["items"] + rest["items"]] == [v.id for v in (visits[2], visits[1], visits[0])]
    assert rest["next_cursor"] is None
    assert await found("status=ended") == [visits[1].id]
    assert await found("search=pallet") == [visits[2].id]
    assert await found("search=100%25%20cotton_b") == [visits[0].id]
    assert await found("search=cotton%25bags") == []


async def test_an_ended_conversation_takes_no_message(client: Client) -> None:
    visit = await client.start()
    assert (await visit.visitor.post(f"{visit.path}/end")).json()["status"] == "ended"
    assert (await visit.visitor.post(f"{visit.path}/end")).status_code == 200
    assert (await visit.visitor.post(f"{visit.path}/messages", {"content": "hello"})).status_code == 409

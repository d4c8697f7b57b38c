"""What strangers with a widget's public key can spend: their own little, and nothing of the client's."""

from retinue.kernel.limits import Limiter

from .talking import Caller, Client, Visit
from .test_socket import chat


def limited(client: Client, per_minute: int = 100, *, per_visitor: int = 100, per_stranger: int = 100) -> None:
    process = client.house.process
    process.provide(Limiter, Limiter(per_minute, process.database.clock, per_visitor=per_visitor, per_stranger=per_stranger))


async def test_a_stranger_spends_nothing_of_the_owners(client: Client) -> None:
    limited(client, 5, per_stranger=5)
    stranger, other = Caller(client.house, client.widget_key()), Caller(client.house, client.widget_key())
    answers = [(await stranger.get("/chat/conversations/missing")).status_code for _ in range(8)]
    assert answers.count(429) == 3
    key = stranger.token
    assert (await client.house.http.get(f"/api/v1/chat/widget?key={key}")).status_code == 429, "the widget's settings are of the same key"
    assert (await other.get("/chat/conversations/missing")).status_code != 429, "another key of the same client"
    owner, member = client.person("owner"), client.person("member")
    assert (await owner.get("/chat/conversations")).status_code == 200
    for _ in range(8):
        await owner.get("/chat/conversations")
    assert (await owner.get("/chat/conversations")).status_code == 429
    assert (await member.get("/chat/conversations")).status_code == 200, "colleagues have their own"


async def test_few_conversations_begin_from_one_address(client: Client) -> None:
    limited(client)
    stranger = Caller(client.house, client.widget_key())
    answers = [await stranger.post("/chat/conversations", {}) for _ in range(12)]
    assert [each.status_code for each in answers] == [201] * 10 + [429] * 2
    assert answers[-1].headers["retry-after"] == "7" or int(answers[-1].headers["retry-after"]) < 7
    assert (await client.person("member").post("/chat/conversations", {})).status_code == 201
    visit = Visit(Caller(client.house, answers[0].json()["visitor_token"]), answers[0].json())
    await visit.say("When are you open on Saturdays?")


async def test_what_a_socket_says_counts_as_what_is_posted(client: Client) -> None:
    limited(client, per_visitor=6)
    visit, another = await client.start(), await client.start()
    async with chat(client, visit) as socket:
        await socket.until("message")
        for _ in range(5):
            await socket.send(type="ping")
            await socket.until("pong")
        await socket.send(type="ping")
        assert (await socket.until("error"))[-1]["status"] == 429
    assert (await visit.visitor.get(visit.path)).status_code == 429
    assert (await another.visitor.get(another.path)).status_code == 200

"""What a client's own pages ask for: the widget's settings, who the visitor is, files, and that somebody types."""

import asyncio
import io
import os
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import jwt
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from retinue.contracts.conversations import ContactCaptured, HandoverRequested
from retinue.kernel.clock import StoppedClock
from retinue.kernel.files import Files
from retinue.kernel.jobs import Job
from retinue.kernel.security import Signer, identity_secret
from retinue.services.conversations import attachments, turns
from retinue.services.conversations.colours import contrast, pair, rgb
from retinue.services.conversations.erasure import forget
from retinue.services.conversations.hours import Attendance, attendance
from retinue.services.conversations.jobs import remove_files, sweep_files
from retinue.services.conversations.settings import ConversationsSettings

from .talking import Caller, Client, House, Visit
from .test_socket import chat

LONDON = {"timezone": "Europe/London", "openings": [{"days": ["mon", "tue", "wed", "thu", "fri"], "opens": "08:00", "closes": "17:00"}]}
PRE_CHAT = {"fields": [{"name": "name", "required": False}, {"name": "email"}]}


async def settings_of(client: Client, key: str, **headers: str) -> httpx.Response:
    return await client.house.http.get("/api/v1/chat/widget", params={"key": key}, headers=headers)


def pdf(text: str = "Certificate 4711") -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(100, 700, text)
    canvas.save()
    return out.getvalue()


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "teal").save(out, "PNG")
    return out.getvalue()


async def send_file(visit: Visit, data: bytes, name: str, **fields: str) -> httpx.Response:
    return await visit.visitor.house.http.post(
        f"/api/v1{visit.path}/files",
        files={"file": (name, data)},
        data=fields,
        headers={"Authorization": f"Bearer {visit.visitor.token}"},
    )


async def test_settings_are_the_deployed_versions(house: House) -> None:
    client = await house.client(
        widget={"title": "Ask us", "position": "left", "theme": "dark", "pre_chat": PRE_CHAT, "accent": "#ffee00", "file_upload": False}
    )
    key = client.widget_key()
    answer = await settings_of(client, key)
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    said = answer.json()
    assert (said["title"], said["position"], said["upload"], said["config_version"]) == ("Ask us", "left", None, 1)
    assert said["theme"] == "dark"
    assert [(f["name"], f["required"]) for f in said["pre_chat"]["fields"]] == [("name", False), ("email", True)]
    assert said["hours"] == {"present": True, "back_at": None, "says": None}
    assert said["words"]["send"] == "Send"
    client.deploy(2, config_metadata={"product_type": "chatbot", "languages": ["de"], "client_name": "Waagen"})
    said = (await settings_of(client, key)).json()
    assert (said["title"], said["config_version"], said["words"]["send"]) == ("Chat mit Waagen", 2, "Senden")
    assert said["upload"]["limit_bytes"] == attachments.FILE_BYTES


async def test_a_wrong_key_and_another_page_are_told_what_to_do(client: Client) -> None:
    for wrong in ("rtn_pub_nothing", "x", client.person().token[:200]):
        answer = await settings_of(client, wrong)
        assert answer.status_code == 401 and "api-keys" in answer.json()["next"], answer.text
    key = client.widget_key("https://shop.example", "https://*.mall.example")
    for origin in ("https://shop.example", "https://a.mall.example", "https://a.b.mall.example", client.house.url):
        assert (await settings_of(client, key, Origin=origin)).status_code == 200, origin
    for origin in ("http://shop.example", "https://shop.example.evil.example", "https://mall.example", "https://evilmall.example", "null"):
        answer = await settings_of(client, key, Origin=origin)
        assert answer.status_code == 403 and "origins" in answer.json()["next"], origin
    assert (await settings_of(client, key)).status_code == 403
    assert (await settings_of(client, key, **{"Sec-Fetch-Site": "same-origin"})).status_code == 200
    start = "/chat/conversations"
    assert (await Caller(client.house, key).post(start, {}, Origin="https://other.example")).status_code == 403
    assert (await Caller(client.house, key).post(start, {}, Origin="https://shop.example")).status_code == 201


def test_people_are_back_when_their_own_clock_says_so() -> None:
    friday = datetime(2026, 3, 27, 16, 30, tzinfo=UTC)  # London still has winter time; it ends on Sunday the 29th
    assert attendance(LONDON, friday) == Attendance(True)
    back = attendance(LONDON, friday + timedelta(minutes=30)).back_at
    assert back is not None and back.astimezone(UTC) == datetime(2026, 3, 30, 7, tzinfo=UTC) and back.hour == 8
    away = LONDON | {"closed_on": ["2026-03-30"]}
    assert str(attendance(away, friday + timedelta(hours=2)).back_at) == "2026-03-31 08:00:00+01:00"
    night = {
        "timezone": "America/New_York",
        "openings": [{"days": ["fri"], "opens": "18:00", "closes": "24:00"}, {"days": ["sat"], "opens": "00:00", "closes": "02:00"}],
    }
    assert attendance(night, datetime(2026, 3, 28, 4, 30, tzinfo=UTC)).present
    assert not attendance(night, datetime(2026, 3, 28, 6, 0, tzinfo=UTC)).present
    assert attendance({"timezone": "UTC", "openings": []}, friday) == Attendance(False, None)


@pytest.mark.parametrize(
    ("hours_later", "says"),
    [
        (0, None),
        (2, "Our people are back on Monday at 08:00."),
        (40, "Our people are back tomorrow at 08:00."),
        (60, "Our people are back today at 08:00."),
    ],
)
async def test_the_hours_are_said_in_words(house: House, hours_later: int, says: str | None) -> None:
    clock = StoppedClock(datetime(2026, 1, 16, 15, 30, tzinfo=UTC))  # a Friday
    clock.move(timedelta(hours=hours_later))
    client = await house.client(widget={"business_hours": LONDON})
    key = client.widget_key()
    house.process.database.clock = clock
    said = (await settings_of(client, key)).json()["hours"]
    assert (said["says"] or "").startswith(says or "") and said["present"] == (says is None)


@pytest.mark.parametrize("accent", ["#ffffff", "#000000", "#ffee00", "#0b6878", "#7f7f7f", "#ff0000", "#00ff00", "#0000ff", None])
@pytest.mark.parametrize(("theme", "ground"), [("light", "#ffffff"), ("dark", "#172124")])
def test_any_accent_becomes_legible(accent: str | None, theme: str, ground: str) -> None:
    made = pair(accent, theme)
    assert contrast(rgb(made.accent), rgb(ground)) >= 4.5
    assert contrast(rgb(made.accent), rgb(made.on_accent)) >= 4.5
    if accent == "#0b6878" and theme == "light":
        assert made.accent == accent


async def test_what_the_chat_asks_for_first_is_asked_for(house: House) -> None:
    client = await house.client(widget={"pre_chat": PRE_CHAT})
    visitor = Caller(house, client.widget_key())
    refused = await visitor.post("/chat/conversations", {"contact": {"name": "Ann"}})
    assert refused.status_code == 422 and "email" in refused.json()["detail"]
    assert house.sql("select count(*) as n from conversations.conversation")[0].n == 0
    started = await visitor.post("/chat/conversations", {"contact": {"name": "Ann", "email": "ann@buyer.example"}})
    assert started.status_code == 201
    (told,) = [e for e in await house.events(client.id) if isinstance(e, ContactCaptured)]
    assert (told.name, told.email) == ("Ann", "ann@buyer.example")
    assert (await client.person().post("/chat/conversations", {})).status_code == 201, "only the widget asks"


def signed(client: Client, key: str, **claims: Any) -> str:
    usual = {"sub": "customer-17", "name": "Nora Fields", "email": "nora@fields.example", "exp": datetime.now(UTC) + timedelta(hours=1)}
    kept = {name: value for name, value in (usual | claims).items() if value is not None}
    return jwt.encode(kept, identity_secret(client.house.process.get(Signer), key), "HS256")


async def test_a_signed_visitor_is_a_known_contact(house: House) -> None:
    client = await house.client(widget={"pre_chat": PRE_CHAT})
    key = client.widget_key()
    visitor = Caller(house, key)
    contacts = set()
    for email in ("nora@fields.example", "nora@new.example"):
        started = await visitor.post("/chat/conversations", {"identity": signed(client, key, email=email)})
        assert started.status_code == 201, started.text
        seen = (await client.person().get(f"/chat/conversations/{started.json()['conversation_id']}")).json()
        assert seen["identified"] and seen["visitor_name"] == "Nora Fields"
        contacts.add(seen["contact_id"])
    assert len(contacts) == 1, "one account is one contact, whatever its address"
    plain = await visitor.post("/chat/conversations", {"contact": {"email": "somebody@else.example"}})
    assert not (await client.person().get(f"/chat/conversations/{plain.json()['conversation_id']}")).json()["identified"]


async def test_an_identity_that_is_not_good_is_refused_and_says_why(house: House, client: Client) -> None:
    house.process.provide(ConversationsSettings, ConversationsSettings(starts_per_minute=100))
    key, other = client.widget_key(), client.widget_key()
    none = jwt.encode({"sub": "x", "exp": 4_000_000_000}, "", "none")
    public = jwt.encode({"sub": "x", "exp": 4_000_000_000}, key.ljust(32, "."), "HS256")
    for token, title in (
        (signed(client, other), "IdentityForged"),
        (none, "IdentityForged"),
        (public, "IdentityForged"),
        ("nonsense", "IdentityForged"),
        (signed(client, key)[:-3] + "abc", "IdentityForged"),
        (signed(client, key, exp=datetime.now(UTC) - timedelta(minutes=2)), "IdentityExpired"),
        (signed(client, key, exp=None), "IdentityUnclear"),
        (signed(client, key, sub=None), "IdentityUnclear"),
        (signed(client, key, sub="x" * 300), "IdentityUnclear"),
        (signed(client, key, email="no address"), "IdentityUnclear"),
        (signed(client, key, name=["a"]), "IdentityUnclear"),
    ):
        answer = await Caller(house, key).post("/chat/conversations", {"identity": token})
        assert (answer.status_code, answer.json()["title"]) == (422, title), answer.text
        assert answer.json()["next"]
    assert (await client.person().post("/chat/conversations", {"identity": signed(client, key)})).json()["title"] == "IdentityUnclear"
    assert (
        await Caller(house, key).post(
            "/chat/conversations", {"identity": signed(client, key, exp=datetime.now(UTC) - timedelta(seconds=30))}
        )
    ).status_code == 201


async def test_a_file_is_kept_for_people(house: House, client: Client) -> None:
    visit, data = await client.start(), pdf()
    sent = await send_file(visit, data, "certificate.pdf", content="Is this still valid?", id="f1")
    assert sent.status_code == 201, sent.text
    message = sent.json()
    (attachment,) = message["attachments"]
    assert (attachment["name"], attachment["kind"], attachment["bytes"], message["content"]) == (
        "certificate.pdf",
        "pdf",
        len(data),
        "Is this still valid?",
    )
    again = await send_file(visit, data, "certificate.pdf", content="Is this still valid?", id="f1")
    assert again.json()["message_id"] == message["message_id"]
    messages = await visit.messages()
    assert [m["role"] for m in messages] == ["assistant", "visitor", "system"]
    assert "does not read files" in messages[2]["content"] and messages[2]["rich_content"]["buttons"]
    path = f"{visit.path}/files/{attachment['attachment_id']}"
    for reader in (client.person("viewer"), visit.visitor):
        got = await reader.get(path)
        assert got.status_code == 200 and got.content == data
        assert got.headers["content-disposition"].startswith("attachment") and got.headers["x-content-type-options"] == "nosniff"
    stranger = await client.start()
    assert (await stranger.visitor.get(path)).status_code == 404
    assert (await stranger.visitor.get(f"{stranger.path}/files/{attachment['attachment_id']}")).status_code == 404
    other = await house.client()
    assert (await other.person().get(path)).status_code == 404
    assert "Saturdays" in (await visit.say("And when are you open on Saturdays?"))["content"]


async def test_a_picture_too_and_nothing_that_is_not_what_it_says(client: Client) -> None:
    visit = await client.start()
    assert (await send_file(visit, png(), "photo.png")).json()["attachments"][0]["kind"] == "png"
    for data, name, status in (
        (b"MZ\x90\x00" + b"\x00" * 100, "setup.exe", 415),
        (b"MZ\x90\x00" + b"\x00" * 100, "letter.pdf", 415),
        (png(), "letter.pdf", 415),
        (b"", "empty.txt", 422),
        (b"x" * (attachments.FILE_BYTES + 1), "long.txt", 413),
        (b"x" * (attachments.FILE_BYTES + 200_000), "longer.txt", 413),
    ):
        answer = await send_file(visit, data, name)
        assert answer.status_code == status and answer.json()["next"] and answer.json()["detail"], (name, answer.text)
    nothing = await visit.visitor.house.http.post(
        f"/api/v1{visit.path}/files", data={"content": "x"}, headers={"Authorization": f"Bearer {visit.visitor.token}"}
    )
    assert nothing.status_code == 422
    named = await send_file(visit, png(), "..\\..\\etc/pass\u202ewd.png")
    assert named.json()["attachments"][0]["name"] == "passwd.png"
    assert len(await visit.messages()) == 4, "the notice is given once"


def stored(files: Files) -> set[str]:
    return {path.name for path in files.root.rglob("*") if path.is_file()}


async def test_a_file_that_no_message_came_to_have_is_not_kept(house: House, client: Client) -> None:
    visit, files = await client.start(), attachments.kept(house.process)
    assert (await send_file(visit, png(), "one.png", id="f1")).status_code == 201
    before = stored(files)
    again = await send_file(visit, png(), "one.png", id="f1")
    assert (again.status_code, stored(files)) == (201, before), "the same once more"
    await client.person().post(f"{visit.path}/end")
    assert (await send_file(visit, png(), "two.png")).status_code == 409
    assert (await send_file(Visit(Caller(house, "nonsense"), visit.started), png(), "two.png")).status_code == 401
    assert stored(files) == before


NO = """create function conversations.no() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
create constraint trigger no after insert on conversations.attachment deferrable initially deferred
 for each row execute function conversations.no()"""


async def test_a_commit_that_failed_leaves_its_file_to_the_sweep(house: House, client: Client) -> None:
    """A commit whose answer was lost may have been one: a file that is removed at once might be named by a row."""
    visit, files = await client.start(), attachments.kept(house.process)
    house.sql(NO)
    assert (await send_file(visit, png(), "one.png")).status_code == 500
    assert len(stored(files)) == 1 and house.sql("select count(*) as n from conversations.attachment")[0].n == 0
    for path in files.root.rglob("*/*/*"):
        os.utime(path, (0, 0))
    await sweep_files(house.process)
    assert stored(files) == set()


async def test_what_a_dead_process_left_is_swept_and_nothing_else(house: House, client: Client) -> None:
    visit, files = await client.start(), attachments.kept(house.process)
    await send_file(visit, png(), "held.png")
    held = stored(files)
    left = await files.put(client.id, b"left", alone=True)
    half = files.path(client.id, left).with_suffix(".0badf00d")
    half.write_bytes(b"le")
    await sweep_files(house.process)
    assert stored(files) == held | {left, half.name}, "its message may be on its way"
    for path in files.root.rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))
    await sweep_files(house.process)
    assert stored(files) == held


async def test_a_forgotten_visitors_files_are_gone(house: House, client: Client) -> None:
    first, second = await client.start(), await client.start()
    await send_file(first, pdf("mine"), "mine.pdf")
    await send_file(first, pdf("both"), "both.pdf")
    shared = (await send_file(second, pdf("both"), "both.pdf")).json()["attachments"][0]["attachment_id"]
    files = attachments.kept(house.process)
    assert len(stored(files)) == 3, "each has a name of its own, whatever another holds"
    person = house.sql("select person from conversations.conversation where id = %s", first.id)[0].person
    async with house.process.database.work("conversations", client.id) as work:
        await forget(work, person)
        removing = [job["args"]["names"] for job in work.jobs if job["task"] == "conversations.remove_files"]
        assert len(stored(files)) == 3, "not before the commit"
    await remove_files(Job(house.process, "conversations", client.id, 1), names=removing[0])
    assert len(stored(files)) == 1
    assert house.sql("select count(*) as n from conversations.attachment")[0].n == 1
    assert all(m["attachments"] == [] for m in (await client.person().get(f"{first.path}/messages")).json()["items"])
    assert (await client.person().get(f"{second.path}/files/{shared}")).status_code == 200


async def test_an_address_is_left_for_people_to_write_to(house: House, client: Client) -> None:
    visit = await client.start()
    for bad in ({}, {"name": "Ann", "callback": True}, {"email": "ann"}):
        assert (await visit.visitor.post(f"{visit.path}/contact", bad)).status_code == 422, bad
    left = await visit.visitor.post(f"{visit.path}/contact", {"name": "Ann", "email": "ann@buyer.example", "callback": True})
    assert left.status_code == 200 and (left.json()["status"], left.json()["callback"]) == ("waiting", True)
    told = await house.events(client.id)
    assert [e.reason for e in told if isinstance(e, HandoverRequested)] == ["left_address"]
    assert "9.00 to 12.30" in (await visit.say("When are you open on Saturdays?"))["content"], "the agent still answers"


async def test_who_types_is_told_to_the_other_side_alone(client: Client) -> None:
    visit, person = await client.start(), client.person("member")
    async with chat(client, visit) as visitor, chat(client, visit, token=person.token) as staff:
        greeting = (await visitor.until("message"))[-1]
        assert greeting["status"] == "open"
        await staff.until("message")
        await visitor.send(type="typing")
        assert (await staff.until("typing"))[-1] == {"type": "typing", "status": True, "who": "visitor"}
        assert (await person.post(f"{visit.path}/typing", {"status": True})).status_code == 404, "who has not taken it does not write in it"
        assert (await person.post(f"{visit.path}/take")).status_code == 200
        assert (await visitor.until("status"))[-1] == {"type": "status", "status": "taken"}
        assert (await person.post(f"{visit.path}/typing", {"status": True})).status_code == 204
        assert (await visitor.until("typing"))[-1] == {"type": "typing", "status": True, "who": "person"}
        await person.post(f"{visit.path}/return")
        assert [m["type"] for m in await visitor.until("status")] == ["status"]
        await visitor.send(type="message", content="  ", id="m9")
        assert (await visitor.until("error"))[-1]["id"] == "m9"


async def test_the_script_has_a_lasting_address_and_a_newest_one(house: House) -> None:
    newest = await house.http.get("/widget.js", headers={"Origin": "https://shop.example"})
    assert newest.status_code == 200 and newest.headers["access-control-allow-origin"] == "*"
    assert newest.headers["cache-control"] == "public, max-age=300" and newest.headers["content-type"].startswith("text/javascript")
    assert (await house.http.get("/widget.js", headers={"If-None-Match": newest.headers["etag"]})).status_code == 304
    hash = newest.headers["etag"].strip('"')
    lasting = await house.http.get(f"/widget-{hash}.js")
    assert lasting.content == newest.content and "immutable" in lasting.headers["cache-control"]
    assert (await house.http.get("/widget-0123456789abcdef.js")).status_code == 404


async def test_other_sites_pages_may_ask_what_visitors_ask_and_no_more(client: Client) -> None:
    asked = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    visit = await client.start()
    allowed = await client.house.http.options(f"/api/v1{visit.path}/messages", headers=asked)
    assert allowed.status_code == 200 and allowed.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in allowed.headers
    refused = await client.house.http.options(f"/api/v1{visit.path}/take", headers=asked)
    assert "access-control-allow-origin" not in refused.headers


async def test_a_message_over_http_is_taken_once_under_its_id(client: Client) -> None:
    visit = await client.start()
    first = await visit.visitor.post(f"{visit.path}/messages", {"content": "When are you open?", "id": "h1"}, Idempotency_Key="h1")
    again = await visit.visitor.post(f"{visit.path}/messages", {"content": "When are you open?", "id": "h1"}, Idempotency_Key="h1")
    assert first.status_code == 200 and again.json()["message_id"] == first.json()["message_id"]
    other = await visit.visitor.post(f"{visit.path}/messages", {"content": "When are you open?", "id": "h1"})
    assert (other.status_code, other.json()) == (200, first.json())
    assert [m["client_message_id"] for m in await visit.messages()] == [None, "h1", None]


async def test_the_same_message_many_times_at_once_is_one_message_with_one_answer(client: Client) -> None:
    visit = await client.start()
    body = {"content": "When are you open on Saturdays?", "id": "m1"}
    answers = await asyncio.gather(*(visit.visitor.post(f"{visit.path}/messages", body) for _ in range(6)))
    assert [a.status_code for a in answers] == [200] * 6
    assert len({a.text for a in answers}) == 1
    assert [m["role"] for m in await visit.messages()] == ["assistant", "visitor", "assistant"]
    streamed = await visit.visitor.post(f"{visit.path}/messages", body, Accept="text/event-stream")
    assert "event: message" in streamed.text and answers[0].json()["message_id"] in streamed.text
    later = await visit.visitor.post(f"{visit.path}/messages", body, Prefer="wait=0")
    assert (later.status_code, later.headers["location"]) == (202, f"/api/v1/jobs/{(await visit.messages())[1]['message_id']}")


async def test_a_message_sent_again_to_another_process_waits_for_its_answer(client: Client) -> None:
    """The first one's process holds the turn: here nobody runs it until it is run."""
    house, visit = client.house, await client.start()
    async with house.process.database.work("conversations", client.id) as work:
        input = await turns.receive(house.process, work, UUID(visit.id), "When are you open on Saturdays?", client_message_id="m1")
        ask, _ = await turns.turn.start(house.process, work, input, UUID(visit.id), None)
    again = asyncio.create_task(visit.visitor.post(f"{visit.path}/messages", {"content": "When are you open on Saturdays?", "id": "m1"}))
    body, _ = await turns.turn.run(house.process, client.id, ask, input).task
    answer = await again
    assert (answer.status_code, answer.json()) == (200, body)


async def test_a_message_sent_again_whose_answer_failed_without_words_is_told_so(client: Client) -> None:
    house, visit = client.house, await client.start()
    async with house.process.database.work("conversations", client.id) as work:
        input = await turns.receive(house.process, work, UUID(visit.id), "When are you open on Saturdays?", client_message_id="m1")
        await turns.turn.start(house.process, work, input, UUID(visit.id), None)
    house.sql("update kernel.ask set status = 'failed'")
    async with asyncio.timeout(20):
        answer = await visit.visitor.post(f"{visit.path}/messages", {"content": "When are you open on Saturdays?", "id": "m1"})
    assert (answer.status_code, answer.json()["title"]) == (500, "GivenUp")


async def test_a_file_and_a_message_under_one_id_are_not_two(client: Client) -> None:
    visit = await client.start()
    await visit.say("Hello", Idempotency_Key="a")
    client.house.sql("update conversations.message set client_message_id = 'f1' where role = 'visitor'")
    client.house.sql("delete from kernel.ask")
    answer = await visit.visitor.post(f"{visit.path}/messages", {"content": "Hello", "id": "f1"})
    assert (answer.status_code, answer.json()["title"]) == (409, "SentBefore")

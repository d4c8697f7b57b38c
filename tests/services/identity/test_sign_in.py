"""Signing in, staying signed in, and what ends it."""

import asyncio
from datetime import timedelta

import psycopg
import pytest

from retinue.services.identity.domain.first_start import establish, renew_credentials
from retinue.services.identity.domain.passwords import verify_password
from retinue.services.identity.settings import IdentitySettings


async def test_first_person_signs_in_and_is_known(house, operator):
    me = (await operator.get("/auth/me")).json()
    assert me["organization_id"] == str(house.owner.organization_id)
    assert me["roles"] == ["owner", "platform_engineer", "sales_agent"]
    assert "clients:write" in me["permissions"]
    assert "identity.signed_in.1" in [e.kind for e in await house.events(house.owner.organization_id)]


async def test_two_first_starts_make_one_operator(house, process):
    assert await establish(process.database, IdentitySettings(), "http://retinue") is None


async def test_racing_first_starts_give_credentials_to_one(process):
    made = await asyncio.gather(*(establish(process.database, IdentitySettings(), "http://retinue") for _ in range(4)))
    assert len([m for m in made if m]) == 1


async def test_lost_credentials_are_renewed_and_old_sessions_end(house, operator, process):
    fresh = await renew_credentials(process.database, "http://retinue")
    await house.sign_in(fresh.email, fresh.password)
    assert (await house.at().post("/auth/refresh", json={"refresh_token": operator.refresh_token})).status_code == 401
    old = await house.at().post("/auth/login", json={"email": house.owner.email, "password": house.owner.password})
    assert old.status_code == 401


async def test_email_is_read_whatever_its_case(house):
    await house.sign_in(f"  {house.owner.email.upper()} ", house.owner.password)


async def test_wrong_password_and_unknown_person_look_the_same(house):
    answers = [
        await house.at().post("/auth/login", json={"email": email, "password": "not the password"})
        for email in (house.owner.email, "nobody@example.com")
    ]
    bodies = [{k: v for k, v in a.json().items() if k != "trace_id"} for a in answers]
    assert [a.status_code for a in answers] == [401, 401]
    assert bodies[0] == bodies[1]


async def test_unknown_person_costs_a_real_verification():
    """Counted in processor time of the hash itself: an early answer would be a thousand times faster."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    assert not await verify_password(None, "anything")
    first = loop.time() - started  # makes the hash that nobody has
    started = loop.time()
    assert not await verify_password(None, "anything")
    assert loop.time() - started > 0.005
    assert first > 0.005


async def test_access_token_lasts_an_hour(house, operator):
    house.clock.move(timedelta(minutes=59))
    assert (await operator.get("/auth/me")).status_code == 200
    house.clock.move(timedelta(minutes=2))
    assert (await operator.get("/auth/me")).status_code == 401


async def test_refresh_rotates_and_a_second_use_ends_the_family(house, operator):
    here = house.at()
    fresh = (await here.post("/auth/refresh", json={"refresh_token": operator.refresh_token})).json()
    assert (await house.holder(fresh["access_token"]).get("/auth/me")).status_code == 200
    assert (await here.post("/auth/refresh", json={"refresh_token": operator.refresh_token})).status_code == 401
    assert (await here.post("/auth/refresh", json={"refresh_token": fresh["refresh_token"]})).status_code == 401
    told = [e for e in await house.events(house.owner.organization_id) if e.kind == "identity.sessions_revoked.1"]
    assert [e.reason for e in told] == ["token_reused"]


async def test_a_family_ends_alone(house, operator):
    other = await house.sign_in(house.owner.email, house.owner.password)
    for _ in range(2):
        await house.at().post("/auth/refresh", json={"refresh_token": operator.refresh_token})
    assert (await house.at().post("/auth/refresh", json={"refresh_token": other.refresh_token})).status_code == 200


async def test_of_many_refreshes_at_once_no_token_survives(house, operator):
    answers = await asyncio.gather(*(house.at().post("/auth/refresh", json={"refresh_token": operator.refresh_token}) for _ in range(5)))
    good = [a.json()["refresh_token"] for a in answers if a.status_code == 200]
    assert len(good) == 1
    assert (await house.at().post("/auth/refresh", json={"refresh_token": good[0]})).status_code == 401


async def test_of_two_refreshes_at_the_same_instant_one_counts(house, operator):
    """Both have looked the token up and wait for its row: the second must see that the first has used it."""
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    with psycopg.connect(house.owner_url) as holding:
        holding.execute("select from identity.refresh_token for update")
        asked = [asyncio.create_task(house.at().post("/auth/refresh", json={"refresh_token": operator.refresh_token})) for _ in range(2)]
        async with asyncio.timeout(10):
            while holding.execute(waiting).fetchone() != (2,):
                await asyncio.sleep(0.01)
                holding.execute("select pg_stat_clear_snapshot()")
    assert sorted(answer.status_code for answer in await asyncio.gather(*asked)) == [200, 401]


async def test_refresh_token_ends_after_thirty_days(house, operator):
    house.clock.move(timedelta(days=30))
    assert (await house.at().post("/auth/refresh", json={"refresh_token": operator.refresh_token})).status_code == 401


async def test_logout_ends_the_session_and_says_nothing_of_unknown_tokens(house, operator):
    here = house.at()
    assert (await here.post("/auth/logout", json={"refresh_token": operator.refresh_token})).status_code == 204
    assert (await here.post("/auth/logout", json={"refresh_token": operator.refresh_token})).status_code == 204
    assert (await here.post("/auth/logout", json={"refresh_token": "rtr_unknown"})).status_code == 204
    assert (await here.post("/auth/refresh", json={"refresh_token": operator.refresh_token})).status_code == 401


async def test_eleventh_failure_locks_the_pair_out_even_with_the_right_password(house):
    right = {"email": house.owner.email, "password": house.owner.password}
    wrong = right | {"password": "not the password"}
    answers = await asyncio.gather(*(house.at().post("/auth/login", json=wrong) for _ in range(12)))  # at once: none slips by uncounted
    assert sorted(a.status_code for a in answers) == [401] * 10 + [429] * 2
    locked = await house.at().post("/auth/login", json=right)
    assert locked.status_code == 429
    assert "15 minutes" in locked.json()["next"]
    assert (await house.at("192.0.2.2").post("/auth/login", json=right)).status_code == 200
    house.clock.move(timedelta(minutes=15))
    assert (await house.at().post("/auth/login", json=right)).status_code == 200


async def test_one_network_of_ipv6_counts_as_one_address(house):
    wrong = {"email": house.owner.email, "password": "not the password"}
    statuses = [(await house.at(f"2001:db8::{n}").post("/auth/login", json=wrong)).status_code for n in range(1, 12)]
    assert statuses == [401] * 10 + [429]
    assert (await house.at("2001:db8:0:1::1").post("/auth/login", json=wrong)).status_code == 401


async def test_success_forgives_the_failures_before(house):
    right = {"email": house.owner.email, "password": house.owner.password}
    for _ in range(2):
        for _ in range(6):
            assert (await house.at().post("/auth/login", json=right | {"password": "wrong"})).status_code == 401
        assert (await house.at().post("/auth/login", json=right)).status_code == 200


async def test_one_time_link_signs_in_once_for_ten_minutes(house, operator):
    link = (await operator.post("/auth/one-time")).json()
    assert link["url"].endswith(f"/sign-in#{link['token']}")
    redeemed = await house.at().post("/auth/one-time/redeem", json={"token": link["token"]})
    assert (await house.holder(redeemed.json()["access_token"]).get("/auth/me")).status_code == 200
    assert (await house.at().post("/auth/one-time/redeem", json={"token": link["token"]})).status_code == 401
    late = (await operator.post("/auth/one-time")).json()
    house.clock.move(timedelta(minutes=10))
    assert (await house.at().post("/auth/one-time/redeem", json={"token": late["token"]})).status_code == 401


async def test_one_time_link_is_redeemed_by_one_of_many(house, operator):
    token = (await operator.post("/auth/one-time")).json()["token"]
    answers = await asyncio.gather(*(house.at().post("/auth/one-time/redeem", json={"token": token}) for _ in range(5)))
    assert sorted(a.status_code for a in answers) == [200, 401, 401, 401, 401]


async def test_a_key_cannot_become_a_session(house, operator):
    key = (await operator.post("/api-keys", {"name": "reader", "scopes": ["clients:read"]})).json()["key"]
    assert (await house.holder(key).post("/auth/one-time")).status_code == 403
    changed = await house.holder(key).post("/auth/password", {"current_password": house.owner.password, "new_password": "x" * 12})
    assert changed.status_code == 403


async def test_new_password_ends_all_sessions(house, operator):
    body = {"current_password": house.owner.password, "new_password": "a better password"}
    assert (await operator.post("/auth/password", body | {"current_password": "wrong"})).status_code == 401
    changed = await operator.post("/auth/password", body)
    assert changed.status_code == 204
    assert int(changed.headers["Retinue-Event"]) > 0
    assert (await house.at().post("/auth/refresh", json={"refresh_token": operator.refresh_token})).status_code == 401
    await house.sign_in(house.owner.email, "a better password")


async def test_bad_input_is_refused_without_repeating_it(house):
    for body in (
        {"email": "no address", "password": "secret words"},
        {"email": "a\x00@example.com", "password": "secret words"},
        {"email": "a@example.com", "password": "secret words" * 100},
        {"email": "a@example.com"},
    ):
        assert (await house.at().post("/auth/login", json=body)).status_code == 422
    for token in ("", "x" * 300, "rtr_\x00", "ü"):
        assert (await house.at().post("/auth/refresh", json={"refresh_token": token})).status_code == 422
    for bearer in ("rtn_wrong", "a.b.c", "x"):
        assert (await house.holder(bearer).get("/auth/me")).status_code == 401


async def test_a_pages_refresh_token_is_a_cookie_that_no_script_reads(house):
    here = house.at()
    answer = await here.post("/auth/login", json={"email": house.owner.email, "password": house.owner.password, "cookie": True})
    assert answer.json()["refresh_token"] is None
    said = answer.headers["set-cookie"]
    assert all(part in said for part in ("HttpOnly", "SameSite=Strict", "Path=/api/v1/auth", "Max-Age=2592000"))
    first = here.cookies["retinue_session"]
    fresh = await here.post("/auth/refresh", json={"cookie": True})
    assert fresh.json()["refresh_token"] is None
    assert here.cookies["retinue_session"] != first
    assert (await house.holder(fresh.json()["access_token"]).get("/auth/me")).status_code == 200
    assert (await here.post("/auth/logout", json={"cookie": True})).status_code == 204
    assert "retinue_session" not in here.cookies
    assert (await here.post("/auth/refresh", json={"cookie": True})).status_code == 401


async def signed_in_page(house):
    here = house.at()
    await here.post("/auth/login", json={"email": house.owner.email, "password": house.owner.password, "cookie": True})
    return here, here.cookies["retinue_session"]


async def next_page(house, cookie):
    return await house.at().post("/auth/refresh", json={"cookie": True}, headers={"cookie": f"retinue_session={cookie}"})


async def test_a_page_left_before_its_new_cookie_came_leaves_the_next_page_signed_in_for_ten_seconds(house):
    _, old = await signed_in_page(house)
    assert (await next_page(house, old)).status_code == 200
    house.clock.move(timedelta(seconds=9))
    second = await next_page(house, old)
    assert second.status_code == 200
    assert (await house.at().post("/auth/refresh", json={"refresh_token": old})).status_code == 401  # not a page: a copy, which
    assert (await next_page(house, second.cookies["retinue_session"])).status_code == 401  # ends the family


@pytest.mark.parametrize("signs_out", [False, True], ids=["late", "signed out"])
async def test_a_pages_old_cookie_signs_nobody_in_after_ten_seconds_or_a_sign_out(house, signs_out):
    here, old = await signed_in_page(house)
    assert (await here.post("/auth/refresh", json={"cookie": True})).status_code == 200
    if signs_out:
        await here.post("/auth/logout", json={"cookie": True})
    else:
        house.clock.move(timedelta(seconds=10))
    assert (await next_page(house, old)).status_code == 401


async def test_a_refused_refresh_sets_no_cookie_and_a_secret_in_the_body_comes_first(house, operator):
    here = house.at()
    here.cookies.set("retinue_session", "rtr_of_nobody", domain="retinue")
    refused = await here.post("/auth/refresh", json={"cookie": True})
    assert refused.status_code == 401
    assert "set-cookie" not in refused.headers
    assert (await here.post("/auth/refresh", json={"refresh_token": operator.refresh_token})).status_code == 200
    assert (await house.at().post("/auth/refresh", json={})).status_code == 401

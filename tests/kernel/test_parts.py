"""Parts that need no database: tokens, files, limits, settings."""

import base64
import json
import multiprocessing
import resource
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from starlette.requests import HTTPConnection

from retinue.kernel.clock import StoppedClock
from retinue.kernel.errors import ForeignError, NotFound, Refusal, Unauthorized, foreign
from retinue.kernel.files import DiskFull, Files
from retinue.kernel.ids import uuid7
from retinue.kernel.limits import KEPT_AT_MOST, Limiter, TooManyRequests, address_of
from retinue.kernel.problems import problem
from retinue.kernel.security import Caller, Signer, rotate_key
from retinue.kernel.settings import BrokenSettings, KernelSettings, read_all


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer(tmp_path_factory.mktemp("keys"), StoppedClock())


def test_two_first_starts_share_one_key(tmp_path: Path) -> None:
    barrier, keys = threading.Barrier(4), list[str]()

    def start() -> None:
        barrier.wait()
        keys.append(Signer(tmp_path / "home").newest.id)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 4 and len(set(keys)) == 1
    assert sorted(p.name for p in (tmp_path / "home").iterdir()) == ["jwt.pem", "secret"]
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "home").iterdir()} == {0o600}


def test_a_new_signing_key_ends_no_session(tmp_path: Path) -> None:
    here, there = Signer(tmp_path), Signer(tmp_path)  # two processes
    before, derived = here.sign("access", timedelta(minutes=5), sub="me"), here.derived("widget")
    made = rotate_key(tmp_path)
    after = here.sign("access", timedelta(minutes=5), sub="me")
    assert jwt.get_unverified_header(after)["kid"] == made != jwt.get_unverified_header(before)["kid"]
    for signer in (here, there, Signer(tmp_path)):
        assert {signer.verify(token, ("access",))["sub"] for token in (before, after)} == {"me"}
        assert [key["kid"] for key in signer.jwks()["keys"]][-1] == made and len(signer.jwks()["keys"]) == 2
        assert signer.derived("widget") == derived, "what is derived outlives the keys"
    newest = rotate_key(tmp_path, forget=True)
    for signer in (here, there):
        assert [key["kid"] for key in signer.jwks()["keys"]] == [newest]
        for token in (before, after):
            with pytest.raises(Unauthorized):
                signer.verify(token, ("access",))


@pytest.mark.parametrize("named", [{}, {"kid": 7}, {"kid": "../jwt"}, {"kid": None}])
def test_a_token_must_name_a_key_of_ours(signer: Signer, named: dict[str, object]) -> None:
    body = {"iss": "retinue", "use": "access", "sub": "me", "iat": 0, "exp": 2**33}
    head, claims = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "RS256", "typ": "JWT"} | named, body)
    )
    sealed = signer.newest.private.sign(head + b"." + claims, PKCS1v15(), SHA256())
    token = b".".join((head, claims, base64.urlsafe_b64encode(sealed).rstrip(b"="))).decode()
    with pytest.raises(Unauthorized):
        signer.verify(token, ("access",))


def test_a_token_is_taken_for_its_use_and_time_only(signer: Signer) -> None:
    token = signer.sign("access", timedelta(minutes=5), sub="me")
    assert signer.verify(token, ("access",))["sub"] == "me"
    assert jwt.get_unverified_header(token)["kid"] == signer.jwks()["keys"][0]["kid"]
    with pytest.raises(Unauthorized):
        signer.verify(token, ("refresh", "visitor"))
    clock = signer.clock
    assert isinstance(clock, StoppedClock)
    clock.move(timedelta(minutes=5))
    with pytest.raises(Unauthorized):
        signer.verify(token, ("access",))


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def test_forged_tokens_are_refused(signer: Signer, tmp_path: Path) -> None:
    now = signer.clock.now()
    claims = {"iss": "retinue", "use": "access", "sub": "me", "iat": int(now.timestamp()), "exp": int(now.timestamp()) + 600}
    good = signer.sign("access", timedelta(minutes=5), sub="me")
    head, _, signature = good.split(".")
    public = signer.jwks()["keys"][0]["n"]
    forged = {
        "garbage": "garbage",
        "no algorithm": f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{encoded(claims)}.",
        "public key as secret": jwt.encode(claims, public, "HS256"),
        "another key": Signer(tmp_path, signer.clock).sign("access", timedelta(minutes=5), sub="me"),
        "another body": f"{head}.{encoded(claims | {'sub': 'you'})}.{signature}",
        "another issuer": signer.sign("access", timedelta(minutes=5), iss="other"),
        "cut": good[:-10],
    }
    named = {"kid": signer.newest.id}
    without = {k: v for k, v in claims.items() if k != "use"}
    forged["no use"] = jwt.encode(without, signer.newest.private, "RS256", headers=named)
    forged["no end"] = jwt.encode({k: v for k, v in claims.items() if k != "exp"}, signer.newest.private, "RS256", headers=named)
    for what, token in forged.items():
        with pytest.raises(Unauthorized):
            signer.verify(token, ("access",))
            pytest.fail(what)


async def test_a_file_is_its_organizations(tmp_path: Path) -> None:
    files, one, two = Files(tmp_path), uuid4(), uuid4()
    name = await files.put(one, b"content")
    assert await files.put(one, b"content") == name
    assert await files.get(one, name) == b"content"
    with pytest.raises(NotFound):
        await files.get(two, name)
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [name]


@pytest.mark.parametrize(
    "name", ["", "..", "../" + "a" * 64, "a" * 63, "a" * 65, "A" * 64, "a" * 64 + "\n", "/etc/passwd", "a" * 61 + "/.."]
)
async def test_a_name_that_is_no_hash_is_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        await Files(tmp_path / "files").get(UUID(int=1), name)


def fill(folder: Path, answers: "multiprocessing.Queue[str]") -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    files = Files(folder)
    try:
        files._put(UUID(int=1), b"x" * 10_000)
    except DiskFull as refusal:
        files._put(UUID(int=1), b"small")
        answers.put(f"{refusal.status} {refusal.next}")


def test_a_full_disk_is_a_refusal_and_leaves_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    answers: multiprocessing.Queue[str] = context.Queue()
    process = context.Process(target=fill, args=(tmp_path, answers))
    process.start()
    assert answers.get(timeout=20).startswith("507 Free some space")
    process.join()
    assert [p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()] == [b"small"]


def connection(host: str) -> Any:
    return HTTPConnection({"type": "http", "headers": [], "client": (host, 1)})


def test_a_bucket_fills_steadily() -> None:
    clock = StoppedClock()
    limiter, one = Limiter(60, clock), Caller("person", uuid4(), uuid4())
    here = connection("192.0.2.1")
    left = [int(limiter.take(one, here)["RateLimit-Remaining"]) for _ in range(60)]
    assert left == list(range(59, -1, -1))
    with pytest.raises(TooManyRequests) as refused:
        limiter.take(one, connection("192.0.2.2"))
    assert "60 a minute" in str(refused.value) and refused.value.seconds == 2
    assert limiter.take(replace(one, actor=uuid4()), here)["RateLimit-Remaining"] == "59", "a colleague has their own"
    clock.move(timedelta(seconds=3))
    for _ in range(3):
        limiter.take(one, here)
    with pytest.raises(TooManyRequests):
        limiter.take(one, here)
    clock.move(timedelta(hours=1))
    assert limiter.take(one, here)["RateLimit-Remaining"] == "59", "never more than full"


def spend_all(limiter: Limiter, caller: Caller, host: str) -> int:
    for count in range(10_000):
        try:
            limiter.take(caller, connection(host))
        except TooManyRequests:
            return count
    pytest.fail("there is no limit")


def test_nobody_spends_what_is_another_kinds() -> None:
    limiter, organization, maker = Limiter(100, StoppedClock(), per_visitor=20, per_stranger=3), uuid4(), uuid4()
    public = Caller("visitor", organization, public_key="rtn_pub_one")
    visitor = Caller("visitor", organization, conversation=uuid4())
    key = Caller("key", organization, maker, credential=b"one")
    assert [spend_all(limiter, public, host) for host in ("192.0.2.1", "192.0.2.2", "192.0.2.1")] == [3, 3, 0]
    assert spend_all(limiter, replace(public, public_key="rtn_pub_two"), "192.0.2.1") == 3
    assert [spend_all(limiter, visitor, host) for host in ("192.0.2.1", "192.0.2.2")] == [20, 0], "wherever it comes from"
    assert spend_all(limiter, replace(visitor, conversation=uuid4()), "192.0.2.1") == 20
    assert spend_all(limiter, key, "192.0.2.1") == spend_all(limiter, replace(key, credential=b"two"), "192.0.2.1") == 100
    assert spend_all(limiter, Caller("person", organization, maker), "192.0.2.1") == 100, "what their keys spent is not theirs"


def test_a_full_table_gives_nothing_back() -> None:
    clock = StoppedClock()
    limiter = Limiter(60, clock, per_stranger=30)
    spent = Caller("visitor", uuid4(), public_key="rtn_pub")
    assert spend_all(limiter, spent, "192.0.2.1") == 30
    for number in range(2 * KEPT_AT_MOST):
        limiter.take(spent, connection(f"2001:db8:{number // 65536:x}:{number % 65536:x}::1"))
    assert len(limiter.buckets) <= KEPT_AT_MOST
    with pytest.raises(TooManyRequests):
        limiter.take(spent, connection("192.0.2.1"))


def test_addresses_count_as_who_has_them() -> None:
    assert address_of(connection("2001:db8::1")) == address_of(connection("2001:db8::ffff:2")) == "2001:db8::/64"
    assert address_of(connection("::ffff:192.0.2.1")) == address_of(connection("192.0.2.1")) == "192.0.2.1"
    assert address_of(connection("::ffff:192.0.2.1")) != address_of(connection("::ffff:192.0.2.2"))
    assert address_of(connection("fe80::1%eth0")) == "fe80::/64" and address_of(connection("a socket's name")) == "a socket's name"


class OtherSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="RETINUE_OTHER_", extra="ignore")
    size: int = Field(1, ge=1)
    secret: int = 0


def test_a_broken_start_names_every_fault_and_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PORT": "99999", "LOG_LEVEL": "LOUD", "OTHER_SIZE": "0", "OTHER_SECRET": "hunter2"}.items():
        monkeypatch.setenv(f"RETINUE_{name}", value)
    with pytest.raises(BrokenSettings) as refused:
        read_all([KernelSettings, OtherSettings])
    for name in ("RETINUE_PORT", "RETINUE_LOG_LEVEL", "RETINUE_OTHER_SIZE", "RETINUE_OTHER_SECRET"):
        assert name in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_defaults_need_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    read = read_all([KernelSettings])[KernelSettings]
    assert read.address.startswith("http://")


def test_ids_sort_by_time_and_say_their_version() -> None:
    ids = [uuid7() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert {i.version for i in ids} == {7} and {i.variant for i in ids} == {"specified in RFC 4122"}
    assert [i.int >> 80 for i in ids] == sorted(i.int >> 80 for i in ids)


def test_foreign_code_is_wrapped_and_refusals_are_not() -> None:
    with pytest.raises(ForeignError, match="parsing: ValueError"), foreign("parsing"):
        raise ValueError("x")
    with pytest.raises(NotFound), foreign("parsing"):
        raise NotFound()


def test_every_refusal_says_what_to_do() -> None:
    def classes(kind: type[Refusal]) -> list[type[Refusal]]:
        return [kind] + [c for sub in kind.__subclasses__() for c in classes(sub)]

    for kind in classes(Refusal):
        assert (kind.__doc__ or "").strip().endswith((".", "}")), kind
        assert 400 <= kind.status < 600, kind
        assert kind.next.strip(), kind
    said = problem(KeyError("secret"))
    assert said["status"] == 500 and "secret" not in str(said)

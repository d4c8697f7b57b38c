"""What a key is worth at each use: its scopes, as far as its maker still holds them; and when it was last used."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from retinue.contracts.permissions import OF_NO_ROLE
from retinue.kernel.security import KEY_PREFIX, Caller, Security, Signer, hashed
from retinue.kernel.work import Database

NOTED_EVERY = timedelta(minutes=1)
KEPT_AT_MOST = 10_000


class KeySecurity(Security):
    """Assembly provides it as the `Security` of the process."""

    def __init__(self, database: Database, signer: Signer, matrix: Mapping[str, frozenset[str]]) -> None:
        super().__init__(database, signer, matrix)
        self.noted: dict[bytes, datetime] = {}

    async def caller(self, bearer: str) -> Caller:
        caller = await super().caller(bearer)
        if bearer.startswith(KEY_PREFIX):
            await self._note(hashed(bearer), self.database.clock.now())
        return caller

    async def _note(self, key: bytes, now: datetime) -> None:
        noted = self.noted.get(key)
        if noted is not None and now - noted < NOTED_EVERY:
            return
        if len(self.noted) >= KEPT_AT_MOST:
            self.noted.clear()
        self.noted[key] = now
        await self.database.call("select lookup.key_used(:key, :at)", key=key, at=now)

    def permissions(self, caller: Caller, roles: Iterable[str]) -> frozenset[str]:
        if caller.kind == "key":
            held = frozenset().union(*(self.matrix.get(role, frozenset()) for role in roles))
            return caller.scopes & (held | OF_NO_ROLE)
        return super().permissions(caller, roles)

"""Facts in the past tense: their classes, their envelope, and the personal fields that can be erased."""

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Protocol, Self, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict, Field, model_validator

from retinue.kernel.ids import uuid7

BODY_BYTES = 64_000


class Misuse(Exception):
    """The kernel was used against its rules; a bug."""


class _Mark:
    """Marks a field that is encrypted under the key of the event's person, and None once that person is erased."""


Value = TypeVar("Value")
# `Personal[str]`: a field of type `str | None`, readable until the event's `person` is erased.
Personal = Annotated[Value | None, _Mark()]


@dataclass(frozen=True)
class Was:
    """How a body of one version reads as the next one's. `personal`: the fields of the older one that were sealed for the event's person;
    `step` gets them opened, or None."""

    step: Callable[[dict[str, Any]], dict[str, Any]]
    personal: tuple[str, ...] = ()


class Event(BaseModel):
    """A fact. Fields up to `trace` are the envelope: set when it is read, never part of the body.

    A class whose fields change gets the next `schema_version` and says in `was`, for each version before, how it reads as the one after
    it: the log is never rewritten, and whoever reads it gets the newest.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    schema_version: ClassVar[int] = 1
    was: ClassVar[Mapping[int, Was]] = {}
    topic: ClassVar[str] = ""
    kind: ClassVar[str] = ""
    publisher: ClassVar[str] = ""
    personal: ClassVar[tuple[str, ...]] = ()
    kinds: ClassVar[dict[str, type["Event"]]] = {}

    person: UUID | None = Field(None, exclude=True)
    lineage: UUID | None = Field(None, exclude=True)
    number: int = Field(0, exclude=True)
    id: UUID | None = Field(None, exclude=True)
    organization: UUID | None = Field(None, exclude=True)
    actor: UUID | None = Field(None, exclude=True)
    cause: UUID | None = Field(None, exclude=True)
    occurred_at: datetime | None = Field(None, exclude=True)
    trace: str = Field("", exclude=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        cls.publisher = cls.__module__.rsplit(".", 1)[-1]
        words = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        cls.kind = f"{cls.publisher}.{words}.{cls.schema_version}"
        cls.personal = tuple(n for n, f in cls.model_fields.items() if any(isinstance(m, _Mark) for m in f.metadata))
        if cls.__name__.startswith("_"):
            return  # what several events have in common is no event
        if set(cls.was) != set(range(1, cls.schema_version)):
            raise Misuse(f"{cls.kind} says in `was` how each version before it reads as the next, and of no other")
        for kind in cls.told():
            if kind in Event.kinds and Event.kinds[kind].__qualname__ != cls.__qualname__:
                raise Misuse(f"two events are called {kind}")
            Event.kinds[kind] = cls

    @classmethod
    def told(cls) -> list[str]:
        """The kinds by which the log may know this event: of every version, the newest first."""
        name = cls.kind.rpartition(".")[0]
        return [f"{name}.{version}" for version in range(cls.schema_version, 0, -1)]

    @classmethod
    def sealed(cls, kind: str) -> tuple[str, ...]:
        """The personal fields of a version that was told."""
        version = int(kind.rpartition(".")[2])
        return cls.personal if version == cls.schema_version else cls.was[version].personal

    @classmethod
    def newest(cls, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        """A body of any version that was told, as this class has it."""
        for version in range(int(kind.rpartition(".")[2]), cls.schema_version):
            body = cls.was[version].step(body)
        return body

    @model_validator(mode="after")
    def _says_whose(self) -> Self:
        if self.person is None and any(getattr(self, field) is not None for field in self.personal):
            raise Misuse(f"{type(self).__name__} has personal fields and no person")
        return self


class Telling(Protocol):
    """What this needs of a Work."""

    organization: UUID
    actor: UUID | None
    lineage: UUID | None
    now: datetime
    trace: str
    keys: "Keys"

    async def execute(self, sql: str, /, **values: Any) -> Any: ...


class Keys:
    """The keys of one organization's persons, for one transaction: a cache that outlived it would outlive an erasure."""

    def __init__(self, work: Telling) -> None:
        self.work = work
        self.known: dict[UUID, bytes | None] = {}

    async def load(self, persons: Iterable[UUID]) -> None:
        wanted = list(set(persons) - self.known.keys())
        if wanted:
            rows = await self.work.execute(
                "select id, key from kernel.person where organization_id = :o and id = any(:ids)", o=self.work.organization, ids=wanted
            )
            self.known |= {row.id: row.key for row in rows}

    async def make(self, persons: Iterable[UUID]) -> None:
        """Persons seen for the first time get a key; an erased one keeps a row without."""
        await self.load(persons)
        new = set(persons) - self.known.keys()
        if new:
            await self.work.execute(
                "insert into kernel.person select :o, p.id, p.key from unnest(cast(:ids as uuid[]), cast(:keys as bytea[])) p(id, key)"
                " on conflict do nothing",
                o=self.work.organization,
                ids=list(new),
                keys=[AESGCM.generate_key(256) for _ in new],
            )
            await self.load(new)

    def seal(self, person: UUID | None, label: str, clear: Any) -> str | None:
        key = self.known.get(person) if person else None
        if key is None or clear is None:
            return None
        nonce = os.urandom(12)
        return (nonce + AESGCM(key).encrypt(nonce, json.dumps(clear).encode(), label.encode())).hex()

    def open(self, person: UUID | None, label: str, sealed: str | None) -> Any:
        key = self.known.get(person) if person else None
        if key is None or sealed is None:
            return None
        raw = bytes.fromhex(sealed)
        try:
            return json.loads(AESGCM(key).decrypt(raw[:12], raw[12:], label.encode()))
        except InvalidTag:
            return None


async def envelope(work: Telling, events: Sequence[tuple[Event, Event | None]]) -> str:
    """The JSON that the log stores. Each event comes with the event that caused it; its id is its own, or a new one."""
    keys = work.keys
    await keys.make({e.person for e, _ in events if e.personal and e.person})
    at, actor = work.now.isoformat(), _quoted(work.actor)
    batch = []
    for event, cause in events:
        fields = event.model_dump(mode="json")
        for field in event.personal:
            fields[field] = keys.seal(event.person, f"{event.kind}.{field}", fields[field])
        body = json.dumps(fields)
        if len(body) > BODY_BYTES:
            raise Misuse(f"the body of {event.kind} is over {BODY_BYTES} bytes; put large content into a file")
        lineage = event.lineage or (cause.lineage if cause else None) or work.lineage or uuid7()
        batch.append(
            f'{{"id":"{event.id or uuid7()}","kind":"{event.kind}","body":{body},"lineage":"{lineage}","trace":{json.dumps(work.trace)},"actor":{actor},'
            f'"person":{_quoted(event.person)},"cause":{_quoted(cause.id if cause else None)},"occurred_at":"{at}"}}'
        )
    return f"[{','.join(batch)}]"


def _quoted(id: UUID | None) -> str:
    return f'"{id}"' if id else "null"


async def read(work: Telling, rows: Iterable[Any]) -> list[Event]:
    """Events from rows of the log, in order; a kind that this release does not know is skipped."""
    known = [(row, Event.kinds[row.kind]) for row in rows if row.kind in Event.kinds]
    keys = work.keys
    await keys.load(row.person for row, cls in known if row.person and cls.sealed(row.kind))
    return [
        cls.model_validate(
            cls.newest(
                row.kind,
                row.body | {f: keys.open(row.person, f"{row.kind}.{f}", row.body.get(f)) for f in cls.sealed(row.kind)},
            )
            | {
                "number": row.number,
                "id": row.id,
                "organization": row.organization_id,
                "person": row.person,
                "lineage": row.lineage,
                "actor": row.actor,
                "cause": row.cause,
                "occurred_at": row.occurred_at,
                "trace": row.trace,
            }
        )
        for row, cls in known
    ]


async def forgotten(work: Telling, person: UUID) -> bool:
    rows = await work.execute(
        "select from kernel.person where (organization_id, id) = (:o, :p) and key is null", o=work.organization, p=person
    )
    return rows.first() is not None


async def forget(work: Telling, person: UUID) -> None:
    """Destroy a person's key: what the log holds of them can no longer be read. The row stays, so that no new key is made."""
    await work.execute(
        "insert into kernel.person values (:o, :p, null) on conflict (organization_id, id) do update set key = null",
        o=work.organization,
        p=person,
    )
    work.keys.known[person] = None

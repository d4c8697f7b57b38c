"""Rows: of an answer, by name; of a table that belongs to organizations, as the dataclass that stands for it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from psycopg.types.json import Jsonb

Value = TypeVar("Value")


class NoSuchRow(LookupError):
    """A statement that answers exactly one row answered another number; a bug."""


class Rows(list[Value], Generic[Value]):
    """Rows that were read already; `rowcount` as the database counted."""

    rowcount = -1

    def all(self) -> "Rows[Value]":
        return self

    def first(self) -> Value | None:
        return self[0] if self else None

    def one(self) -> Value:
        if len(self) != 1:
            raise NoSuchRow(f"{len(self)} rows instead of one")
        return self[0]

    def scalars(self) -> "Rows[Any]":
        """The first column of each."""
        return Rows(row[0] for row in self)  # type: ignore[index]

    def scalar(self) -> Any:
        """The first column of the first row, None without one."""
        return self[0][0] if self else None  # type: ignore[index]

    def scalar_one(self) -> Any:
        return self.one()[0]  # type: ignore[index]


@dataclass(kw_only=True)
class Row:
    """A class names its `table`, and in `documents` those of its columns that are of JSON."""

    table: ClassVar[str]
    documents: ClassVar[tuple[str, ...]] = ()

    organization_id: UUID
    id: UUID

    @classmethod
    def stored(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """As parameters of a statement."""
        return {name: Jsonb(value) if name in cls.documents and value is not None else value for name, value in values.items()}


def columns(kind: type[Row]) -> str:
    """Named, since the next release may have more."""
    return ", ".join(f'"{field.name}"' for field in fields(kind))


def insert(kind: type[Row]) -> str:
    return f"insert into {kind.table} ({columns(kind)}) values ({', '.join(f':{field.name}' for field in fields(kind))})"


def update(row: Row, names: tuple[str, ...]) -> str:
    changed = ", ".join(f'"{name}" = :{name}' for name in names)
    return f"update {row.table} set {changed} where (organization_id, id) = (:organization_id, :id)"

"""A call ends, a person is forgotten."""

from uuid import UUID

from kernel.toys.contracts.toy_calls import CallEnded, PersonErased
from retinue.kernel.errors import Refusal
from retinue.kernel.events import forget
from retinue.kernel.work import Work, uuid7


class TooLong(Refusal):
    """A call lasts at most a day."""

    next = "Correct the minutes."


async def end(work: Work, minutes: int = 1, caller: str | None = "Ann", person: UUID | None = None) -> UUID:
    call_id, person = uuid7(), person or uuid7()
    await work.execute(
        "insert into toy_calls.call values (:o, :id, :p, :c, :m)", o=work.organization, id=call_id, p=person, c=caller, m=minutes
    )
    work.emit(CallEnded(call_id=call_id, minutes=minutes, person=person, caller=caller))
    if minutes > 1440:
        raise TooLong()
    return call_id


async def erase(work: Work, person: UUID) -> None:
    await forget(work, person)
    await work.execute("update toy_calls.call set caller = null where (organization_id, person) = (:o, :p)", o=work.organization, p=person)
    work.emit(PersonErased(person=person))

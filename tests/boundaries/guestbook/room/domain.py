"""Entries: written by a person, or with the client's first day; thanked by a job."""

from uuid import UUID

from retinue.contracts.guestbook import EntryThanked, EntryWritten

from retinue.kernel.work import Work, uuid7


async def write(work: Work, words: str) -> UUID:
    id = uuid7()
    await work.execute(
        "insert into guestbook.entry (organization_id, id, words, written_at) values (:o, :id, :words, :now)",
        o=work.organization,
        id=id,
        words=words,
        now=work.now,
    )
    work.emit(EntryWritten(entry_id=id, words=words))
    return id


async def thank(work: Work, id: UUID) -> None:
    done = await work.execute(
        "update guestbook.entry set thanked_at = :now where organization_id = :o and id = :id and thanked_at is null returning id",
        o=work.organization,
        id=id,
        now=work.now,
    )
    if done.first():
        work.emit(EntryThanked(entry_id=id))

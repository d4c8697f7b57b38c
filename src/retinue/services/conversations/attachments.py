"""Files that visitors send: bounded, of listed kinds, read once in a process apart to see that they are what they say, and kept for people."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from retinue.contracts.conversations import MessageReceived
from retinue.engines.dialogue.phrases import phrase
from retinue.engines.documents import Reader
from retinue.kernel.errors import NotFound, Refusal
from retinue.kernel.files import Files
from retinue.kernel.process import Process
from retinue.kernel.work import Work, uuid7
from retinue.services.conversations import allowances, sending, store, turns
from retinue.services.conversations.agents import Agents
from retinue.services.conversations.refusals import ConversationOver
from retinue.services.conversations.schemas import FILE_BYTES
from retinue.services.conversations.settings import ConversationsSettings

FILES_AT_MOST = 20  # in one conversation
NAME_CHARACTERS = 200
PICTURES = {b"\x89PNG\r\n\x1a\n": ("png", (".png",)), b"\xff\xd8\xff": ("jpeg", (".jpg", ".jpeg"))}


class FileTooLarge(Refusal):
    """A file may have {limit} MB at most."""

    status = 413
    next = "Send a smaller one, or split it."


class TooManyFiles(Refusal):
    """This conversation has {limit} files already."""

    status = 409
    next = "Start a new conversation for more of them."


class NoFile(Refusal):
    """The form has no part `file`."""

    status = 422
    next = "Send multipart/form-data with `file`; `content` and `id` are optional."


class PictureMislabelled(Refusal):
    """The name {name} does not promise the picture that the file holds."""

    status = 415
    next = "Save it again under a name that ends in .png, .jpg or .webp."


@dataclass
class Sent:
    """A file that was looked at and is kept, and what came with it. `stored`: a message has it once this is committed."""

    name: str
    kind: str
    bytes: int
    file: str
    content: str
    client_id: str | None
    stored: bool = False


def kept(process: Process) -> Files:
    """Apart from documents: these go when their visitor is forgotten."""
    return Files(process.get(Files).root / "attachments")


def tidy(name: str) -> str:
    """The last part of a name, without what cannot be printed."""
    last = PurePosixPath(name.replace("\\", "/")).name
    shown = "".join(c for c in last if c.isprintable()).strip() or "file"
    stem, suffix = PurePosixPath(shown).stem, PurePosixPath(shown).suffix
    return f"{stem[: NAME_CHARACTERS - len(suffix)]}{suffix}"[:NAME_CHARACTERS]


async def kind_of(reader: Reader, data: bytes, name: str) -> str:
    """Pictures by their first bytes; all else is read in a process apart. Raises FileTooLarge, PictureMislabelled and FileRefused."""
    if len(data) > FILE_BYTES:
        raise FileTooLarge(limit=FILE_BYTES // 1_000_000)
    suffix = PurePosixPath(name).suffix.lower()
    picture = next(((kind, ends) for head, (kind, ends) in PICTURES.items() if data.startswith(head)), None)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        picture = ("webp", (".webp",))
    if picture is None:
        return (await reader.read(data, name)).kind
    if suffix not in picture[1]:
        raise PictureMislabelled(name=name)
    return picture[0]


async def receive(process: Process, work: Work, conversation_id: UUID, sent: Sent) -> Any:
    """The file as a message of the visitor's, and what becomes of it said beside it. Answers the message's row; the same client id again, the same.

    The agent does not read it: what it says must stand in what the client has published.
    """
    conversation = await store.lock(work, conversation_id)
    if sent.client_id and (known := await store.by_client_id(work, conversation_id, sent.client_id)):
        return await one(work, known.id)
    if conversation.status == "ended":
        raise ConversationOver()
    rows = await work.execute(
        "select count(*) from conversations.attachment where (organization_id, conversation_id) = (:o, :c)",
        o=work.organization,
        c=conversation_id,
    )
    before = rows.scalar_one()
    if before >= FILES_AT_MOST:
        raise TooManyFiles(limit=FILES_AT_MOST)
    most = process.get(ConversationsSettings).file_megabytes_per_day * 1_000_000
    await allowances.use(work, "files", "", sent.bytes, most)
    attachment, id = uuid7(), uuid7()
    await work.execute(
        "insert into conversations.attachment values (:o, :id, :c, :name, :kind, :bytes, :file, :at)",
        o=work.organization,
        id=attachment,
        c=conversation_id,
        name=sent.name,
        kind=sent.kind,
        bytes=sent.bytes,
        file=sent.file,
        at=work.now,
    )
    changes: dict[str, Any] = {"visitor_messages": conversation.visitor_messages + 1}
    if not conversation.subject:
        changes["subject"] = (sent.content or sent.name)[:120]
    row = await store.add(
        work,
        conversation,
        "visitor",
        sent.content,
        id=id,
        client_message_id=sent.client_id,
        changes=changes,
        attachments=[{"attachment_id": str(attachment), "name": sent.name, "kind": sent.kind, "bytes": sent.bytes}],
    )
    work.emit(
        MessageReceived(
            conversation_id=conversation_id,
            message_id=id,
            content=sent.content or sent.name,
            person=conversation.person,
            lineage=conversation.lineage,
        )
    )
    if conversation.status == "open" and not before:  # said once
        brief = await process.get(Agents).brief(work, conversation.config_id, conversation.config_version)
        button = phrase(brief.language, "person_button")
        rich = {"buttons": [{"label": button, "value": button}]} if brief.handover else None
        said = phrase(brief.language, "file_kept", company=brief.company or phrase(brief.language, "company"))
        gate = process.get(Agents).gate
        await sending.say(work, gate, conversation, "system", said, known=said, language=brief.language, reply={"rich_content": rich})
    sent.stored = True
    return row


def caption(content: str) -> str:
    """May be empty. Raises MessageTooLong."""
    return turns.cleaned(content) if content.strip() else ""


async def one(work: Work, message_id: UUID) -> Any:
    rows = await work.execute(
        f"select {store.SHOWN} from conversations.message where (organization_id, id) = (:o, :id)", o=work.organization, id=message_id
    )
    return rows.one()


async def file(process: Process, conversation_id: UUID, attachment_id: UUID, work: Work) -> tuple[str, bytes]:
    """Name and content. Raises NotFound."""
    row = (
        await work.execute(
            "select organization_id, name, file from conversations.attachment where id = :id and conversation_id = :c",
            id=attachment_id,
            c=conversation_id,
        )
    ).first()
    if row is None:
        raise NotFound()
    return row.name, await kept(process).get(row.organization_id, row.file)


async def forget(work: Work, conversations: list[UUID]) -> None:
    """The rows now, and the files of these conversations when that is committed."""
    gone = await work.execute(
        "delete from conversations.attachment where organization_id = :o and conversation_id = any(:ids) returning file",
        o=work.organization,
        ids=conversations,
    )
    names = sorted({row.file for row in gone})
    if names:
        work.defer("conversations.remove_files", names=names)


async def unheld(work: Work, names: list[str]) -> list[str]:
    """Those of these files that no message has; before each had a name of its own, several could have the same."""
    rows = await work.execute(
        "select file from conversations.attachment where organization_id = :o and file = any(:names)", o=work.organization, names=names
    )
    return sorted(set(names) - {row.file for row in rows})

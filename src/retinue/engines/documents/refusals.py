"""Why a file is not read; each says what to do instead."""

from retinue.kernel.errors import Refusal


class FileRefused(Refusal):
    """This file cannot be read; send it in another format."""

    status = 422
    next = "Send the file as PDF, DOCX, XLSX, PPTX, CSV, HTML, Markdown or text."


class KindNotAllowed(FileRefused):
    """Files of this kind are not read: send {name} as PDF, DOCX, XLSX, PPTX, CSV, HTML, Markdown or text."""

    status = 415


class ContentMismatch(FileRefused):
    """The name {name} promises {expected}, but the content is {found}: rename the file or save it again."""

    status = 415
    next = "Check that the file opens with the program its name stands for, and save it again."


class EmptyFile(FileRefused):
    """The file {name} is empty: check that it was saved or uploaded completely."""

    next = "Save the file again and send it once more."


class NoText(FileRefused):
    """There is no text in {name}; if it is a scan, run text recognition (OCR, an extra) and send the result."""

    next = "Send a version of the file whose text can be selected."


class PasswordProtected(FileRefused):
    """The file {name} is protected by a password: save a copy without the password and send that."""

    next = "Remove the password in the program that made the file."


class Damaged(FileRefused):
    """The file {name} is damaged or incomplete: save it again in the program that made it and send the new file."""

    next = "Save the file again and send it once more."


class TooLarge(FileRefused):
    """The file {name} is larger than the {limit} allowed here: split it, or raise RETINUE_DOCUMENTS_{setting}."""

    status = 413
    next = "Split the file into parts and send them one by one."


class ZipBomb(FileRefused):
    """The file {name} unpacks to more than the {limit} allowed here: save it again without embedded media."""

    status = 413
    next = "Save the file again without embedded media, or split it."


class TooSlow(FileRefused):
    """Reading {name} took longer than {seconds:g} seconds and was stopped: split the file into smaller ones."""

    next = "Split the file, or raise RETINUE_DOCUMENTS_SECONDS."


class TooMuchMemory(FileRefused):
    """Reading {name} needed more memory than allowed and was stopped: split the file into smaller ones."""

    next = "Split the file, or raise RETINUE_DOCUMENTS_MEMORY_BYTES."


class Crashed(FileRefused):
    """Reading {name} crashed the parser, as damaged files do: save it again in its own program, or split it."""

    next = "Save the file again, or split it."


class NotFoundOnDisk(FileRefused):
    """There is no readable file at {name}: check the path and its permissions."""

    status = 404
    next = "Check the path, and that you may read it."


BY_NAME: dict[str, type[FileRefused]] = {
    refusal.__name__: refusal
    for refusal in (
        KindNotAllowed,
        ContentMismatch,
        EmptyFile,
        NoText,
        PasswordProtected,
        Damaged,
        TooLarge,
        ZipBomb,
        TooSlow,
        TooMuchMemory,
        Crashed,
        NotFoundOnDisk,
    )
}


def megabytes(size: int) -> str:
    return f"{size / 1_000_000:g} MB"

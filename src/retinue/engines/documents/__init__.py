"""Files read into text and tables."""

from retinue.engines.documents.document import Document, Kind, Limits, Link, Page, Section, Span, Table
from retinue.engines.documents.listing import read_files
from retinue.engines.documents.reader import Reader, read
from retinue.engines.documents.refusals import (
    ContentMismatch,
    Damaged,
    EmptyFile,
    FileRefused,
    KindNotAllowed,
    NoText,
    PasswordProtected,
    TooLarge,
    TooMuchMemory,
    TooSlow,
    ZipBomb,
)

__all__ = [
    "ContentMismatch",
    "Damaged",
    "Document",
    "EmptyFile",
    "FileRefused",
    "Kind",
    "KindNotAllowed",
    "Limits",
    "Link",
    "NoText",
    "Page",
    "PasswordProtected",
    "Reader",
    "Section",
    "Span",
    "Table",
    "TooLarge",
    "TooMuchMemory",
    "TooSlow",
    "ZipBomb",
    "read",
    "read_files",
]

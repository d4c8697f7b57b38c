"""One file to one document, in this process: only the child that may be killed calls it."""

from retinue.engines.documents.charset import declared_in
from retinue.engines.documents.document import Document, Limits
from retinue.engines.documents.kinds import decide
from retinue.engines.documents.refusals import Damaged
from retinue.kernel.errors import ForeignError, foreign


def parse(data: bytes, name: str, media_type: str | None, limits: Limits) -> Document:
    kind = decide(data, name, media_type, limits)
    # Imported here: a child that reads only web pages needs no PDF library in its memory.
    if kind == "html":
        from retinue.engines.documents.html import read_html

        return read_html(data, name, limits, media_type)
    if kind in ("markdown", "text"):
        from retinue.engines.documents import plain

        if kind == "markdown":
            return plain.read_markdown(data, name, limits)
        return plain.read_text(data, name, limits, declared_in(media_type, data, html=False))
    if kind == "csv":
        from retinue.engines.documents.sheets import read_csv

        return read_csv(data, name, limits, declared_in(media_type, data, html=False))
    try:
        with foreign(f"reading a {kind} file"):
            return _foreign(kind, data, name, limits)
    except ForeignError as error:
        if isinstance(error.__cause__, MemoryError):
            raise error.__cause__ from error
        raise Damaged(name=name) from error


def _foreign(kind: str, data: bytes, name: str, limits: Limits) -> Document:
    if kind == "pdf":
        from retinue.engines.documents.pdf import read_pdf

        return read_pdf(data, name, limits)
    if kind == "xlsx":
        from retinue.engines.documents.sheets import read_workbook

        return read_workbook(data, name, limits)
    from retinue.engines.documents import office

    return office.read_word(data, name, limits) if kind == "docx" else office.read_slides(data, name, limits)

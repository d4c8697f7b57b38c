"""The pages of a company in a folder, as a polite crawler would bring them: what robots.txt forbids is left out."""

from datetime import UTC, datetime
from pathlib import Path

from protego import Protego

from retinue.engines.documents.document import Limits
from retinue.engines.documents.parse import parse
from retinue.services.research.extraction import HtmlMeta, Link, Page, Pages, Section

FETCHED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_READ = {".html", ".md", ".csv", ".pdf", ".docx"}


def company_pages(folder: Path, host: str, company: str | None = None) -> Pages:
    robots = folder / "robots.txt"
    rules = Protego.parse(robots.read_text() if robots.exists() else "")
    pages = []
    for path in sorted(folder.rglob("*")):
        url = f"https://{host}/{path.relative_to(folder).as_posix().removesuffix('index.html')}"
        if path.suffix in _READ and rules.can_fetch(url, "retinue"):
            pages.append(page_of_file(path, url))
    pages.sort(key=lambda page: (page.url != f"https://{host}/", page.url.count("/")))
    return Pages(pages=pages, company=company)


def page_of_file(path: Path, url: str) -> Page:
    data = path.read_bytes()
    document = parse(data, path.name, None, Limits())
    meta = HtmlMeta(
        description=document.description,
        generator=document.meta.get("generator"),
        site_name=document.meta.get("og:site_name"),
        scripts=document.resources,
        language=document.language,
    )
    return Page(
        url=url,
        title=document.title or "",
        text=document.text,
        html_meta=meta,
        sections=[Section(title=s.title, level=s.level, start=s.start, end=s.end) for s in document.sections],
        links=[Link(url=link.url, text=link.text) for link in document.links],
        data=[item for item in document.data if isinstance(item, dict)],
        markup=data.decode() if document.kind == "html" else None,
        fetched_at=FETCHED,
    )

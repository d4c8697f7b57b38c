"""What of a web page is content: text, lists and tables stay, navigation and boilerplate go, contact data stays."""

import json
import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from retinue.engines.documents.charset import declared_in, decode
from retinue.engines.documents.document import Document, Limits
from retinue.engines.documents.draft import Draft, one_line
from retinue.engines.documents.refusals import TooMuchMemory

_DROPPED = {
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "math",
    "canvas",
    "iframe",
    "object",
    "embed",
    "audio",
    "video",
    "map",
    "button",
    "select",
    "input",
    "textarea",
    "datalist",
    "dialog",
    "head",
    "nav",
    "-comment",
}
_BLOCKS = {
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
    "caption",
    "option",
}
_PARAGRAPHS = {
    "p",
    "section",
    "article",
    "blockquote",
    "ul",
    "ol",
    "dl",
    "table",
    "figure",
    "details",
    "header",
    "footer",
    "pre",
}
_ROLES = {"navigation", "search", "banner", "menu", "menubar", "dialog", "alertdialog"}
_NOISE = re.compile(r"(?:^|[\s_-])(?:cookie|consent|gdpr|breadcrumbs?|skip-?(?:link|to)|popup|offcanvas)(?:$|[\s_-])", re.I)
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_PHONE = re.compile(r"(?<![\w.])\+?\(?\d[\d\s().\-/]{6,18}\d(?!\w)")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}")
_META = {"description", "keywords", "author", "generator", "application-name"}
_FEW = 10  # characters; less than this is no content


def read_html(data: bytes, name: str, limits: Limits, media_type: str | None = None) -> Document:
    return read_markup(decode(data, declared_in(media_type, data, html=True)), Draft("html", name, limits))


def read_markup(markup: str, draft: Draft) -> Document:
    try:
        tree = LexborHTMLParser(markup)
    except SelectolaxError as error:
        # HTML of any shape parses; lexbor gives up only when it gets no memory.
        raise TooMuchMemory(name=draft.name) from error
    _head(tree, draft)
    body = tree.body
    if body is None:
        return draft.finish()
    mains = [node for node in tree.css("main, [role=main]") if not _inside(node, {"main"})]
    controlled = {node.attributes.get("aria-controls") or "" for node in tree.css("[aria-controls]")} - {""}
    # Some pages put everything into a header or leave their main element empty.
    for roots, whole in ((mains, False), ([body], False), ([body], True)):
        draft.restart()
        writer = _Writer(draft, controlled, whole=whole)
        for root in roots:
            writer.write(root)
        if draft.length >= _FEW:
            break
    _footers(tree, draft, mains, controlled)
    return draft.finish()


def _head(tree: LexborHTMLParser, draft: Draft) -> None:
    if title := tree.css_first("head > title"):
        draft.title = one_line(title.text())
    if root := tree.css_first("html"):
        draft.language = (root.attributes.get("lang") or "").strip()[:20] or None
    for node in tree.css("meta[content]"):
        key = (node.attributes.get("name") or node.attributes.get("property") or "").lower()
        if key in _META or key.startswith(("og:", "article:", "business:")):
            draft.meta.setdefault(key[:60], one_line(node.attributes.get("content") or "")[:2_000])
    draft.description = draft.meta.get("description") or draft.meta.get("og:description") or None
    for node in tree.css('script[type="application/ld+json"]'):
        try:
            draft.data.append(json.loads(node.text(deep=True)))
        except (ValueError, RecursionError):
            continue
    for node in tree.css("script[src], iframe[src], link[rel=stylesheet][href]")[:500]:
        draft.resources.append((node.attributes.get("src") or node.attributes.get("href") or "")[:2_000])
    for node in tree.css("a[href]"):
        draft.link(node.text(), node.attributes.get("href") or "")


def _inside(node: LexborNode, tags: set[str]) -> bool:
    above = node.parent
    while above is not None:
        if above.tag in tags:
            return True
        above = above.parent
    return False


def _footers(tree: LexborHTMLParser, draft: Draft, mains: list[LexborNode], controlled: set[str]) -> None:
    """Small companies publish address, hours and telephone only in the footer: lines around such data are kept."""
    for footer in tree.css("footer, [role=contentinfo]"):
        if _inside(footer, {"footer", "article"}) or (mains and _inside(footer, {"main"})):
            continue
        scratch = Draft("html", draft.name, draft.limits)
        _Writer(scratch, controlled, whole=True).write(footer)
        lines = scratch.lines
        kept = [at for at, line in enumerate(lines) if _PHONE.search(line) or _MAIL.search(line)]
        marked = {one_line(node.text(separator=" ")) for node in footer.css("address, [itemprop=address], [itemprop=openingHours]")}
        near = {near for at in kept for near in (at - 2, at - 1, at, at + 1, at + 2)}
        chosen = [line for at, line in enumerate(lines) if at in near or any(one_line(line) in text for text in marked)]
        if chosen:
            draft.gap()
            start = draft.length
            for line in chosen:
                draft.line(line)
            draft.section("Footer", 1, start, role="footer")


class _Writer:
    def __init__(self, draft: Draft, controlled: set[str], *, whole: bool) -> None:
        self.draft, self.controlled, self.whole = draft, controlled, whole
        self._inline: list[str] = []
        self._bullet = ""

    def write(self, root: LexborNode) -> None:
        # Iterative: pages nest deeper than Python's stack.
        stack: list[tuple[LexborNode, bool]] = [(root, False)]
        while stack:
            node, leaving = stack.pop()
            tag = node.tag or ""
            if leaving:
                self._leave(tag)
                continue
            if tag == "-text":
                self._inline.append(node.text_content or "")
                continue
            if self._dropped(node, tag) and node.mem_id != root.mem_id:
                continue
            if self._taken(node, tag):
                continue
            self._enter(tag)
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(list(_children(node))))
        self._flush()

    def _dropped(self, node: LexborNode, tag: str) -> bool:
        if tag in _DROPPED:
            return not (self.whole and tag in ("nav", "dialog"))
        if tag in ("html", "body", "main"):
            return False
        attributes = node.attributes
        hidden = "hidden" in attributes or _HIDING.search(attributes.get("style") or "")
        if hidden and (attributes.get("id") or "") not in self.controlled:
            return True
        if self.whole:
            return False
        role = attributes.get("role") or ""
        if tag == "footer" or role == "contentinfo":
            return not _inside(node, {"main", "article", "blockquote"}) and node.css_first("h1") is None
        if role in _ROLES:
            return node.css_first("h1") is None
        if tag == "header":
            return node.css_first("h1, h2") is None and not _inside(node, {"main", "article", "section"})
        named = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
        return bool(named.strip() and len(named) < 2_000 and _NOISE.search(named))

    def _taken(self, node: LexborNode, tag: str) -> bool:
        """Write nodes that are read as a unit."""
        if tag == "table" and (grid := _grid(node)):
            self._flush()
            self.draft.gap()
            caption = node.css_first("caption")
            self.draft.table(*grid, title=one_line(caption.text()) if caption else None)
            self.draft.gap()
            return True
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6") and (title := one_line(node.text(separator=" "))):
            self._flush()
            self.draft.heading(title, int(tag[1]))
            return True
        if tag == "pre" and (text := node.text()).strip():
            self._flush()
            self.draft.gap()
            for line in text.strip("\n").splitlines():
                self.draft.line(line)
            self.draft.gap()
            return True
        if tag == "dl" and not node.css_first("dl dl, dl ul, dl ol, dl table") and node.css_first("dt"):
            self._flush()
            self.draft.gap()
            self._definitions(node)
            self.draft.gap()
            return True
        return False

    def _definitions(self, node: LexborNode) -> None:
        term = ""
        for part in node.css("dt, dd"):
            text = one_line(part.text(separator=" "))
            if part.tag == "dt":
                term = f"{term}, {text}" if term else text
            elif text:
                question = term.endswith(("?", ":", "."))
                self.draft.line(f"{term}{' ' if question else ': '}{text}" if term else text)
                term = ""
        if term:
            self.draft.line(term)

    def _enter(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._flush()
            if tag in _PARAGRAPHS:
                self.draft.gap()
            if tag == "li":
                self._bullet = "- "
        elif tag == "br":
            self._flush()
        elif tag == "img":
            self._inline.append(" ")

    def _leave(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._flush()
            if tag in _PARAGRAPHS:
                self.draft.gap()
            if tag == "li":
                self._bullet = ""

    def _flush(self) -> None:
        text = one_line("".join(self._inline))
        self._inline.clear()
        if text:
            self.draft.line(self._bullet + text)
            self._bullet = ""


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


def _grid(table: LexborNode) -> tuple[list[str], list[list[str]]] | None:
    """Header and rows of a table of data; None for a table that only lays out the page."""
    layout = (table.attributes.get("role") or "") in ("presentation", "none")
    if layout or table.css_first("table table, h1, h2, h3, ul, ol, form"):
        return None
    rows: list[list[str]] = []
    heads: list[list[bool]] = []
    # A cell that spans rows is repeated in each of them: every line must make sense alone.
    waiting: dict[int, tuple[int, str]] = {}
    for row in table.css("tr")[:20_000]:
        cells: list[str] = []
        marks: list[bool] = []
        sources = iter([cell for cell in _children(row) if cell.tag in ("td", "th")])
        while len(cells) < 200:
            if len(cells) in waiting:
                left, text = waiting.pop(len(cells))
                if left > 1:
                    waiting[len(cells)] = (left - 1, text)
                cells.append(text)
                marks.append(False)
                continue
            cell = next(sources, None)
            if cell is None:
                break
            text = one_line(cell.text(separator=" "))
            down, across = _number(cell.attributes.get("rowspan")), _number(cell.attributes.get("colspan"))
            for step in range(across):
                if down > 1:
                    waiting[len(cells)] = (down - 1, text)
                cells.append(text if step == 0 else "")
                marks.append(cell.tag == "th")
        if any(cells):
            rows.append(cells)
            heads.append(marks)
    if len(rows) < 2 or max(map(len, rows)) < 2:
        return None
    if all(heads[0]) or (table.css_first("thead th, thead td") and any(heads[0])):
        return rows[0], rows[1:]
    if all(len(row) == 2 and marks[0] for row, marks in zip(rows, heads, strict=True)):
        return [], [[f"{row[0].rstrip(':')}: {row[1]}"] if row[1] else [row[0]] for row in rows]
    return [], rows


def _number(value: str | None) -> int:
    return min(max(int(value), 1), 100) if value and value.isascii() and value.isdigit() else 1

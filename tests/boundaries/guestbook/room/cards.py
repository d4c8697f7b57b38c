"""Entries in the dossier; whoever wrote one waits to be thanked."""

from collections.abc import Iterator

from retinue.contracts import guestbook
from retinue.engines.dossier.away import Line, News, line
from retinue.engines.dossier.cards import Cards, Closes, Opens, fields
from retinue.engines.dossier.words import count, short

cards = Cards()
cards.section("guestbook", reads="guestbook:read")
cards.card(
    guestbook.EntryWritten,
    "guestbook",
    lambda e: f"Written into the guestbook: {short(e.words)}",
    lambda e: fields(e.entry_id, words=e.words),
    subject=cards.about("entry", "entry_id"),
)
cards.card(guestbook.EntryThanked, "guestbook", lambda _: "A guest was thanked", subject=cards.about("entry", "entry_id"))
cards.found(guestbook.EntryWritten, "document", lambda e: (e.words,))

THANK = cards.need("thank_guest", "guestbook")
cards.on(guestbook.EntryWritten, lambda e: [Opens(THANK, e.entry_id, "Thank a guest", short(e.words))])
cards.on(guestbook.EntryThanked, lambda e: [Closes(THANK, e.entry_id)])


@cards.away(200)
def written(news: News) -> Iterator[Line]:
    if entries := news.of(guestbook.EntryWritten):
        yield line(f"{count(len(entries), 'guest')} wrote into the guestbook.", entries)

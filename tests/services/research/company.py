"""The pages of an imaginary canoe hire, made for these tests alone: no heading outline, no markup, tables with bars."""

from datetime import UTC, datetime

from retinue.services.research.extraction import HtmlMeta, Link, Page, Pages

WHEN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
FOOTER = "\nAlder Reach Canoes, 14 Wharf Road, Ely CB7 4AU | 01353 555014 | paddle@alder-reach.example"

HOME = """# Alder Reach Canoes
Alder Reach Canoes hires out canoes and kayaks on the Great Ouse and teaches beginners to paddle.
We work with families, school groups and companies on away days.
We were founded in 2008 and are now a team of twelve, from instructors to boat builders.
## Opening hours
Monday to Friday 9am to 6pm
Saturday 8am to 8pm
Sunday closed
"""
OFFER = """# What we offer
## Canoe hire
Two-seat and three-seat canoes by the hour or the day.
## Guided trips
A morning on the river with an instructor.
## Boat repair
We mend split hulls in our workshop.
"""
PRICES = """# Prices
What | Per hour | Per day
Two-seat canoe | £14 | £48
Kayak | £11 | £36
A guided trip costs £32 each. Lost paddles are charged at £25. We give ten percent off above £200.
"""
CONTACT = """# Contact
Please call us on 01353 555014 to book; there is no online booking yet.
In July we are fully booked two weeks ahead, and we take about 60 calls a day.
If nobody answers, leave a message and we reply within two working days.
All instructors are licensed by the British Paddle Council and the school holds ISO 21101.
We do not hire to private stag parties.
"""


def canoe_hire() -> Pages:
    texts = {"": HOME, "services": OFFER, "prices": PRICES, "contact": CONTACT}
    links = [
        Link(url="https://www.instagram.com/alderreach", text="Instagram"),
        Link(url="https://facebook.com/sharer.php?u=x", text="Share"),
    ]
    pages = [
        Page(
            url=f"https://alder-reach.example/{path}",
            title=f"{path.title() or 'Canoe hire in Ely'} | Alder Reach Canoes",
            text=text + FOOTER,
            html_meta=HtmlMeta(scripts=["https://www.googletagmanager.com/gtm.js?id=GTM-1", "https://assets.calendly.com/widget.js"]),
            links=links,
            fetched_at=WHEN,
        )
        for path, text in texts.items()
    ]
    return Pages(pages=pages)

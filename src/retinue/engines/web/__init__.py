"""Sites read politely and safely."""

from retinue.engines.web.addresses import normalize, reach, site_of
from retinue.engines.web.crawl import Crawl, Known, Page, Visited
from retinue.engines.web.fetcher import Fetched, Fetcher, Gate
from retinue.engines.web.refusals import WebRefused
from retinue.engines.web.settings import WebSettings
from retinue.engines.web.throttle import Throttle

__all__ = [
    "Crawl",
    "Fetched",
    "Fetcher",
    "Gate",
    "Known",
    "Page",
    "Throttle",
    "Visited",
    "WebRefused",
    "WebSettings",
    "normalize",
    "reach",
    "site_of",
]

"""How names, addresses and websites are compared, and how a slug is made of a name."""

import re
import unicodedata
from collections.abc import Container
from urllib.parse import urlsplit
from uuid import UUID

SLUG = 48


def same_name(name: str) -> str:
    """Equal for names that a person reads as the same."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def same_email(email: str) -> str:
    return unicodedata.normalize("NFC", email.strip()).lower()


def same_website(address: str) -> str:
    """Raises ValueError for what is no address of a website."""
    parts = urlsplit(address.strip() if "://" in address else f"https://{address.strip()}")
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("not the address of a website")
    port = f":{parts.port}" if parts.port else ""
    query = f"?{parts.query}" if parts.query else ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme.lower()}://{host}{port}{parts.path.rstrip('/')}{query}"


def slug_of(name: str) -> str:
    """ASCII letters, digits and hyphens; "client" when the name has none. Never in the form of an id, which stands in the same places."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG].strip("-") or "client"
    return f"client-{slug}" if is_id(slug) else slug


def is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def free_slug(slug: str, taken: Container[str]) -> str:
    number, free = 2, slug
    while free in taken:
        number, free = number + 1, f"{slug}-{number}"
    return free

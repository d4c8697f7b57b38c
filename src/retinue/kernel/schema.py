"""Names of database roles, which are shared by all databases of a server and so carry the installation's prefix."""

from contextvars import ContextVar

PREFIX: ContextVar[str] = ContextVar("prefix", default="retinue")
CARRIER, SEARCHER, LOGIN = "carrier", "searcher", "app"


def role(name: str) -> str:
    """The role of a room, or one of: carrier (owns what carries across tenants), searcher (owns searches), app (the login)."""
    return f"{PREFIX.get()}_{name}"


def sql(text: str) -> str:
    """Fill in {carrier}, {searcher}, {app} and {prefix}; double other braces."""
    return text.format(carrier=role(CARRIER), searcher=role(SEARCHER), app=role(LOGIN), prefix=PREFIX.get())

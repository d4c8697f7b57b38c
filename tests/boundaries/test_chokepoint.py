"""No connector is reachable around the gate: by calling it, or by code that would."""

import ast
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

import retinue
from retinue.connectors.llm import Completion, Message, Provider, collect
from retinue.connectors.llm.anthropic import Anthropic
from retinue.connectors.llm.offline import Offline
from retinue.connectors.llm.openai import OpenAI
from retinue.connectors.llm.protocol import MODEL_CALL, Embedding
from retinue.connectors.permit import NoPermit, Permit, issue

SOURCE = Path(retinue.__file__).parent
GATE = "retinue.engines.governance"
# Who may open a connection to the outside: the adapters, the crawler behind its own gate, the command line.
MAY_CONNECT = ("retinue.connectors", "retinue.engines.web", "retinue.cli")
CLIENTS = {"httpx", "httpx2", "requests", "aiohttp", "urllib3", "pycurl", "http.client", "urllib.request", "smtplib",
           "imaplib", "ftplib", "telnetlib", "websockets", "websocket"}  # fmt: skip
VENDORS = {"openai", "anthropic", "google.genai", "google.generativeai", "cohere", "mistralai", "litellm", "ollama",
           "langchain_openai", "langchain_anthropic", "langchain_community", "twilio", "stripe"}  # fmt: skip
HOSTS = ("api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com")


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__"):
                yield str(node.args[0].value)


def _within(name: str, packages: tuple[str, ...] | set[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def violations(module: str, source: str) -> list[str]:
    tree = ast.parse(source)
    found = []
    for name in _imports(tree):
        if _within(name, VENDORS) or (_within(name, CLIENTS) and not _within(module, MAY_CONNECT)):
            found.append(f"{module} imports {name}")
        minted = name in ("retinue.connectors.permit.issue", "retinue.connectors.permit._SEAL")
        if minted and not _within(module, (GATE,)):
            found.append(f"{module} imports what makes permits: {name}")
        if name == "retinue.connectors.permit.*" or (name == "retinue.connectors.permit" and "permit" in _aliases(tree)):
            found.append(f"{module} imports the permit module whole")
    for node in ast.walk(tree):
        makes = isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Permit"
        if makes and module != "retinue.connectors.permit":
            found.append(f"{module} constructs a Permit")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not _within(module, ("retinue.connectors",)):
            found += [f"{module} names {host}" for host in HOSTS if host in node.value]
    return found


def _aliases(tree: ast.AST) -> set[str]:
    """Names bound to whole modules of retinue.connectors."""
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "retinue.connectors":
            bound |= {name.name for name in node.names}
        elif isinstance(node, ast.Import):
            bound |= {name.name.rsplit(".", 1)[1] for name in node.names if name.name == "retinue.connectors.permit"}
    return bound


def test_no_module_goes_around_the_gate():
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found += violations(module, path.read_text(encoding="utf-8"))
    assert found == []


@pytest.mark.parametrize(
    "planted",
    [
        "import httpx",
        "from httpx import AsyncClient",
        "def f():\n    import openai",
        "from anthropic import AsyncAnthropic",
        "import urllib.request",
        "from langchain_openai import ChatOpenAI",
        "from retinue.connectors.permit import issue",
        "from retinue.connectors.permit import _SEAL",
        "from retinue.connectors import permit",
        "import retinue.connectors.permit",
        "from retinue.connectors.permit import Permit\nPermit(object(), 'model.call', 'openai', None)",
        "import importlib\nimportlib.import_module('openai')",
        "URL = 'https://api.openai.com/v1'",
    ],
)
def test_a_planted_violation_is_found(planted: str):
    assert violations("retinue.services.research.jobs", planted)


def test_the_gate_itself_may():
    assert violations(f"{GATE}.gate", "from retinue.connectors.permit import issue") == []
    assert violations("retinue.connectors.llm.wire", "import httpx") == []


@pytest.fixture(params=[OpenAI, Anthropic, Offline])
def adapter(request: pytest.FixtureRequest) -> Provider:
    made: Provider = request.param() if request.param is Offline else request.param(None, "http://127.0.0.1:9")
    return made


async def test_an_adapter_refuses_without_a_permit_for_exactly_this(adapter: Provider):
    request = Completion("m", (Message("user", "hi"),))
    twin = Completion("m", (Message("user", "hi"),))
    used = issue(MODEL_CALL, adapter.name, request)
    used.used = True
    wrong: list[object] = [
        None,
        object(),
        uuid4(),
        issue(MODEL_CALL, adapter.name, twin),
        issue("web.fetch", adapter.name, request),
        issue(MODEL_CALL, "another", request),
        used,
    ]
    for permit in wrong:
        with pytest.raises(NoPermit):
            await adapter.complete(request, permit)  # type: ignore[arg-type]
        with pytest.raises(NoPermit):
            await collect(adapter.stream(request, permit))  # type: ignore[arg-type]
    embedding = Embedding("m", ("a",))
    for permit in (None, issue(MODEL_CALL, adapter.name, request)):
        if adapter.name != "anthropic":  # has no embeddings
            with pytest.raises(NoPermit):
                await adapter.embed(embedding, permit)  # type: ignore[arg-type]


async def test_a_permit_is_good_for_one_call():
    twin, request = Offline(), Completion("m", (Message("user", "hi"),))
    permit = issue(MODEL_CALL, "offline", request)
    for expected in ("no model is configured", "did not pass the gate"):
        with pytest.raises(Exception, match=expected):
            await twin.complete(request, permit)


def test_nobody_else_makes_a_permit():
    with pytest.raises(NoPermit):
        Permit(object(), MODEL_CALL, "openai", None)

"""How a configuration is written and read as YAML and as JSON, and what is refused on the way."""

import json
import re
from typing import Any

import yaml
from pydantic import ValidationError

from retinue.engines.configs.model import Configuration
from retinue.kernel.errors import Refusal
from retinue.kernel.shapes import reason as said_of

_LARGEST = 500_000  # characters of a configuration's text


class ConfigurationInvalid(Refusal):
    """The configuration cannot be used. {problems}"""

    status = 422
    next = "Correct the fields named, then send the configuration again."

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        super().__init__(problems=" ".join(f"{path}: {reason}." for path, reason in problems))


class ConfigurationUnreadable(Refusal):
    """The configuration is not readable {form}: {reason}."""

    status = 422
    next = "Correct the text at the place named, then send it again."


def from_data(data: object) -> Configuration:
    """A configuration from parsed JSON or YAML; raises ConfigurationInvalid that names the path of each wrong field."""
    try:
        return Configuration.model_validate_json(json.dumps(data, allow_nan=False))
    except ValidationError as error:
        raise ConfigurationInvalid([_problem(dict(detail)) for detail in error.errors(include_url=False)]) from None
    except (TypeError, ValueError) as error:
        raise ConfigurationUnreadable(form="data", reason=str(error)) from None


def from_json(text: str) -> Configuration:
    if len(text) > _LARGEST:
        raise ConfigurationUnreadable(form="JSON", reason=f"it is longer than {_LARGEST} characters")
    try:
        return from_data(json.loads(text, object_pairs_hook=_unrepeated))
    except (ValueError, RecursionError) as error:
        raise ConfigurationUnreadable(form="JSON", reason=str(error) or "it is nested too deeply") from None


def from_yaml(text: str) -> Configuration:
    """YAML without aliases or tags; only true and false are booleans, dates stay text and `+14155550100` a telephone number."""
    if len(text) > _LARGEST:
        raise ConfigurationUnreadable(form="YAML", reason=f"it is longer than {_LARGEST} characters")
    try:
        data = yaml.load(text, _Loader)  # noqa: S506 - derives from SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigurationUnreadable(form="YAML", reason=" ".join(str(error).split()) or "it is nested too deeply") from None
    return from_data(data)


def to_data(configuration: Configuration) -> dict[str, Any]:
    """Plain values, without what is absent."""
    return configuration.model_dump(mode="json", exclude_none=True)


def to_json(configuration: Configuration) -> str:
    return json.dumps(to_data(configuration), ensure_ascii=False, indent=2)


def to_yaml(configuration: Configuration) -> str:
    return yaml.dump(to_data(configuration), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def _problem(detail: dict[str, Any]) -> tuple[str, str]:
    path = ""
    for step in detail["loc"]:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    reasons = {
        "missing": "it is required",
        "string_pattern_mismatch": f"it does not have the form {detail.get('ctx', {}).get('pattern')}",
    }
    reason = reasons.get(detail["type"]) or said_of(Configuration, detail).removeprefix("Value error, ").rstrip(".")
    return path or "configuration", reason[0].lower() + reason[1:]


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if repeated := next((key for key in keys if keys.count(key) > 1), None):
        raise ValueError(f"the key {repeated} stands twice")
    return dict(pairs)


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError(f"an alias stands in line {self.line + 1}; write the value out")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
                raise yaml.YAMLError(f"the key in line {key.start_mark.line + 1} is not a word")
            if key.value in seen:
                raise yaml.YAMLError(f"the key {key.value} in line {key.start_mark.line + 1} stands twice")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    """Quotes text that a reader of YAML 1.1 or of 1.2 would take for a number, a date or a boolean."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent_text)


def _resolvers() -> None:
    """YAML 1.2's core words instead of YAML 1.1's, which reads `no` as false and `+1415…` as a number."""
    words = (
        ("bool", r"^(?:true|false|True|False)$", "tTfF"),
        ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
        ("float", r"^-?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+)$", "-.0123456789"),
        ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    )
    for name, pattern, first in words:
        for reader in (_Loader, _Dumper):
            reader.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(pattern), list(first))


_resolvers()

"""A wheel carries the built console: one without it is not made."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Wheel(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable" and not (Path(self.root) / "src/retinue/assembly/files/console/index.html").exists():
            raise RuntimeError("The console is not built: run make setup first.")

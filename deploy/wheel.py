"""A wheel carries the built console and widget: one without them is not made."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Wheel(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        built = Path(self.root) / "src/retinue/assembly/files"
        for file in ("console/index.html", "widget/widget.js"):
            if version != "editable" and not (built / file).exists():
                raise RuntimeError(f"{file} is not built: run make setup first.")

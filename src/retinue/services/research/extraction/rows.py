"""How a row of a table reads once it is a line of text: `Header: value; Header: value`, or cells between bars or tabs."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    header: str
    value: str


_PART = re.compile(r"^(?P<header>[^:;]{1,60}):\s+(?P<value>.+)$")
_CODE = re.compile(r"^(?:sku|code|id|no\.?|nr\.?|ref\w*|item (?:no|code)|article|part (?:no|number))$", re.IGNORECASE)


def cells_of(line: str) -> list[Cell]:
    """The cells of a row, without its codes; empty when the line is no row of two cells or more."""
    parts = [part.strip() for part in re.split(r"\t|\s\|\s|;\s+", line) if part.strip()]
    if len(parts) < 2:
        return []
    cells = []
    for part in parts:
        match = _PART.match(part)
        cells.append(Cell(match["header"].strip(), match["value"].strip()) if match else Cell("", part))
    # Semicolons stand in sentences too.
    written = "\t" not in line and " | " not in line and not any(cell.header for cell in cells[:2])
    if written and (line.endswith((".", "!", "?")) or any(len(cell.value) > 60 for cell in cells)):
        return []
    return [cell for cell in cells if not _CODE.match(cell.header)]

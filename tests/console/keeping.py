"""Keeps the pictures that a browser test took for the documentation, in 256 colours: flat pages lose nothing that an eye sees."""

from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]

for taken in sorted((ROOT / "build/pictures").glob("docs-*.png")):
    with Image.open(taken) as image:
        image.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            ROOT / "docs/pictures" / taken.name.removeprefix("docs-"), optimize=True
        )

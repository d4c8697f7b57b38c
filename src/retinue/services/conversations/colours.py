"""An accent that can be read: moved towards black or white until it stands out from the ground, by WCAG 2.1's contrast ratio."""

from dataclasses import dataclass

LEGIBLE = 4.5  # of text; WCAG 2.1, 1.4.3
STEPS = 50
Rgb = tuple[int, int, int]
WHITE, INK = (255, 255, 255), (3, 34, 42)
GROUNDS: dict[str, Rgb] = {"light": (255, 255, 255), "dark": (23, 33, 36)}
OURS = {"light": ("#0b6878", "#ffffff"), "dark": ("#5cc3d3", "#03222a")}


@dataclass(frozen=True)
class Pair:
    accent: str
    on_accent: str


def rgb(written: str) -> Rgb:
    return int(written[1:3], 16), int(written[3:5], 16), int(written[5:7], 16)


def written(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def luminance(colour: Rgb) -> float:
    """Relative luminance, WCAG 2.1."""
    parts = [c / 255 for c in colour]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Rgb, other: Rgb) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def pair(accent: str | None, theme: str) -> Pair:
    """The accent as it is used on the grounds of a theme, and the colour of text upon it."""
    if accent is None:
        return Pair(*OURS[theme])
    ground = GROUNDS[theme]
    towards = WHITE if theme == "dark" else (0, 0, 0)
    start = rgb(accent)
    for step in range(STEPS + 1):
        r, g, b = (round(c + (t - c) * step / STEPS) for c, t in zip(start, towards, strict=True))
        # Citations and buttons stand on a ground that holds a little of the accent itself: hence the margin.
        if contrast((r, g, b), ground) >= LEGIBLE * 1.2:
            break
    on = max((WHITE, INK), key=lambda ink: contrast((r, g, b), ink))
    return Pair(written((r, g, b)), written(on))

"""The colours keep their floors in every mood, and the landing pages repeat them truly."""

import math
import re
from pathlib import Path

import pytest

STYLES = Path(__file__).parents[2] / "static" / "css"

BODY, TEXT, PART = 7.0, 4.5, 3.0
FLOORS = [
    *[("ink", ground, BODY) for ground in ("page", "ground", "sunken", "accent-soft")],
    *[("ink", f"{state}-soft", BODY) for state in ("good", "warn", "danger")],
    *[("ink-soft", ground, BODY) for ground in ("page", "ground")],
    *[("ink-soft", ground, TEXT) for ground in ("sunken", "accent-soft")],
    *[("on-accent", ground, BODY) for ground in ("accent", "accent-strong")],
    *[("link", ground, TEXT) for ground in ("page", "ground", "accent-soft")],
    *[(state, f"{state}-soft", TEXT) for state in ("good", "warn", "danger")],
    *[(state, "ground", TEXT) for state in ("good", "warn", "danger")],
    *[(state, "page", TEXT) for state in ("good", "warn", "danger")],
    ("on-danger", "danger", TEXT),
    *[("edge", ground, PART) for ground in ("page", "ground", "sunken")],
    *[(part, ground, PART) for part in ("accent", "focus") for ground in ("page", "ground")],
    *[("light-left", ground, PART) for ground in ("page", "ground")],
    ("room-ink", "room", BODY),
    ("room-ink", "room-raised", BODY),
    ("room-on-end", "room-end", TEXT),
    ("room-edge", "room", PART),
    ("room-focus", "room", PART),
    ("stage-ink", "stage", BODY),
    ("stage-ink", "stage-low", BODY),
    ("stage-focus", "stage-low", PART),
]

Oklch = tuple[float, float, float]


def colours(block: str) -> dict[str, Oklch]:
    found = re.findall(r"--color-([\w-]+): oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)", block)
    return {name: (float(light), float(chroma), float(hue)) for name, light, chroma, hue in found}


def block(sheet: str, start: str) -> str:
    return sheet[sheet.index(start) :].split("}", 1)[0]


def linear(colour: Oklch) -> tuple[float, float, float]:
    """OKLCH to linear sRGB, by Ottosson's matrices."""
    lightness, chroma, hue = colour
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def luminance(colour: Oklch) -> float:
    red, green, blue = (min(1.0, max(0.0, part)) for part in linear(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Oklch, other: Oklch) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def moods() -> dict[str, dict[str, Oklch]]:
    sheet = (STYLES / "tokens.css").read_text()
    day = colours(block(sheet, ":root {"))
    night = day | colours(block(sheet, ':root:not([data-mood="gentle"]) {'))
    gentle = day | colours(block(sheet, '[data-mood="gentle"] {\n  color-scheme'))
    return {"day": day, "night": night, "gentle": gentle}


MOODS = moods()


@pytest.mark.parametrize("mood", MOODS)
def test_every_pair_keeps_its_contrast_floor(mood: str) -> None:
    palette = MOODS[mood]

    low = {
        (ink, ground): round(contrast(palette[ink], palette[ground]), 2)
        for ink, ground, floor in FLOORS
        if contrast(palette[ink], palette[ground]) < floor
    }

    assert low == {}


@pytest.mark.parametrize("mood", MOODS)
def test_every_colour_can_be_shown_on_a_plain_screen(mood: str) -> None:
    outside = [
        name
        for name, colour in MOODS[mood].items()
        if not all(-0.002 <= part <= 1.002 for part in linear(colour))
    ]

    assert outside == []


def test_gentle_light_holds_no_cold_hue() -> None:
    always = ("room", "stage", "handset")

    cold = [
        name
        for name, (_lightness, _chroma, hue) in MOODS["gentle"].items()
        if not name.startswith(always) and not 25 <= hue <= 100
    ]

    assert cold == []


def test_gentle_light_does_not_glare() -> None:
    gentle = MOODS["gentle"]

    assert contrast(gentle["ink"], gentle["page"]) <= 12.5


@pytest.mark.parametrize(
    ("mood", "start"), [("day", ":root {"), ("night", "(prefers-color-scheme: dark)")]
)
def test_landing_pages_repeat_the_colours_of_the_tokens(mood: str, start: str) -> None:
    landing = colours(block((STYLES / "landing.css").read_text(), start))

    assert landing
    assert landing == {name: MOODS[mood][name] for name in landing}

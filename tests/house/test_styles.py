"""The sheets keep to the house: every one is used, none shouts, and the bundles stay light."""

import json
import re
from pathlib import Path

import brotli
import pytest

STATIC = Path(__file__).parents[2] / "static"
BUNDLES: dict[str, list[str]] = json.loads((STATIC / "css" / "bundles.json").read_text())
SHEETS = sorted(str(path.relative_to(STATIC)) for path in (STATIC / "css").rglob("*.css"))

MOST_BYTES = {"patient.css": 12_000, "room.css": 8_000, "landing.css": 1_500}


def test_every_sheet_is_in_a_bundle_and_every_bundle_names_sheets_that_exist() -> None:
    assert sorted({sheet for sheets in BUNDLES.values() for sheet in sheets}) == SHEETS


@pytest.mark.parametrize("bundle", MOST_BYTES)
def test_a_bundle_stays_within_its_budget(bundle: str) -> None:
    joined = "\n".join((STATIC / sheet).read_text() for sheet in BUNDLES[bundle])

    assert len(brotli.compress(joined.encode())) <= MOST_BYTES[bundle]


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_sheet_keeps_to_the_house_style(sheet: str) -> None:
    text = (STATIC / sheet).read_text()

    assert "!important" not in text
    assert "url(" not in text
    # the minifier takes the space away and so turns a descendant into the element itself
    assert re.findall(r"[\w\])*] :(?:is|not|where|has)\(", text) == []
    assert (
        "--color-" not in text
        or sheet in ("css/tokens.css", "css/landing.css")
        or (re.findall(r"oklch\(|#[0-9a-f]{3,8}\b", text) == [])
    )


def test_there_are_fewer_than_twenty_utilities() -> None:
    utilities = (STATIC / "css" / "utilities.css").read_text()

    assert len(re.findall(r"^  [.\[][^{]+\{", utilities, re.MULTILINE)) < 20

"""What is written about the house: every place it names is there, every decision is found."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECISIONS = ROOT / "docs" / "decisions"
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")],
    key=lambda page: page.relative_to(ROOT).as_posix(),
)
# What is named as `app/web/guards.py` or `tests/house`; not what a run only writes.
PLACES = re.compile(
    r"`((?:app|bench|deploy|docs|e2e|scripts|service_worker|static|templates|tests)/[\w./-]+)"
)
WRITTEN_BY_RUNS = ("bench/results", "docs/screens")
LINKS = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_names_and_links_to_what_is_there(page):
    written = page.read_text()
    places = {found for found in PLACES.findall(written) if not found.startswith(WRITTEN_BY_RUNS)}

    assert [place for place in sorted(places) if not is_there(place)] == []
    assert [link for link in LINKS.findall(written) if not (page.parent / link).exists()] == []


def test_every_decision_is_in_the_list_under_its_own_title_and_in_order():
    decided = sorted(DECISIONS.glob("[0-9]*.md"))
    listed = re.findall(
        r"^- \[(.+)\]\((.+)\)$", (DECISIONS / "README.md").read_text(), re.MULTILINE
    )

    assert listed == [(title_of(page), page.name) for page in decided]
    numbers = [page.name[:4] for page in decided]
    assert numbers == sorted(set(numbers)), "two decisions carry one number"


def is_there(place):
    """A module may be named without its ending."""
    path = ROOT / place.rstrip("./")
    return path.exists() or path.with_suffix(".py").exists()


def title_of(decision):
    return decision.read_text().partition("\n")[0].removeprefix("# ")

"""Nothing of the checklist is only believed: a test carries each number in its name."""

import re
from pathlib import Path

import pytest

from tests.asvs.lines import LINES

TESTS = Path(__file__).parents[1]
_NUMBERS = re.compile(r"^ *def test_asvs_((?:\d+_\d+_\d+_)+)[a-z]", re.MULTILINE)


def _kept() -> set[str]:
    found = set()
    for path in TESTS.rglob("test_*.py"):
        for numbers in _NUMBERS.findall(path.read_text()):
            parts = numbers.strip("_").split("_")
            found |= {".".join(parts[at : at + 3]) for at in range(0, len(parts), 3)}
    return found


KEPT = _kept()


def test_the_checklist_has_its_44_lines():
    assert list(LINES) == list(range(1, 45))


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_kept_by_a_test_for_each_of_its_numbers(line):
    assert set(LINES[line]) - KEPT == set()


def test_no_test_stands_for_a_number_that_is_on_no_line():
    assert KEPT - {number for numbers in LINES.values() for number in numbers} == set()

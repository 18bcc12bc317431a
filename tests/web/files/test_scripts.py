"""Scripts as they are sent: each joined with what it imports."""

import re
from collections import Counter
from pathlib import Path

import pytest

from app.web.files import assets

_TOP_LEVEL = re.compile(
    r"^(?:export )?(?:async )?(?:const|let|class|function\*?) ([\w$]+)", re.MULTILINE
)
_ROOT = Path(__file__).resolve().parents[3]
_SCRIPTS = sorted(
    script.relative_to(_ROOT).as_posix()
    for place in ("static/js", "service_worker")
    for script in (_ROOT / place).rglob("*.js")
)


@pytest.mark.parametrize("script", _SCRIPTS)
def test_modules_that_meet_in_one_script_call_nothing_by_the_same_name(script):
    named = Counter(_TOP_LEVEL.findall(assets.joined_source(_ROOT / script)))

    # Declared twice, a browser refuses the whole script, and nothing on the page works.
    assert [name for name, times in named.items() if times > 1] == []


def test_a_script_brings_the_names_of_what_it_imports():
    named = _TOP_LEVEL.findall(assets.joined_source(_ROOT / "static/js/visit/room.js"))

    assert {"VisitRoom", "VisitSocket", "postOnceHeard"} <= set(named)

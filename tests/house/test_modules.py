"""Small rooms: a module is read in one sitting."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder, ending in (("app", "py"), ("static/js", "js"), ("service_worker", "js"))
    for path in (ROOT / folder).rglob(f"*.{ending}")
    if "migrations/versions" not in path.as_posix()
)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_no_more_than_300_lines(module):
    assert len((ROOT / module).read_text().splitlines()) <= 300


def test_only_the_clock_reads_the_clock():
    for path in (ROOT / "app").rglob("*.py"):
        if path.name == "clock.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today"):
                owner = node.value
                name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
                assert name not in ("datetime", "date"), f"{path}:{node.lineno}"


def test_no_endpoint_or_rule_commits_by_itself():
    for path in (ROOT / "app").rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr == "commit":
                raise AssertionError(f"{path}:{node.lineno}")

"""Small rooms: a module is read in one sitting."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder, ending in (("app", "py"), ("static/js", "js"), ("service_worker", "js"))
    for path in (ROOT / folder).rglob(f"*.{ending}")
    if "migrations/versions" not in path.as_posix()
)


def test_a_module_has_no_more_than_300_lines():
    lengths = {module: len((ROOT / module).read_text().splitlines()) for module in MODULES}

    assert {module: length for module, length in lengths.items() if length > 300} == {}
    assert len(lengths) > 800


def test_only_the_clock_reads_the_clock():
    assert [where for where, node in attributes() if reads_the_clock(node)] == ["app/clock.py"] * 2


def test_no_endpoint_or_rule_commits_by_itself():
    commits = [where for where, node in attributes() if node.attr == "commit"]

    assert [where for where in commits if "migrations" not in where] == []


@cache
def attributes():
    """Everything that stands behind a dot in the application, with its module."""
    return [
        (path.relative_to(ROOT).as_posix(), node)
        for path in sorted((ROOT / "app").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
    ]


def reads_the_clock(node):
    owner = node.value
    name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
    return node.attr in ("now", "utcnow", "today") and name in ("datetime", "date")

"""Every budget has a row that answers it, and the table says so when it does not."""

import ast
import importlib.util
import math
import re
from functools import cache
from pathlib import Path

import pytest

from bench.budgets import Budget, budgets, told
from bench.rows import absent, at_least, at_most

BENCH = Path(__file__).parents[2] / "bench"
_FEWEST_LETTERS = 5


def line(part: str) -> str:
    """The table's line that begins so."""
    return next(each for each in part.splitlines() if each.startswith("stylesheet"))


@pytest.mark.parametrize(
    "budget",
    [each for each in budgets() if not each.waits],
    ids=lambda each: f"{each.group}: {each.says}",
)
def test_each_budget_is_answered_by_rows_that_a_part_of_the_bench_makes(budget):
    known = _names(f"bench.{budget.part}")

    assert f"bench.{budget.part}" in {*_parts(), "bench.__main__"}
    assert budget.rows
    for row in budget.rows:
        assert any(re.fullmatch(name, row) for name in known), row


def test_a_budget_waits_only_as_long_as_its_part_is_not_there():
    waiting = [each.part for each in budgets() if each.waits]

    assert [part for part in waiting if _path(f"bench.{part}")] == []


def test_no_two_budgets_say_the_same():
    said = [(each.group, each.says) for each in budgets()]

    assert len(said) == len(set(said))


def test_what_is_over_its_budget_is_marked_and_counted():
    table = told([at_most("question page: stylesheet", 13.5, "kB", 12, "SurveyJS 40 kB", 0.3)])

    assert re.search(r"≤ 12 kB +13\.5 kB OVER +0\.3 ×  SurveyJS 40 kB", line(table))
    assert f"{len(budgets())} budgets: 1 over, {len(budgets()) - 1} not measured" in table


def test_what_keeps_its_budget_is_not_marked():
    table = told([at_most("question page: stylesheet", 8, "kB", 12)])

    assert "8 kB ok" in line(table)
    assert "OVER" not in table


def test_of_several_rows_the_worst_is_shown():
    rows = [
        at_least("home page: rate beside the bare template", 0.9, "×", 0.5),
        at_least("prompt page: rate beside the bare template", 0.4, "×", 0.5),
    ]

    table = told(rows)

    assert re.search(r"other pages.* 0\.4 × OVER .*\(worst of 2\)", table)


def test_what_could_not_be_measured_says_why_and_is_not_over():
    table = told([absent("call: Janus", "not installed")])

    assert re.search(r"ahead of Janus .* – +not installed", table)
    assert " 0 over" in table


def test_a_budget_that_no_row_answers_names_the_part_to_run():
    assert "no row; python -m bench questions" in line(told([]))


def test_a_row_that_is_no_number_answers_nothing():
    budget = Budget("", "", "", "questions", ["call: *"])

    [row] = budget.answers([absent("call: Janus", "no")])

    assert math.isnan(row.value)
    assert not row.is_measured


@cache
def _parts() -> tuple[str, ...]:
    for node in ast.walk(ast.parse((BENCH / "__main__.py").read_text())):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PARTS":
            return tuple(ast.literal_eval(node.value))
    raise AssertionError("no PARTS")


@cache
def _names(module: str) -> frozenset[str]:
    """Whatever words stand in a part and in the benchmarks it imports, as patterns: what is put
    into them when they run may be anything.
    """
    known: set[str] = set()
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in seen or (path := _path(name)) is None:
            continue
        seen.add(name)
        tree = ast.parse(path.read_text())
        known |= {pattern for node in ast.walk(tree) if (pattern := _pattern(node))}
        waiting += [each for node in ast.walk(tree) for each in _imported(node)]
    return frozenset(known)


def _path(name: str) -> Path | None:
    if not name.startswith("bench."):
        return None
    found = importlib.util.find_spec(name)
    return Path(found.origin) if found and found.origin else None


def _imported(node: ast.AST) -> list[str]:
    if not isinstance(node, ast.ImportFrom) or not node.module:
        return []
    if node.module == "bench":
        return [f"bench.{each.name}" for each in node.names]
    return [node.module]


def _pattern(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        words = [str(part.value) if isinstance(part, ast.Constant) else "" for part in node.values]
        if sum(map(len, words)) < _FEWEST_LETTERS:  # it would fit everything
            return ""
        return "".join(re.escape(word) or ".*" for word in words)
    return ""

"""The faults that the tests are tried with: small, one at a time, and in no file."""

import ast
import os
import signal
from pathlib import Path

import pytest

from bench import mutated, mutation_children
from bench.mutants import ROOT, Source
from bench.mutation import equal_ones
from bench.mutation_areas import AREAS

TOKENS = "app/security/tokens.py"


@pytest.fixture
def tokens():
    return Source(TOKENS)


def test_a_bound_a_condition_and_an_answer_are_among_them(tokens):
    differences = {(mutant.function, mutant.after) for mutant in tokens.mutants()}

    assert ("", "TOKEN_LENGTH = 23") not in differences
    assert ("TOKEN_LENGTH", "TOKEN_LENGTH = 23") in differences
    assert ("same", "return None") in differences
    seen = "isinstance(value, str) and len(value) == TOKEN_LENGTH"
    assert ("looks_like_token", f"return {seen}") in differences


def test_words_and_types_are_not(tokens):
    for mutant in tokens.mutants():
        assert '"""' not in mutant.before + mutant.after
        assert "->" not in mutant.after


def test_each_leaves_the_text_and_the_tree_as_they_were(tokens):
    text, tree = (ROOT / TOKENS).read_text(), ast.unparse(tokens.tree)

    for mutant in tokens.mutants():
        with mutant.applied():
            assert ast.unparse(tokens.tree) != tree
            mutated.compiled(tokens)

    assert ast.unparse(tokens.tree) == tree
    assert (ROOT / TOKENS).read_text() == text


def test_what_is_tried_and_what_tries_it_is_there():
    for area in AREAS.values():
        for name in (*area.modules, *area.tests):
            assert Path(ROOT / name).exists(), name


def test_each_fault_that_changes_nothing_says_why():
    for (place, *lines), reason in equal_ones().items():
        assert (ROOT / place.split()[0]).exists(), place
        assert {line[:2] for line in lines} <= {"- ", "+ "}
        assert reason


def _ends(how: int | signal.Signals) -> None:
    if isinstance(how, signal.Signals):
        if how is not signal.SIGKILL:
            signal.signal(how, signal.SIG_DFL)
        os.kill(os.getpid(), how)
    os._exit(int(how))


@pytest.mark.parametrize(
    ("how", "says"),
    [
        (0, "survived"),
        (1, "killed"),
        (signal.SIGSEGV, "killed"),
        (signal.SIGPROF, "hung"),  # it has used up its share of the processor
        (signal.SIGKILL, "untold"),  # the machine had no room for it: no test has noticed anything
    ],
)
def test_only_what_a_test_or_the_processor_says_counts_as_noticed(how, says):
    pid = os.fork()
    if pid == 0:
        _ends(how)

    assert mutation_children.ended(pid) == says

"""Runs the tests against one fault after another: a plugin that takes over pytest's loop.

Everything is imported and gathered once. A first round, on the sound application, notes which test
reaches which line. Then each fault gets a forked child, in which the tests that reach its line run
until one fails. What the child breaks ends with it.
"""

import gc
import importlib
import os
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bench import mutated, mutation_children, mutation_lines
from bench.mutants import ROOT, Mutant, Source
from bench.mutation_children import ANEW, HUNG, KILLED, SURVIVED, UNREACHED

MOST_TESTS = 60  # for one fault; what survives so many is called a survivor
_MOST_ANEW = 200  # where each fault costs a start of everything
# Of the processor, and ten times what a test took without a fault: what takes longer hangs.
_SECONDS = 8.0


@dataclass
class Test:
    """A test that passes without a fault, and what it reached then."""

    item: pytest.Item
    seconds: float = 0.0  # of the processor
    reached: set[tuple[str, int]] = field(default_factory=set)


class Round:
    """One area: its modules' faults, judged by `judge` one at a time."""

    def __init__(
        self, paths: Sequence[str], judge: Callable[["Round", Source], None], most: int
    ) -> None:
        self.sources = [Source(path) for path in paths]
        self.judge = judge
        self._most = most
        self.tests: list[Test] = []
        self._live: dict[str, mutated.Live] = {}
        self._reached = mutation_lines.watch(self.sources)
        self._early: set[tuple[str, int]] = set()  # while all was read and gathered, before a test
        self._failed = False
        self._nowhere = Path(os.devnull).open("w")  # noqa: SIM115  loggers keep it: open to the end
        self._killers: dict[str, Counter[str]] = defaultdict(Counter)
        self._trusted: set[str] = set()  # tests that passed once more, in a child without a fault

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for source in self.sources:
            importlib.import_module(source.name)
        self._early = {*self._reached}
        self._note_reached(session.items)
        _let_go()
        gc.collect()
        gc.freeze()  # what the children share is not looked through in each of them
        print(f"  {len(self.tests)} tests reach these modules", flush=True)
        for source in self.sources:
            self.judge(self, source)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed = self._failed or report.failed

    def verdict(self, source: Source, mutant: Mutant) -> str:
        """What the tests say to a fault."""
        tests = self._choose(source, mutant)
        if not tests and not self._ran_early(mutant):
            return UNREACHED
        if tests and mutated.fits(sys.modules[source.name], mutant):
            told, killer = self._in_child(tests, source, mutant)
            is_noticed = told in (KILLED, HUNG)
            if is_noticed and not self._is_trusted(killer):
                return self.verdict(source, mutant)
            # What ran before the first test has done what it does without the fault.
            is_late = told == SURVIVED and self._ran_early(mutant)
            if told != ANEW and not is_late:
                self._killers[_place(mutant)][killer] += is_noticed
                return told
        if (ROOT / mutant.path).read_text() != source.text:
            raise RuntimeError(f"{mutant.path} was changed meanwhile: begin again")
        named = [test.item.nodeid for test in (tests or self.tests)[:_MOST_ANEW]]
        return mutation_children.anew(named, mutant)

    def _ran_early(self, mutant: Mutant) -> bool:
        return mutant.when == "body" and (mutant.path, mutant.line) in self._early

    def _note_reached(self, items: list[pytest.Item]) -> None:
        for item, following in zip(items, [*items[1:], None], strict=True):
            self._reached.clear()
            for source in self.sources:
                mutated.forget(source)
            begun, self._failed = time.process_time(), False
            with redirect_stdout(self._nowhere):
                _run(item, following)
            if self._failed:
                print(f"  left out, fails without a fault: {item.nodeid}", flush=True)
            elif self._reached or self._reads(item):
                took = time.process_time() - begun
                self.tests.append(Test(item, took, set(self._reached)))
        for source in self.sources:
            self._live[source.path] = mutated.live_functions(source)
            if not self._live[source.path] and mutated.has_functions(source):
                raise RuntimeError(f"no function of {source.path} is found: no fault would count")
            mutated.swap(self._live[source.path], mutated.compiled(source))

    def _reads(self, item: pytest.Item) -> bool:
        """Whether a test that reaches no line may read a constant: its file names the module."""
        named = vars(getattr(item, "module", None) or object)
        return any(sys.modules[source.name] in named.values() for source in self.sources)

    def _choose(self, source: Source, mutant: Mutant) -> list[Test]:
        lines = mutation_lines.of(source, mutant)
        reached = [test for test in self.tests if lines & test.reached]
        if mutant.when == "import":
            reached += [test for test in self.tests if not test.reached]
        if mutant.when == "import" and not reached:  # a module of constants has no lines to reach
            reached = [*self.tests]
        killers = self._killers[_place(mutant)]
        # Then those that are named like the module, or do little beside: they look closest.
        alike = f"test_{Path(source.path).name}::"
        reached.sort(
            key=lambda test: (
                -killers[test.item.nodeid],
                alike not in test.item.nodeid,
                len(test.reached),
            )
        )
        # Of those that went the same way one first: sixty alike would notice no more than one does.
        ways: Counter[frozenset[tuple[str, int]]] = Counter()
        turns = []
        for test in reached:
            way = frozenset(test.reached)
            turns.append(ways[way])
            ways[way] += 1
        spread = [test for _, test in sorted(zip(turns, reached, strict=True), key=lambda t: t[0])]
        return spread[: self._most * (4 if mutant.when == "import" else 1)]

    def _is_trusted(self, killer: str) -> bool:
        """Whether a test passes in a child as long as there is no fault. If not, it is left out."""
        tests = [test for test in self.tests if test.item.nodeid == killer]
        if killer in self._trusted or not tests:
            return True
        if self._in_child(tests, None, None)[0] == SURVIVED:
            self._trusted.add(killer)
            return True
        print(f"  left out, fails in a child without a fault: {killer}", flush=True)
        self.tests.remove(tests[0])
        return False

    def _in_child(
        self, tests: list[Test], source: Source | None, mutant: Mutant | None
    ) -> tuple[str, str]:
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            os._exit(self._be_child(tests, source, mutant, writing))
        os.close(writing)
        told = mutation_children.Told(reading)
        verdict = mutation_children.ended(pid, told.has_begun_another)
        os.close(reading)
        if verdict not in (KILLED, SURVIVED, ANEW):
            _clean_databases()
        return verdict, told.last

    def _be_child(
        self, tests: list[Test], source: Source | None, mutant: Mutant | None, writing: int
    ) -> int:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        try:
            if source and mutant and not mutated.put_in(source, self._live[source.path], mutant):
                return 3
            if source:
                mutated.forget(source)
            for test, following in zip(tests, [*tests[1:], None], strict=True):
                self._failed = False
                os.write(writing, f"{test.item.nodeid}\n".encode())
                signal.setitimer(signal.ITIMER_PROF, _longest(test))  # ends this process
                _run(test.item, following.item if following else None)
                if self._failed:
                    return 1
        except BaseException:  # noqa: BLE001  whatever a fault did to the run itself
            return 1
        return 0


def _place(mutant: Mutant) -> str:
    return f"{mutant.path} {mutant.function}"


def _longest(test: Test) -> float:
    return _SECONDS + 10 * test.seconds


def _run(item: pytest.Item, following: pytest.Item | None) -> None:
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def _clean_databases() -> None:
    """A child that was ended in the middle of a test has left rows in the databases we share."""
    from tests import databases

    for kind, urls in databases._kept.items():
        waiting, urls[:] = [*urls], []
        for url in waiting:
            databases._empty(kind, url)  # which puts it back
    _let_go()


def _let_go() -> None:
    """No connection is in two processes: a child opens its own."""
    from tests import databases, emptying

    for urls in databases._kept.values():
        for url in urls:
            emptying.close_engines(url)
    emptying._emptier.cache_clear()


def run(
    paths: Sequence[str],
    tests: Sequence[str],
    judge: Callable[[Round, Source], None],
    most: int = MOST_TESTS,
) -> None:
    """Gather the tests and have every module judged, a fault by at most so many tests."""
    os.nice(max(0, 5 - os.nice(0)))
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 3000))
    pytest.main(
        ["-s", "-q", "--no-summary", *mutation_children.PLUGINS, *tests],
        plugins=[Round(paths, judge, most)],
    )

"""Runs the tests against one fault after another: a plugin that takes over pytest's loop.

Everything is imported and gathered once. A first round, on the sound application, notes which test
reaches which line. Then each fault gets a forked child, in which the tests that reach its line run
until one fails. What the child breaks ends with it.
"""

import ast
import copy
import gc
import importlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bench import mutated
from bench.mutants import ROOT, Mutant, Source

KILLED, HUNG, SURVIVED, UNREACHED = "killed", "hung", "survived", "unreached"
_MOST_TESTS = 60  # for one fault; what survives so many is called a survivor
_MOST_ANEW = 200  # where each fault costs a start of everything
# Of the processor, and ten times what a test took without a fault: what takes longer hangs.
_SECONDS = 8.0
_WAITS = 60.0  # besides, for what hangs and costs nothing
_PLUGINS = (
    *("-pno:playwright", "-pno:xdist", "-pno:cacheprovider"),
    # What one test left lying about is no failure of the next.
    *("-pno:unraisableexception", "-pno:threadexception"),
)


@dataclass
class Test:
    """A test that passes without a fault, and what it reached then."""

    item: pytest.Item
    seconds: float = 0.0
    reached: set[tuple[str, int]] = field(default_factory=set)


class Round:
    """One area: its modules' faults, judged by `judge` one at a time."""

    def __init__(self, paths: Sequence[str], judge: Callable[["Round", Source], None]) -> None:
        self.sources = [Source(path) for path in paths]
        self.judge = judge
        self.tests: list[Test] = []
        self._live: dict[str, mutated.Live] = {}
        self._reached: set[tuple[str, int]] = set()
        self._failed = False
        self._nowhere = Path(os.devnull).open("w")  # noqa: SIM115  loggers keep it: open to the end
        self._killers: dict[str, Counter[str]] = defaultdict(Counter)
        self._trusted: set[str] = set()  # tests that passed once more, in a child without a fault

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for source in self.sources:
            importlib.import_module(source.name)
            self._live[source.path] = mutated.live_functions(source)
        self._note_reached(session.items)
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
        if not tests:
            return UNREACHED
        if mutated.fits(sys.modules[source.name], mutant):
            told, killer = self._in_child(tests, source, mutant)
            if told == KILLED and not self._is_trusted(killer):
                return self.verdict(source, mutant)
            if told != "anew":
                self._killers[_place(mutant)][killer] += 1
                return told
        if (ROOT / mutant.path).read_text() != source.text:
            raise RuntimeError(f"{mutant.path} was changed meanwhile: begin again")
        return _anew(tests[:_MOST_ANEW], mutant)

    def _note_reached(self, items: list[pytest.Item]) -> None:
        for source in self.sources:
            self._watch(source)
        for item, following in zip(items, [*items[1:], None], strict=True):
            self._reached.clear()
            begun, self._failed = time.perf_counter(), False
            with redirect_stdout(self._nowhere):
                _run(item, following)
            if self._failed:
                print(f"  left out, fails without a fault: {item.nodeid}", flush=True)
            elif self._reached:
                took = time.perf_counter() - begun
                self.tests.append(Test(item, took, set(self._reached)))
        for source in self.sources:
            self._live[source.path] = mutated.live_functions(source)
            mutated.swap(self._live[source.path], mutated.compiled(source))

    def _watch(self, source: Source) -> None:
        """Have each statement of the module's functions say that it was reached."""
        tree = copy.deepcopy(source.tree)
        _tell_each_line(tree)
        path = source.path
        module = sys.modules[source.name]
        vars(module)["__reached__"] = lambda line: self._reached.add((path, line))
        code = compile(tree, source.file, "exec", dont_inherit=True)
        mutated.swap(self._live[path], code)

    def _choose(self, source: Source, mutant: Mutant) -> list[Test]:
        lines = _lines(source, mutant)
        reached = [test for test in self.tests if lines & test.reached]
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
        return reached[: None if mutant.when == "import" else _MOST_TESTS]

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
        code = _wait(pid, time.monotonic() + _WAITS + sum(map(_longest, tests)))
        with os.fdopen(reading) as told:
            killer = told.read()
        if code not in (0, 1):
            _clean_databases()
        verdicts = {0: SURVIVED, 1: KILLED, 3: "anew", None: HUNG, -signal.SIGPROF: HUNG}
        return verdicts.get(code, KILLED), killer

    def _be_child(
        self, tests: list[Test], source: Source | None, mutant: Mutant | None, writing: int
    ) -> int:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        test: Test | None = None
        try:
            if source and mutant and not mutated.put_in(source, self._live[source.path], mutant):
                return 3
            for test, following in zip(tests, [*tests[1:], None], strict=True):
                self._failed = False
                signal.setitimer(signal.ITIMER_PROF, _longest(test))  # ends this process
                _run(test.item, following.item if following else None)
                if self._failed:
                    os.write(writing, test.item.nodeid.encode())
                    return 1
        except BaseException:  # noqa: BLE001  whatever a fault did to the run itself
            os.write(writing, test.item.nodeid.encode() if test else b"")
            return 1
        return 0


def _place(mutant: Mutant) -> str:
    return f"{mutant.path} {mutant.function}"


def _longest(test: Test) -> float:
    return _SECONDS + 10 * test.seconds


def _run(item: pytest.Item, following: pytest.Item | None) -> None:
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def _tell_each_line(node: ast.AST, inside: bool = False) -> None:
    inside = inside or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    for name in ("body", "orelse", "finalbody"):
        statements = getattr(node, name, None)
        if isinstance(statements, list):
            for each in statements:
                _tell_each_line(each, inside)
            if inside:
                told = [part for each in statements for part in (_line_of(each), each)]
                setattr(node, name, told)
    for each in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        _tell_each_line(each, inside)


def _line_of(statement: ast.stmt) -> ast.stmt:
    told = ast.Call(ast.Name("__reached__", ast.Load()), [ast.Constant(statement.lineno)], [])
    return ast.fix_missing_locations(ast.copy_location(ast.Expr(told), statement))


def _lines(source: Source, mutant: Mutant) -> set[tuple[str, int]]:
    """Where a test must have been to notice the fault."""
    if mutant.when == "body":
        made = mutated.made_by(source, mutant.function)
        names = {name for statement in made for name in mutated.assigned(statement)}
        return {(source.path, mutant.line)} | (_readers(source, names) if names else set())
    top = mutant.spot.top
    if mutant.when == "default" and top is not None:
        return {(source.path, line) for line in range(top.lineno, (top.end_lineno or 0) + 1)}
    readers = _reading(source, {mutant.function})
    if isinstance(top, (ast.FunctionDef, ast.AsyncFunctionDef)):
        readers = [top]
    return {
        (source.path, line)
        for node in (readers or source.tree.body)
        for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }


def _reading(source: Source, names: set[str]) -> list[ast.stmt]:
    return [
        node
        for node in source.tree.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        and any(getattr(part, "id", "") in names for part in ast.walk(node))
    ]


def _readers(source: Source, names: set[str]) -> set[tuple[str, int]]:
    return {
        (source.path, line)
        for node in _reading(source, names)
        for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }


def _wait(pid: int, until: float) -> int | None:
    """A child's exit code; None when it had to be ended."""
    while time.monotonic() < until:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def _anew(tests: list[Test], mutant: Mutant) -> str:
    command = [sys.executable, "-m", "pytest", "-p", "bench.mutated", *_PLUGINS, "-x", "-q"]
    try:
        done = subprocess.run(
            [*command, *(test.item.nodeid for test in tests)],
            cwd=ROOT,
            env={**os.environ, "MUTANT": f"{mutant.path}:{mutant.key}"},
            capture_output=True,
            timeout=120,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return HUNG
    return SURVIVED if done.returncode == 0 else KILLED


def _clean_databases() -> None:
    """A child that was ended in the middle of a test has left rows in the databases we share."""
    from tests import databases

    for kind, urls in databases._kept.items():
        waiting, urls[:] = [*urls], []
        for url in waiting:
            databases._empty(kind, url)  # which puts it back


def run(paths: Sequence[str], tests: Sequence[str], judge: Callable[[Round, Source], None]) -> None:
    """Gather the tests and have every module judged."""
    os.nice(max(0, 5 - os.nice(0)))
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 3000))
    pytest.main(["-s", "-q", "--no-summary", *_PLUGINS, *tests], plugins=[Round(paths, judge)])

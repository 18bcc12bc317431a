"""A forked child that tries one fault: how long it may take, and what its end says.

The machine may have much else to do, so no clock on the wall decides. A child hangs when it has
used its share of the processor, or when it has long wanted none. One that merely waits its turn is
given time; one that is ended before it could tell has said nothing. Waking now and then to wait
again is no work: what rests for most of a minute within one test waits for what never comes.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.mutants import ROOT, Mutant

KILLED, HUNG, SURVIVED, UNREACHED = "killed", "hung", "survived", "unreached"
ANEW = "anew"  # the fault needs a process that reads the module from the start
UNTOLD = "untold"  # no verdict: to be asked again
_RESTS = 40  # seconds of one test in which a child asks for no processor
_LATEST = 1800.0  # seconds after which nobody waits any longer
_ANEW_CPU = 240  # seconds of the processor for a start of everything and the tests
_FEW = 4  # tests that are tried first, where each start costs
_ENDS = {0: SURVIVED, 1: KILLED, 3: ANEW, -signal.SIGPROF: HUNG, -signal.SIGXCPU: HUNG}
PLUGINS = (
    *("-pno:playwright", "-pno:xdist", "-pno:cacheprovider"),
    # That a test fails is all that is asked: how it failed is nobody's to read, and costs most.
    *("--assert=plain", "--tb=native"),
    # What one test left lying about is no failure of the next.
    *("-pno:unraisableexception", "-pno:threadexception"),
)


class Told:
    """What a child says of its tests: the name of each as it begins."""

    def __init__(self, reading: int) -> None:
        self.last = ""
        self._reading = reading
        os.set_blocking(reading, False)

    def has_begun_another(self) -> bool:
        """Whether a test has begun since this was asked."""
        try:
            heard = os.read(self._reading, 1 << 16).decode()
        except BlockingIOError:
            return False
        self.last = heard.splitlines()[-1] if heard else self.last
        return bool(heard)


def ended(pid: int, has_begun_another: Callable[[], bool] = lambda: False) -> str:
    """What this child's end says. One that hangs is ended here."""
    until, rested = time.monotonic() + _LATEST, 0.0
    looked = time.monotonic()
    while (now := time.monotonic()) < until and rested < _RESTS:
        over, status = os.waitpid(pid, os.WNOHANG)
        if over:
            has_begun_another()
            return _said(os.waitstatus_to_exitcode(status))
        time.sleep(0.02)
        if now - looked >= 1:
            rested = 0.0 if has_begun_another() else rested + _is_at_rest(pid) * (now - looked)
            looked = now
    _end(pid)
    return HUNG if rested >= _RESTS else UNTOLD


def _said(code: int) -> str:
    # A signal that nobody here has sent says something of the machine, not of the fault.
    return _ENDS.get(code, UNTOLD if code in (-signal.SIGKILL, -signal.SIGTERM) else KILLED)


def _end(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _is_at_rest(pid: int) -> bool:
    """Whether none of its threads wants to run: then no load of the machine's holds it up."""
    states = [_stat(file)[0] for file in Path(f"/proc/{pid}/task").glob("*/stat")]
    return not {"R", "D"} & set(states)


def _stat(file: Path) -> list[str]:
    """The fields after the name, from the state on."""
    try:
        return file.read_text().rpartition(")")[2].split()
    except OSError:  # it has just ended
        return ["R"]


def anew(tests: Sequence[str], mutant: Mutant) -> str:
    """The verdict of tests that begin with the faulty module: of a few, then of all of them."""
    told = _anew(tests[:_FEW], mutant)
    return _anew(tests, mutant) if told == SURVIVED and len(tests) > _FEW else told


def _anew(tests: Sequence[str], mutant: Mutant) -> str:
    # A shell's own limit: it holds for what it becomes, and no code of ours runs in between.
    limited = f'ulimit -S -t {_ANEW_CPU}; exec "$0" "$@"'
    python = [sys.executable, "-m", "pytest", "-p", "bench.mutated", *PLUGINS, "-x", "-q"]
    try:
        done = subprocess.run(
            ["bash", "-c", limited, *python, *tests],
            cwd=ROOT,
            env={**os.environ, "MUTANT": f"{mutant.path}:{mutant.key}"},
            capture_output=True,
            timeout=_LATEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return UNTOLD
    return _said(min(done.returncode, 1))  # pytest has several ways of saying no

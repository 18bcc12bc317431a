"""A child process for work that may hang: asked by a line, ended when it takes too long.

It knows no secret of ours: it gets no environment, no open file and only the lines it is asked.
It ends by itself when its parent is gone.
"""

import atexit
import contextlib
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

_PROGRAM = Path(__file__).with_name("fhirpath_process.py")
_STARTS_WITHIN = 30.0  # seconds; only the first job of a child waits for it
PATIENCE = 6  # times the limit, on a machine that is too busy to let the child work
_MOST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Ran:
    """The answers that came, in order. Fewer than asked for: the next one was too slow or broke."""

    answers: tuple[Any, ...]
    was_slow: bool = False


class Killable:
    """One child, started when it is first needed and kept warm. One job at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._rest = b""
        self._kept: set[str] = set()
        self.started = 0  # how many children there were

    def run(
        self,
        job: Mapping[str, Any],
        count: int,
        *,
        limit: float,
        keep: Mapping[str, Any] | None = None,
        patience: int = PATIENCE,
    ) -> Ran:
        """Do a job of `count` tasks, in `limit` seconds of the child's work at most.

        Where the machine is too busy to let it work, it is waited for `patience` times as long.
        `keep` are large parts by their names, which are sent to each child once. Never raises.
        """
        with self._lock:
            was_warm = self._is_warm()
            ran = self._ran(job, count, limit, patience, keep or {})
            if was_warm and not ran.answers and not ran.was_slow and count:
                # It had ended by something else than this job, before or under it.
                ran = self._ran(job, count, limit, patience, keep or {})
            return ran

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def _ran(
        self,
        job: Mapping[str, Any],
        count: int,
        limit: float,
        patience: int,
        keep: Mapping[str, Any],
    ) -> Ran:
        try:
            child = self._ready()
            _write(child, self._written(job, keep))
            return self._answers(child, count, limit, limit * patience)
        except (OSError, ValueError):
            self._end()
            return Ran(())

    def _is_warm(self) -> bool:
        child = self._child
        return child is not None and self._owner == os.getpid() and child.poll() is None

    def _written(self, job: Mapping[str, Any], keep: Mapping[str, Any]) -> bytes:
        new = {name: content for name, content in keep.items() if name not in self._kept}
        job = {**job, "keep": new} if new else job
        if len(self._kept) > 50:
            self._kept.clear()
            job = {**job, "keep": dict(keep), "forget": True}
        self._kept.update(keep)
        return json.dumps(job, separators=(",", ":"), default=float).encode() + b"\n"

    def _answers(
        self, child: subprocess.Popen[bytes], count: int, limit: float, longest: float
    ) -> Ran:
        answers: list[Any] = []
        began, worked = time.monotonic(), _worked(child.pid)
        while len(answers) < count:
            waited = time.monotonic() - began
            line = self._line(child, max(limit - waited % limit, 0.001))
            if line is None:
                waited = time.monotonic() - began
                has_worked = _worked(child.pid) - worked
                if waited < limit or (has_worked < limit / 2 and waited < longest):
                    continue  # it was not given the time yet
                self._end()
                return Ran(tuple(answers), was_slow=True)
            if not line:
                self._end()
                return Ran(tuple(answers))
            answers.append(json.loads(line, object_hook=_decimals, parse_float=Decimal))
        return Ran(tuple(answers))

    def _ready(self) -> subprocess.Popen[bytes]:
        if not self._is_warm():
            self._end()
            self._start()
        assert self._child  # just started
        return self._child

    def _start(self) -> None:
        self._child = subprocess.Popen(  # noqa: S603 - our own file, by our own interpreter
            [sys.executable, "-I", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            env={"LANG": "C.UTF-8", "TZ": "UTC"},
            start_new_session=True,
        )
        if self._owner != os.getpid():
            atexit.register(self.close)
        self._owner, self._rest, self._kept = os.getpid(), b"", set()
        self.started += 1
        if not self._line(self._child, _STARTS_WITHIN):
            raise OSError("the process for expressions does not start")

    def _line(self, child: subprocess.Popen[bytes], seconds: float) -> bytes | None:
        """The next line; empty when the child is gone, None when none came in time."""
        assert child.stdout  # opened with a pipe
        until = time.monotonic() + seconds
        while b"\n" not in self._rest:
            left = until - time.monotonic()
            if left <= 0 or not _is_readable(child.stdout.fileno(), left):
                return None
            more = os.read(child.stdout.fileno(), 65536)
            if not more or len(self._rest) > _MOST_BYTES:
                return b""
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        for pipe in (child.stdin, child.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        if self._owner == os.getpid():
            child.kill()
            child.wait()


def _write(child: subprocess.Popen[bytes], lines: bytes) -> None:
    assert child.stdin  # opened with a pipe
    left = memoryview(lines)
    while left:
        left = left[os.write(child.stdin.fileno(), left) :]


def _is_readable(descriptor: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _worked(pid: int) -> float:
    """Seconds of processor a process has had; endless where that cannot be told."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return float("inf")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _decimals(content: dict[str, Any]) -> Any:
    return Decimal(content["decimal"]) if set(content) == {"decimal"} else content


SHARED = Killable()

"""Disks that are full, too small or broken, power cuts: each begins, lasts, and is over."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.reliability.installation import Installation

_NO_LIMIT = 4294967294  # pages, the most that SQLite takes
_SMALL_FILE = 256 * 1024  # bytes: less than the database, more than a log

Fault = Callable[[Installation, float], None]


def full_disk(clinic: Installation, seconds: float) -> None:
    """SQLite gets not one page more. The app must run under `limited`: see `under_limit`."""
    limit = clinic.folder / "limit"
    limit.write_text("1")
    time.sleep(seconds)
    limit.write_text(str(_NO_LIMIT))


def under_limit(clinic: Installation) -> None:
    """Start the app processes anew, so that `full_disk` can reach them."""
    limit = clinic.folder / "limit"
    limit.write_text(str(_NO_LIMIT))
    for name in clinic.webs:
        clinic.kill(name)
        clinic.start(name, sys.executable, "-m", "bench.reliability.limited", str(limit))
        clinic.wait_until_ready(name)


def small_files(clinic: Installation, seconds: float) -> None:
    """Whoever writes the database's files may not write beyond the first few pages of any."""
    pids = _writers(clinic)
    _limit(clinic, pids, str(_SMALL_FILE))
    time.sleep(seconds)
    # PostgreSQL's processes do not survive that.
    _limit(clinic, [pid for pid in pids if Path(f"/proc/{pid}").exists()], "unlimited")


def broken_disk(clinic: Installation, seconds: float) -> None:
    """Every fdatasync of whoever writes the database answers EIO."""
    with traced(clinic, "inject=fdatasync:error=EIO"):
        time.sleep(seconds)


def killed_app(clinic: Installation, seconds: float) -> None:
    """An app process dies and is started again."""
    name = clinic.webs[int(seconds * 1000) % clinic.processes]
    clinic.kill(name)
    clinic.start(name)


def power_cut(clinic: Installation, seconds: float) -> None:  # noqa: ARG001  it takes no time
    """PostgreSQL is stopped as a power cut would, and started again."""
    assert clinic.server is not None, "for PostgreSQL alone"
    clinic.server.stop("immediate")
    clinic.server.start()


@contextmanager
def traced(clinic: Installation, *rules: str) -> Iterator[Path]:
    """Look at each fdatasync of whoever writes the database; the file says what was seen."""
    seen = clinic.folder / "seen"
    seen.unlink(missing_ok=True)
    pids = _writers(clinic)
    named = [word for pid in pids for word in ("-p", str(pid))]
    told = [word for rule in ("trace=fdatasync", *rules) for word in ("-e", rule)]
    with (clinic.folder / "strace.log").open("ab") as said:
        looking = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", str(seen), *told, *named], stdout=said, stderr=said
        )
    try:
        _wait_until_traced(pids, looking)
        yield seen
    finally:
        looking.send_signal(signal.SIGINT)
        looking.wait(20)


def synced(seen: Path) -> int:
    """How many fdatasync were done, as `traced` wrote them down."""
    whole = re.findall(r"fdatasync\(\d+\) += 0|<\.\.\. fdatasync resumed>\) += 0", seen.read_text())
    return len(whole)


def _limit(clinic: Installation, pids: Sequence[int], size: str) -> None:
    """How large a file these may write, in bytes. Asked as whoever they run as."""
    account = clinic.server.account if clinic.server else {}
    for pid in pids:
        words = ["prlimit", "--pid", str(pid), f"--fsize={size}:"]
        subprocess.run(words, **account, check=False, stderr=subprocess.DEVNULL)


def _writers(clinic: Installation) -> list[int]:
    """SQLite is written by the app, PostgreSQL by the server's processes."""
    if clinic.server is None:
        return [clinic.pid(name) for name in clinic.webs]
    return clinic.server.writers()


def _wait_until_traced(pids: Sequence[int], looking: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 20
    while not all(map(_is_traced, pids)):
        if looking.poll() is not None or time.monotonic() > end:
            raise RuntimeError("strace cannot look at the processes: is ptrace allowed here?")
        time.sleep(0.01)


def _is_traced(pid: int) -> bool:
    """Whether each thread is; one that has ended meanwhile counts as such."""
    for thread in Path(f"/proc/{pid}/task").glob("*"):
        try:
            if "TracerPid:\t0\n" in (thread / "status").read_text():
                return False
        except OSError:
            continue
    return Path(f"/proc/{pid}").exists()

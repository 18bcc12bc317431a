"""A server driven as hard as it goes, by wrk: the rate, and how late the latest were."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.peers.scratch import NotInstalledError

AT_ONCE = 32
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Driven:
    """Requests a second, and a second of the server's own processor time; milliseconds of the
    median and of the latest in a hundred.
    """

    rate: float
    by_processor: float
    median: float
    p99: float


def be_there() -> None:
    """Have Debian's wrk, or NotInstalledError."""
    if shutil.which("wrk"):
        return
    if shutil.which("apt-get"):
        command = ["apt-get", "install", "-y", "-qq", "wrk"]
        subprocess.run(command, capture_output=True, timeout=300, check=False)
    if not shutil.which("wrk"):
        raise NotInstalledError("wrk is not here, and apt-get does not bring it")


def drive(
    url: str, headers: Mapping[str, str], pid: int, seconds: int, at_once: int = AT_ONCE
) -> Driven:
    """From so many connections at once, at the server of this process and what it started.

    An answer other than 200 is an error of the benchmark, and so is no answer at all.
    """
    command = ["wrk", "-t1", f"-c{at_once}", f"-d{seconds}s", "--timeout", "10s", "--latency"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    before = _used(pid)
    said = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    used = _used(pid) - before
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    if refused:
        raise RuntimeError(f"{refused[1]} answers were not the page")
    [rate] = re.findall(r"Requests/sec:\s+([\d.]+)", said)
    [count] = re.findall(r"(\d+) requests in ", said)
    if not int(count) or not used:
        raise RuntimeError("nothing was answered")
    return Driven(float(rate), int(count) / used, _late(said, 50), _late(said, 99))


def _used(pid: int) -> float:
    """Seconds of the processor that a process and its children have used."""
    parents: dict[int, int] = {}
    spent: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rsplit(") ", 1)[1].split()
        except OSError:  # it has just ended
            continue
        number = int(path.parent.name)
        parents[number] = int(words[1])
        spent[number] = (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
    ours = {pid} | {number for number, parent in parents.items() if parent == pid}
    return sum(spent.get(number, 0) for number in ours)


def _late(said: str, percent: int) -> float:
    found = re.search(rf"\b{percent}%\s+([\d.]+)(us|ms|s|m)\b", said)
    assert found, said
    return float(found[1]) * _UNITS[found[2]]

"""A server driven as hard as it goes, by wrk: the rate, and how late the latest were."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from bench.peers.scratch import NotInstalledError

AT_ONCE = 32
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Driven:
    """Requests a second; milliseconds of the median and of the latest in a hundred."""

    rate: float
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


def drive(url: str, headers: Mapping[str, str], seconds: int, at_once: int = AT_ONCE) -> Driven:
    """From so many connections at once. An answer other than 200 is an error of the benchmark."""
    command = ["wrk", "-t1", f"-c{at_once}", f"-d{seconds}s", "--timeout", "10s", "--latency"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    said = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    if refused:
        raise RuntimeError(f"{refused[1]} answers were not the page")
    [rate] = re.findall(r"Requests/sec:\s+([\d.]+)", said)
    return Driven(float(rate), _late(said, 50), _late(said, 99))


def _late(said: str, percent: int) -> float:
    found = re.search(rf"\b{percent}%\s+([\d.]+)(us|ms|s|m)\b", said)
    assert found, said
    return float(found[1]) * _UNITS[found[2]]

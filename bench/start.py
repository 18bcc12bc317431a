"""How long the second start of the demo takes until it is ready."""

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from bench.rows import Row, at_most


def measure(*, full: bool) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        _start_once(folder)  # migrates and seeds
        taken = [_start_once(folder) for _ in range(9 if full else 3)]
    return [at_most("second start to ready, median", statistics.median(taken), "s", 2)]


def _start_once(folder: str) -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", "from app.cli import main; main()", "demo"],
        env={**os.environ, "PORT": str(port), "AFTERGLOW_DATA_DIR": folder},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://localhost:{port}/readyz", timeout=1) as answer:
                    if answer.status == 200:
                        return time.perf_counter() - began
            except OSError:
                time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)

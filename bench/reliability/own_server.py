"""A PostgreSQL server of an experiment's own, as careful as in earnest, to be killed at will.

The one that tests share must not be: its other databases would be cut off, and it does not wait
for the disk.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg

from app.db.migrate import upgrade
from tests import databases

_OPTIONS = ("listen_addresses=''", "max_connections=200", "shared_buffers=64MB")
_DATABASE = "afterglow"


class OwnServer:
    """One server with one migrated database. `close` leaves nothing behind."""

    def __init__(self) -> None:
        # Under /tmp whatever TMPDIR says: a socket's path has room for about 100 letters.
        self.home = Path(tempfile.mkdtemp(prefix="afterglow-own-", dir="/tmp"))
        self.account = databases.account()
        if self.account:
            os.chown(self.home, self.account["user"], self.account["group"])
        self.data = self.home / "data"
        self.url = f"postgresql+psycopg://afterglow@/{_DATABASE}?host={self.home}"
        try:
            words = ("--username=afterglow", "--auth=trust", "--encoding=UTF8", "--no-locale")
            self._run("initdb", *words, "--no-sync")
            self.start()
            with self.look("postgres") as server:
                server.execute(f"CREATE DATABASE {_DATABASE} TEMPLATE template0")
            upgrade(self.url)
        except BaseException:
            self.close()
            raise

    def start(self) -> None:
        """Start it, and wait until it takes connections: after a crash, until it has recovered."""
        settings = (*_OPTIONS, f"unix_socket_directories='{self.home}'")
        options = " ".join(f"-c {setting}" for setting in settings)
        self._run("pg_ctl", "-s", "-w", "-l", str(self.home / "log"), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it: `fast` in order, `immediate` as a power cut would."""
        self._run("pg_ctl", "-s", "-w", "-m", mode, "stop")

    def backends(self) -> list[int]:
        """The processes that serve other connections than this one."""
        question = (
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' "
            "AND pid <> pg_backend_pid() AND datname = current_database()"
        )
        with self.look() as server:
            return [int(row[0]) for row in server.execute(question)]

    def writers(self) -> list[int]:
        """The processes that write what is committed: backends, and those behind them."""
        question = (
            "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type IN "
            "('client backend', 'walwriter', 'checkpointer', 'background writer')"
        )
        with self.look() as server:
            return [int(row[0]) for row in server.execute(question)]

    def kill_backend(self, pid: int) -> None:
        """Kill one such process. The server cuts off all the others and recovers by itself."""
        os.kill(pid, signal.SIGKILL)

    def look(self, database: str = _DATABASE) -> psycopg.Connection[tuple[object, ...]]:
        """A connection to ask questions by; each stands for itself."""
        return psycopg.connect(
            host=str(self.home), user="afterglow", dbname=database, autocommit=True
        )

    def close(self) -> None:
        """Stop it and clear it away."""
        if (self.data / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.home, ignore_errors=True)

    def _run(self, name: str, *words: str) -> None:
        output = self.home / f"{name}.said"
        with output.open("w") as told:
            done = subprocess.run(
                [databases.runnable_binaries() / name, "-D", str(self.data), *words],
                **self.account,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                check=False,
            )
        if done.returncode:
            raise RuntimeError(f"PostgreSQL's {name} failed: {output.read_text().strip()}")

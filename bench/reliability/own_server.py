"""A PostgreSQL server of an experiment's own, as careful as in earnest, to be killed at will.

The one that tests share must not be: its other databases would be cut off, and it does not wait
for the disk.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psycopg

from app.db.migrate import upgrade
from tests import databases

_OPTIONS = ("max_connections=200", "shared_buffers=64MB")
_DATABASE = "afterglow"


class OwnServer:
    """One server with one migrated database. `close` leaves nothing behind.

    inside: words ahead of its commands, that run them on another host; there it also listens at
    `address`, to `friends` (a range of addresses), who reach it by `url_from_afar`.
    """

    def __init__(
        self, inside: Sequence[str] = (), address: str | None = None, friends: str | None = None
    ) -> None:
        self._inside, self._address = list(inside), address
        # Under /tmp whatever TMPDIR says: a socket's path has room for about 100 letters.
        self.home = Path(tempfile.mkdtemp(prefix="afterglow-own-", dir="/tmp"))
        self.account = databases.account()
        if self.account:
            os.chown(self.home, self.account["user"], self.account["group"])
        self.data = self.home / "data"
        self.url = f"postgresql+psycopg://afterglow@/{_DATABASE}?host={self.home}"
        self.url_from_afar = f"postgresql+psycopg://afterglow@{address}/{_DATABASE}"
        try:
            words = ("--username=afterglow", "--auth=trust", "--encoding=UTF8", "--no-locale")
            self._run("initdb", *words, "--no-sync")
            if friends:
                with (self.data / "pg_hba.conf").open("a") as doors:
                    doors.write(f"host all all {friends} trust\n")
            self.start()
            with self.look("postgres") as server:
                server.execute(f"CREATE DATABASE {_DATABASE} TEMPLATE template0")
            upgrade(self.url)
        except BaseException:
            self.close()
            raise

    def start(self) -> None:
        """Start it, and wait until it takes connections: after a crash, until it has recovered."""
        heard = f"listen_addresses='{self._address or ''}'"
        settings = (*_OPTIONS, heard, f"unix_socket_directories='{self.home}'")
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

    def _on_its_host(self, command: list[str]) -> list[str]:
        if not self._inside:
            return command
        # Only root may step onto another host; PostgreSQL refuses to be root.
        account = [f"--reuid={self.account['user']}", f"--regid={self.account['group']}"]
        return [*self._inside, "setpriv", *account, "--clear-groups", *command]

    def _run(self, name: str, *words: str) -> None:
        output = self.home / f"{name}.said"
        with output.open("w") as told:
            command = [str(databases.runnable_binaries() / name), "-D", str(self.data), *words]
            done = subprocess.run(
                self._on_its_host(command),
                **({} if self._inside else self.account),
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                check=False,
            )
        if done.returncode:
            raise RuntimeError(f"PostgreSQL's {name} failed: {output.read_text().strip()}")

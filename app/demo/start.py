"""`make run`: everything that a demo needs, made on the spot.

It lives in one folder (AFTERGLOW_DATA_DIR, else var/) in files of its own name: other files there
do no harm, and a real installation's database and keys are not touched.
"""

import errno
import os
import secrets
import socket
from pathlib import Path

from pydantic import SecretStr

from app import logs
from app.db import migrate
from app.db.engine import Database
from app.demo import seed, walk
from app.i18n import gettext as _
from app.refusal import Refusal
from app.settings import Settings, Sms

HOST = "127.0.0.1"
_KEYS = "demo-keys"
_DATABASE = "demo.sqlite3"


class CannotStart(Refusal):
    """What is in the way, in one line."""


def open_demo(port: int) -> tuple[Settings, Database]:
    """Settings and the seeded database of the demo, its clock running on from where it was left.

    Refuses (CannotStart) a port that is taken and a folder that cannot be used.
    """
    _refuse_taken(port)
    settings = Settings()
    folder = settings.data_dir.resolve()
    logs.configure(settings.log_format, quiet=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        settings = _settings(folder, port)
        _prepare(folder / _DATABASE, settings)
    except OSError as error:
        raise CannotStart(
            _("cannot use the folder %(folder)s: %(reason)s")
            % {"folder": folder, "reason": error.strerror}
        ) from None
    database = Database(settings.database_url, settings)
    with database.session(write=False) as db:
        walk.restore(db)
    _say_what_to_open(settings)
    return settings, database


def _settings(folder: Path, port: int) -> Settings:
    encryption_key, secret_key = _keys(folder)
    return Settings(
        database_url=f"sqlite:///{folder / _DATABASE}",
        base_url=f"http://localhost:{port}",
        encryption_keys=(encryption_key,),
        secret_keys=(secret_key,),
        sms=Sms.DEMO,
        data_dir=folder,
        demo=True,
    )


def _keys(folder: Path) -> list[SecretStr]:
    """Two keys, made once, readable by nobody else."""
    path = folder / _KEYS
    if not path.exists():
        if (folder / _DATABASE).exists():
            raise CannotStart(
                _("%(keys)s is gone, and %(database)s cannot be read without it: remove that too")
                % {"keys": path, "database": folder / _DATABASE}
            )
        draft = path.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{secrets.token_urlsafe(32)}\n{secrets.token_urlsafe(32)}\n")
        draft.rename(path)
    keys = path.read_text().split()
    if len(keys) != 2:
        raise CannotStart(_("%(keys)s does not hold the demo's two keys") % {"keys": path})
    return [SecretStr(key) for key in keys]


def _prepare(path: Path, settings: Settings) -> None:
    """Migrate, and seed once.

    A first start that was broken off leaves a draft, and the next one begins anew.
    """
    if path.exists():
        if not migrate.is_current(settings.database_url):
            migrate.upgrade(settings.database_url)
        return
    draft = path.with_suffix(".draft")
    for suffix in ("", "-wal", "-shm"):
        Path(f"{draft}{suffix}").unlink(missing_ok=True)
    url = f"sqlite:///{draft}"
    migrate.upgrade(url)
    database = Database(url, settings)
    try:
        seed.seed(database, settings)
    finally:
        database.close()
    draft.rename(path)


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CannotStart(
                    _("port %(port)s is taken. Try another: PORT=%(other)s make run")
                    % {"port": port, "other": port + 1}
                ) from None
            raise CannotStart(
                _("cannot listen on port %(port)s: %(reason)s")
                % {"port": port, "reason": error.strerror}
            ) from None


def _say_what_to_open(settings: Settings) -> None:
    print(
        "\n"
        f"  Afterglow, the demo clinic. Open  {settings.base_url}/demo\n"
        "\n"
        f"  The clinic's console  {settings.base_url}/clinic  (signed in from the stage)\n"
        f"  Data                  {settings.data_dir}\n"
        "  Texts go nowhere. Ctrl-C stops it.\n",
        flush=True,
    )

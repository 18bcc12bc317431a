"""Copies of everything, and the way back."""

import signal
import threading
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from app.backups import copying, following, pruning, reading, restoring
from app.backups.following import Follower
from app.cli.opening import Failure, database
from app.db.engine import Database
from app.settings import Settings

commands = typer.Typer()
_EVERY_SECONDS = 1.0


@commands.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="where the dated copies of the data go")],
    keys: Annotated[
        Path | None, typer.Option(help="another folder for the one copy of the keys")
    ] = None,
    follow: Annotated[
        bool, typer.Option(help="go on: each second's changes beside it, a whole copy every day")
    ] = False,
    forget_after: Annotated[
        int | None, typer.Option(min=1, help="remove copies older than so many days")
    ] = None,
) -> None:
    """Copy everything while it runs: the data dated, the journal's keys over their last copy.

    What is written is sealed under the first of ENCRYPTION_KEYS.
    """
    settings = Settings()
    kept_for = timedelta(days=forget_after or settings.backup_kept_days)
    opened = database(settings)
    if follow:
        _follow(opened, folder, keys or folder, kept_for)
        return
    copied = copying.copy(opened.engine, folder, keys or folder)
    copying.note(opened.engine, copied)
    if forget_after is not None:
        pruning.prune(folder, kept_for)
    typer.echo(f"{copied.count} rows in {copied.data}, keys in {copied.keys}")


@commands.command()
def restore(
    data: Annotated[Path, typer.Argument(help="a copy of the data, of any day")],
    keys: Annotated[Path, typer.Argument(help="the newest copy of the keys")],
    later: Annotated[
        bool, typer.Option(help="also what was written beside it of later changes")
    ] = True,
) -> None:
    """Fill an empty database with a copy. What patients deleted since stays deleted."""
    settings = Settings()
    if not settings.database_url:
        raise Failure("AFTERGLOW_DATABASE_URL is not set")
    database(settings).close()  # its keys open the copy
    beside = following.tail_of(data) if later else None
    count = restoring.restore(settings.database_url, data, keys, beside)
    typer.echo(f"{count} rows restored, as they were at {_moment(data, beside)}")
    if not reading.is_sealed(data):
        typer.echo("This copy is of before copies were sealed: anybody may read it.")


def _follow(opened: Database, folder: Path, keys: Path, kept_for: timedelta) -> None:
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    follower = Follower(opened.engine, folder, keys, kept_for=kept_for)
    if not follower.is_ours():
        raise Failure("somebody follows this folder already")
    try:
        while not stopping.is_set():
            follower.turn()
            stopping.wait(_EVERY_SECONDS)
    finally:
        follower.close()


def _moment(data: Path, beside: Path | None) -> str:
    moment = following.shows(data, beside)
    return "the copy's moment" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC"

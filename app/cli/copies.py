"""Copies of everything, and the way back."""

from pathlib import Path
from typing import Annotated

import typer

from app.backups import copying, restoring
from app.cli.opening import Failure, database
from app.settings import Settings

commands = typer.Typer()


@commands.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="where the dated copies of the data go")],
    keys: Annotated[
        Path | None, typer.Option(help="another folder for the one copy of the keys")
    ] = None,
) -> None:
    """Copy everything while it runs: the data dated, the journal's keys over their last copy."""
    copied = copying.copy(database().engine, folder, keys or folder)
    typer.echo(f"{copied.count} rows in {copied.data}, keys in {copied.keys}")


@commands.command()
def restore(
    data: Annotated[Path, typer.Argument(help="a copy of the data, of any day")],
    keys: Annotated[Path, typer.Argument(help="the newest copy of the keys")],
) -> None:
    """Fill an empty database with a copy. What patients deleted since stays deleted."""
    settings = Settings()
    if not settings.database_url:
        raise Failure("AFTERGLOW_DATABASE_URL is not set")
    typer.echo(f"{restoring.restore(settings.database_url, data, keys)} rows restored")

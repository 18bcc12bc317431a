"""Is all well? One line for each thing that was looked at."""

import json
import time
from collections.abc import Iterator
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from app.cli.checks import machine, outside, relay, rows, sender, senders
from app.cli.checks.finding import Check, Finding, State, fail, fails_or_ok
from app.cli.opening import Failure
from app.settings import Settings

commands = typer.Typer()
_ROWS: tuple[Check, ...] = (*rows.CHECKS, *senders.CHECKS)
_HERE: tuple[Check, ...] = machine.CHECKS
_OUTSIDE: tuple[Check, ...] = (*outside.CHECKS, *relay.CHECKS, *sender.CHECKS)
_PAUSE = 2  # seconds between two looks


@commands.command()
def doctor(
    inside: Annotated[
        bool, typer.Option("--inside", help="look only at what is here: ask no other machine")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for a program to read")] = False,
    wait: Annotated[
        int, typer.Option(help="look again for so many seconds while anything fails", min=0)
    ] = 0,
) -> None:
    """Check settings, database, machine, address and texts; say what is wrong and what to do.

    Ends with 0 when nothing fails. A warning is no failure.
    """
    found = _found(inside, wait)
    if as_json:
        lines = [{"check": f.check, "state": f.state.value, "words": f.words} for f in found]
        typer.echo(json.dumps(lines, indent=1))
    else:
        for each in found:
            typer.echo(f"{each.state.value:<5} {each.check:<14} {each.words}")
    wrong = [each.words for each in found if each.state is State.FAIL]
    if wrong:
        raise Failure("; ".join(wrong))
    if not as_json:
        warned = sum(each.state is State.WARN for each in found)
        typer.echo(f"All is well, but for {warned} warnings." if warned else "All is well.")


def _found(inside: bool, seconds: int) -> list[Finding]:
    """Of several looks the last: who was restarted just now is given time to come."""
    until = time.monotonic() + seconds
    while True:
        found = list(_looked_at(Settings(), inside))
        fails = any(each.state is State.FAIL for each in found)
        if not fails or time.monotonic() + _PAUSE > until:
            return found
        time.sleep(_PAUSE)


def _looked_at(settings: Settings, inside: bool) -> Iterator[Finding]:
    missing = settings.missing_for_production()
    yield from fails_or_ok("settings", missing, "nothing is missing")
    if settings.database_url:
        yield from _in_the_database(settings)
        for check in _HERE:
            yield from check(settings)
    if settings.base_url and not inside:
        for check in _OUTSIDE:
            yield from check(settings)


def _in_the_database(settings: Settings) -> Iterator[Finding]:
    """Nothing of it is asked while it cannot be reached, or is not ours to read yet."""
    try:
        schema = list(rows.schema(settings))
    except SQLAlchemyError as error:
        yield fail("database", f"does not answer ({type(error).__name__}): is it running?")
        return
    yield from schema
    is_readable = settings.encryption_keys and settings.secret_keys
    if is_readable and all(each.state is not State.FAIL for each in schema):
        for check in _ROWS:
            yield from check(settings)

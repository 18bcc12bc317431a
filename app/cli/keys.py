"""The operator's view of all keys: what stands under which, and turning them."""

import importlib
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import key_sources
from app.audit import trail
from app.cli.opening import Failure, clinic_named, database
from app.db import key_counts, resealing, retiring, rotating, sealed_columns
from app.db.engine import Database
from app.db.resealing import Resealer
from app.db.rotating import Turn
from app.people.models import Clinic
from app.security import keyring
from app.security.key_lists import KeyList
from app.security.keyring import Owner
from app.settings import Settings

commands = typer.Typer(help="What everything is sealed under.", no_args_is_help=True)
_LEFT_FOR_LONG = timedelta(days=1)
_PAUSE_SECONDS = 5.0


@commands.command()
def rotate(
    only: Annotated[
        list[Turn] | None, typer.Option(help="turn these alone; repeat for more. Else all")
    ] = None,
    slug: Annotated[str, typer.Option("--clinic", help="of one clinic alone")] = "",
    wait: Annotated[
        bool, typer.Option("--wait", help="seal everything anew here, and end when it is done")
    ] = False,
) -> None:
    """Make new keys, and wrap all under the first master key. The worker seals anew behind it."""
    opened = database()
    _refuse_unknown(opened)
    with opened.session() as db:
        clinics = [clinic_named(db, slug)] if slug else db.scalars(select(Clinic)).all()
        done = rotating.turn(db, only or list(Turn), [clinic.id for clinic in clinics])
        for clinic in clinics:
            trail.record(db, "turn-keys", agent=None, entity=clinic)
    for owner in (None, *(clinic.id for clinic in clinics)):
        keyring.ring().refresh(owner)
    for kind, count in done.items():
        typer.echo(f"{kind.value}: {count} {'wrapped anew' if kind is Turn.MASTER else 'made'}")
    if wait:
        _seal_all(opened)


@commands.command()
def status() -> None:
    """Say for every key what still stands under older ones, and which may be taken out."""
    opened = database()
    _refuse_unknown(opened)
    with opened.session(write=False) as db:
        for line in (*_masters(db), *_owners(db), *_secrets(db)):
            typer.echo(line)


@commands.command()
def retire() -> None:
    """Destroy older keys that nothing stands under, a day after their successors were made."""
    opened = database()
    _refuse_unknown(opened)
    with opened.session() as db:
        count = retiring.retire(db)
    typer.echo(f"{count} destroyed")


def wrong(settings: Settings) -> list[str]:
    """What is wrong with the keys, for `doctor`: missing ones, open files, work that stands still.

    Nothing here counts values: that takes long where there are many.
    """
    found = [
        f"AFTERGLOW_{name.upper()}_FILE can be read by others"
        for name in ("secret_keys", "encryption_keys")
        if (path := getattr(settings, f"{name}_file")) and key_sources.open_to_others(path)
    ]
    _know_every_table()
    with database(settings).session(write=False) as db:
        ring = keyring.ring()
        wrapped = key_counts.wrapped_by_master(db) + key_counts.sealed_by_master(db)
        missing = _missing(wrapped, ring.masters)
        if missing:
            found.append(f"{missing} keys need a key that AFTERGLOW_ENCRYPTION_KEYS lacks")
        missing = _missing(key_counts.needed_secrets(db), ring.secrets)
        if missing:
            found.append(f"{missing} links and codes need a key that AFTERGLOW_SECRET_KEYS lacks")
        if resealing.is_late(db, _LEFT_FOR_LONG):
            found.append("values stand under an older key for a day: see `afterglow keys status`")
    return found


def _seal_all(opened: Database) -> None:
    resealer = Resealer(opened)
    while True:
        resealer.finish()
        with opened.session(write=False) as db:
            left = sum(count for _, _, count in _left(db))
        if not left:
            break
        typer.echo(f"{left} left")
        time.sleep(_PAUSE_SECONDS)  # numbers move a minute after their new key was made
    typer.echo("everything stands under the newest keys")


def _know_every_table() -> None:
    """Only what was imported is counted and sealed anew."""
    importlib.import_module("app.main")


def _refuse_unknown(opened: Database) -> None:
    _know_every_table()
    with opened.engine.connect() as connection:
        unknown = sealed_columns.unknown(connection)
    if unknown:
        raise Failure(f"another version made {', '.join(unknown)}: use that version's command")


def _masters(db: Session) -> Iterable[str]:
    counts = key_counts.wrapped_by_master(db) + key_counts.sealed_by_master(db)
    yield from _list("master key", keyring.ring().masters, counts, "keys stand under it")


def _secrets(db: Session) -> Iterable[str]:
    counts = key_counts.needed_secrets(db)
    yield from _list("secret key", keyring.ring().secrets, counts, "links and codes need it")
    yield "sessions need no key"


def _list(name: str, keys: KeyList, counts: dict[int, int], what: str) -> Iterable[str]:
    for place, number in enumerate(keys, 1):
        line = f"{name} {place} ({number:04x}): {counts.get(number, 0)} {what}"
        yield line + (
            ", it may go if no copy needs it" if place > 1 and not counts.get(number) else ""
        )
    for number in sorted(counts.keys() - set(keys)):
        yield f"{name} {number:04x}, which is not in the list: {counts[number]} {what}"


def _owners(db: Session) -> Iterable[str]:
    names: dict[Owner, str] = {clinic.id: clinic.slug for clinic in db.scalars(select(Clinic))}
    for owner, key, count in _left(db):
        kind = "index" if rotating.is_index(key) else "data"
        number = abs(key.number)
        made = f"made {key.made_at:%Y-%m-%d}"
        state = "settled" if key.settled_at else "not settled yet"
        name = names.get(owner, "house")
        yield f"{name}: {kind} key {number}, {made}: {count} under older ones, {state}"


def _left(db: Session) -> Iterable[tuple[Owner, rotating.Key, int]]:
    for owner, key in resealing.newest_keys(db):
        yield owner, key, resealing.left_under(db, owner, key)


def _missing(counts: dict[int, int], keys: KeyList) -> int:
    return sum(count for number, count in counts.items() if keys.get(number) is None)

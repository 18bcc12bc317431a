"""What the database tells: schema, trail, keys, copies, texts, other systems, the worker."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import create_engine, func, select

from app import clock
from app.access import api_keys
from app.audit import chain
from app.backups import ages
from app.cli import keys
from app.cli.checks.finding import Finding, fail, fails_or_ok, ok, warn
from app.cli.opening import database
from app.db import beats, migrate
from app.db.beats import WorkerBeat
from app.messaging import alarms, outbox, pace
from app.people.models import Clinic
from app.settings import Settings
from app.subscriptions import keeping as subscriptions

_LATE_SECONDS = 120


def schema(settings: Settings) -> Iterator[Finding]:
    """Whether the database is migrated."""
    engine = create_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            is_same = migrate.current(connection) == migrate.newest()
            fits = migrate.fits(connection)
    finally:
        engine.dispose()
    if is_same:
        yield ok("schema", "the database is migrated")
    elif fits:
        yield warn("schema", "a later release has migrated the database: go back to that one soon")
    else:
        yield fail("schema", "the database is not migrated: run `afterglow migrate`")


def worker(settings: Settings) -> Iterator[Finding]:
    """Whether somebody works, and keeps up."""
    with database(settings).session(write=False) as db:
        at_work = beats.is_somebody_at_work(db)
        last = db.scalar(select(func.max(WorkerBeat.seen_at)))
        late = outbox.lateness(db).total_seconds()
        stuck = outbox.lateness(db, pace.waits_for_none(db)).total_seconds()
    if not at_work:
        since = f"none since {last:%Y-%m-%d %H:%M} UTC" if last else "none has ever worked here"
        yield fail("worker", f"no worker is at work ({since}): start one")
    elif stuck > _LATE_SECONDS:
        yield fail("worker", f"a text is {stuck:.0f} s late: is the worker stuck? See its log")
    elif late > _LATE_SECONDS:
        yield warn("worker", f"a text is {late:.0f} s late and waits for its sender's pace")
    else:
        seen = (clock.machine_now() - last).total_seconds() if last else 0
        yield ok("worker", f"seen {max(seen, 0):.0f} s ago, no text is late")


def texts(settings: Settings) -> Iterator[Finding]:
    """Open alarms about the road of texts."""
    with database(settings).session(write=False) as db:
        wrong = [f"open alarm: {alarms.named(alarm)}" for alarm in alarms.open_alarms(db)]
    yield from fails_or_ok("texts", wrong, "no alarm is open")


def trail(settings: Settings) -> Iterator[Finding]:
    """The first link of each chain that does not hold. Looks at every event there is."""
    with database(settings).session(write=False) as db:
        names: dict[UUID | None, str] = {row.id: row.slug for row in db.scalars(select(Clinic))}
        found = [
            (names.get(each, "no clinic"), chain.verify(db, each)) for each in chain.chains(db)
        ]
    wrong = [
        f"the trail of {name} is broken: event {verdict.broken_at} {verdict.why}"
        for name, verdict in found
        if verdict.broken_at is not None
    ]
    yield from fails_or_ok("trail", wrong, "every link of every trail holds")


def copies(settings: Settings) -> Iterator[Finding]:
    """How old the last copy is, and whether one is followed that should be."""
    with database(settings).session(write=False) as db:
        wrong = ages.troubles(db, follows=bool(settings.backup_dir))
        newest = ages.last(db)
    told = f"the last is of {newest.began_at:%Y-%m-%d %H:%M} UTC" if newest else "none needed yet"
    yield from fails_or_ok("copies", wrong, told)


def sealing(settings: Settings) -> Iterator[Finding]:
    """Missing keys, open files, work that stands still."""
    yield from fails_or_ok("keys", keys.wrong(settings), "all that is needed are there")


def other_systems(settings: Settings) -> Iterator[Finding]:
    """Changes that another system did not take, and keys that a leaver has seen."""
    with database(settings).session(write=False) as db:
        given_up = subscriptions.given_up_by_clinic(db)
        names = {row.id: row.slug for row in db.scalars(select(Clinic))}
        left = Counter(key.clinic_id for key in api_keys.of_leavers(db))
    wrong = [
        f"{count} changes at {names[clinic_id]} were not taken by another system: "
        "in the console, Team, Who is told of changes"
        for clinic_id, count in given_up.items()
    ]
    wrong += [
        f"{count} keys for other systems at {names[clinic_id]} were made by somebody who has left: "
        "in the console, Team, Replace"
        for clinic_id, count in left.items()
    ]
    yield from fails_or_ok("other systems", wrong, "took all that they were told")


CHECKS = (worker, texts, trail, copies, sealing, other_systems)

"""Serving, working, migrating, and looking whether all is well."""

from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import select

from app.audit import chain
from app.backups import ages
from app.cli import keys
from app.cli.opening import Failure, database, open_for_production
from app.db import migrate as migrations
from app.db.arriving import Refused
from app.messaging import alarms
from app.people.models import Clinic
from app.settings import Settings
from app.subscriptions import keeping as subscriptions

commands = typer.Typer()
alarm_commands = typer.Typer(help="What is wrong with the road of texts.", no_args_is_help=True)


@commands.command()
def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on", envvar="PORT")] = 8000,
    works: Annotated[
        bool, typer.Option("--worker/--no-worker", help="also run the worker in this process")
    ] = True,
) -> None:
    """Serve in production. Refuses to start while a setting is missing, and names all of them."""
    from app.main import create_app
    from app.serving import run

    settings, opened = open_for_production()
    app = create_app(settings, opened, works=works)
    run(
        app,
        host=host,
        port=port,
        proxies=settings.proxies,
        linger=settings.leave_seconds,
    )


@commands.command()
def worker() -> None:
    """Run only the timetable: texts, rings, escalation."""
    import signal

    from app.main import choose_gateway
    from app.worker import Worker

    settings, opened = open_for_production()
    timetable = Worker(opened, settings, choose_gateway(settings))
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: timetable.stop())
    try:
        timetable.run()
    except Refused as refused:
        raise Failure(f"cannot work: {refused}") from None


@commands.command()
def migrate() -> None:
    """Bring the database to this version's schema. Safe to run twice."""
    settings = Settings()
    if not settings.database_url:
        raise Failure("AFTERGLOW_DATABASE_URL is not set")
    migrations.upgrade(settings.database_url)
    typer.echo("The database is up to date.")


@commands.command()
def demo(
    port: Annotated[int, typer.Option(help="port to listen on", envvar="PORT")] = 8000,
) -> None:
    """Run the demo clinic on this machine. Texts go nowhere."""
    from app.demo.start import HOST, open_demo
    from app.main import create_app
    from app.serving import run

    settings, opened = open_demo(port)
    run(create_app(settings, opened), host=HOST, port=port)


@commands.command()
def doctor() -> None:
    """Check settings, database, schema and every clinic's trail, and say what is wrong."""
    settings = Settings()
    wrong = settings.missing_for_production()
    if settings.database_url and not migrations.is_current(settings.database_url):
        wrong.append("the database is not migrated: run `afterglow migrate`")
    elif settings.database_url and settings.encryption_keys and settings.secret_keys:
        wrong += _alarms(settings) + _broken_trails(settings) + _old_copies(settings)
        wrong += keys.wrong(settings) + _not_taken(settings)
    if wrong:
        raise Failure("; ".join(wrong))
    typer.echo("All is well.")


@alarm_commands.command("list")
def alarm_list() -> None:
    """Name every open alarm, since when, and how often it came."""
    with database().session(write=False) as db:
        for alarm in alarms.open_alarms(db):
            since = f"since {alarm.made_at:%Y-%m-%d %H:%M} UTC, {alarm.count} times"
            typer.echo(f"{alarms.named(alarm)}  {since}")


@alarm_commands.command("clear")
def alarm_clear(
    code: Annotated[str, typer.Argument(help="its name, as `alarm list` prints it")],
) -> None:
    """Say that an alarm was seen to. Texts that it had stopped leave again."""
    with database().session() as db:
        found = [alarm for alarm in alarms.open_alarms(db) if alarm.code == code]
        if not found:
            raise Failure(f"there is no open alarm {code}")
        for alarm in found:
            alarms.clear(db, alarm)
    typer.echo("Cleared.")


def _alarms(settings: Settings) -> list[str]:
    with database(settings).session(write=False) as db:
        return [f"open alarm: {alarms.named(alarm)}" for alarm in alarms.open_alarms(db)]


def _old_copies(settings: Settings) -> list[str]:
    with database(settings).session(write=False) as db:
        return ages.troubles(db, follows=bool(settings.backup_dir))


def _not_taken(settings: Settings) -> list[str]:
    with database(settings).session(write=False) as db:
        given_up = subscriptions.given_up_by_clinic(db)
        names = {row.id: row.slug for row in db.scalars(select(Clinic))}
    return [
        f"{count} changes at {names[clinic_id]} were not taken by another system: "
        "in the console, Team, Who is told of changes"
        for clinic_id, count in given_up.items()
    ]


def _broken_trails(settings: Settings) -> list[str]:
    """The first link of each chain that does not hold. Looks at every event there is."""
    with database(settings).session(write=False) as db:
        names: dict[UUID | None, str] = {row.id: row.slug for row in db.scalars(select(Clinic))}
        found = [
            (names.get(each, "no clinic"), chain.verify(db, each)) for each in chain.chains(db)
        ]
    return [
        f"the trail of {name} is broken: event {verdict.broken_at} {verdict.why}"
        for name, verdict in found
        if verdict.broken_at is not None
    ]

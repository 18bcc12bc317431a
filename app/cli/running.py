"""Serving, working, migrating, and what is wrong with the road of texts."""

from typing import Annotated

import typer

from app.cli.opening import Failure, database, open_for_production
from app.db import migrate as migrations
from app.db.arriving import Refused
from app.messaging import alarms
from app.settings import Settings

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

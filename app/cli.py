"""The operator's commands. A failure is one clear line on stderr and exit code 1."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import logs
from app.access import api_keys, invitations, scopes
from app.db import migrate as migrations
from app.db.engine import Database
from app.messaging import alarms
from app.people import enrolment
from app.people.models import Clinic, Role
from app.questionnaires import finding_words, importing, strict_json
from app.refusal import Refusal
from app.settings import Settings

app = typer.Typer(
    help="Afterglow: the patient's side of a practice.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
clinic_commands = typer.Typer(help="Clinics.", no_args_is_help=True)
staff_commands = typer.Typer(help="Members of staff.", no_args_is_help=True)
alarm_commands = typer.Typer(help="What is wrong with the road of texts.", no_args_is_help=True)
key_commands = typer.Typer(help="Keys for other systems (the FHIR door).", no_args_is_help=True)
questionnaire_commands = typer.Typer(help="Forms that patients fill in.", no_args_is_help=True)
app.add_typer(clinic_commands, name="clinic")
app.add_typer(staff_commands, name="staff")
app.add_typer(key_commands, name="apikey")
app.add_typer(alarm_commands, name="alarm")
app.add_typer(questionnaire_commands, name="questionnaire")

Slug = Annotated[str, typer.Option("--clinic", help="the clinic's short name in addresses")]


class Failure(Exception):
    """Something an operator has to put right; the message says what."""


def main() -> None:
    """Entry point of the `afterglow` command."""
    try:
        app()
    except Failure as failure:
        _fail(str(failure))
    except Refusal as refusal:
        _fail(refusal.message)
    except ValidationError as error:
        _fail(
            "; ".join(f"AFTERGLOW_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        )
    except SQLAlchemyError as error:
        _fail(
            f"the database did not do it ({type(error).__name__}). "
            "Is AFTERGLOW_DATABASE_URL right, and migrated?"
        )
    except OSError as error:
        _fail(error.strerror or type(error).__name__)
    except Exception as error:  # noqa: BLE001  an operator gets a line, never a traceback
        _fail(f"something broke that should not ({type(error).__name__}).")


def _fail(message: str) -> None:
    typer.echo(f"afterglow: {message}", err=True)
    sys.exit(1)


@app.command()
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

    settings, database = _open_for_production()
    run(create_app(settings, database, works=works), host=host, port=port)


@app.command()
def worker() -> None:
    """Run only the timetable: texts, rings, escalation."""
    import signal

    from app.main import choose_gateway
    from app.worker import Worker

    settings, database = _open_for_production()
    timetable = Worker(database, settings, choose_gateway(settings))
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: timetable.stop())
    timetable.run()


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema. Safe to run twice."""
    settings = Settings()
    if not settings.database_url:
        raise Failure("AFTERGLOW_DATABASE_URL is not set")
    migrations.upgrade(settings.database_url)
    typer.echo("The database is up to date.")


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="port to listen on", envvar="PORT")] = 8000,
) -> None:
    """Run the demo clinic on this machine. Texts go nowhere."""
    from app.demo.start import HOST, open_demo
    from app.main import create_app
    from app.serving import run

    settings, database = open_demo(port)
    run(create_app(settings, database), host=HOST, port=port)


@app.command()
def doctor() -> None:
    """Check settings, database and schema, and say what is wrong."""
    settings = Settings()
    wrong = settings.missing_for_production()
    if settings.database_url and not migrations.is_current(settings.database_url):
        wrong.append("the database is not migrated: run `afterglow migrate`")
    elif settings.database_url and settings.encryption_keys and settings.secret_keys:
        wrong += _alarms(settings)
    if wrong:
        raise Failure("; ".join(wrong))
    typer.echo("All is well.")


@alarm_commands.command("list")
def alarm_list() -> None:
    """Name every open alarm, since when, and how often it came."""
    with _database().session(write=False) as db:
        for alarm in alarms.open_alarms(db):
            typer.echo(
                f"{alarm.code}  since {alarm.made_at:%Y-%m-%d %H:%M} UTC, {alarm.count} times"
            )


@alarm_commands.command("clear")
def alarm_clear(
    code: Annotated[str, typer.Argument(help="its name, as `alarm list` prints it")],
) -> None:
    """Say that an alarm was seen to. Texts that it had stopped leave again."""
    with _database().session() as db:
        found = [alarm for alarm in alarms.open_alarms(db) if alarm.code == code]
        if not found:
            raise Failure(f"there is no open alarm {code}")
        for alarm in found:
            alarms.clear(db, alarm)
    typer.echo("Cleared.")


@clinic_commands.command("create")
def clinic_create(
    name: Annotated[str, typer.Argument(help="full name, as patients read it")],
    slug: Slug,
    zone: Annotated[str, typer.Option(help="time zone, such as America/Chicago")],
    phone: Annotated[str, typer.Option(help="public phone number, printed on every page")],
    short_name: Annotated[
        str, typer.Option(help="what texts call it; else the first word of its name")
    ] = "",
) -> None:
    """Open a clinic, with keys of its own."""
    with _database().session() as db:
        if db.scalar(select(Clinic).where(Clinic.slug == slug)):
            raise Failure(f"there is a clinic {slug} already")
        enrolment.open_clinic(
            db, name=name, slug=slug, zone=zone, phone=phone, short_name=short_name
        )
    typer.echo(f"Opened {name}.")


@staff_commands.command("invite")
def staff_invite(
    name: Annotated[str, typer.Argument(help="name that patients read, such as Dr. Patel")],
    slug: Slug,
    role: Annotated[Role, typer.Option(help="what they do")] = Role.CLINICIAN,
    phone: Annotated[str, typer.Option(help="number for rings and alerts")] = "",
) -> None:
    """Add a member of staff and print the one-time address where they make their passkey."""
    settings = Settings()
    with _database(settings).session() as db:
        clinic = _clinic(db, slug)
        person = enrolment.join_staff(
            db, clinic, role=role, name=name, display_name=name, phone=phone, by=None
        )
        db.flush()  # the invitation points at them
        token = invitations.invite(db, person, by=None)
    typer.echo(f"{settings.base_url}/invitation#{token}")


@key_commands.command("create")
def apikey_create(
    name: Annotated[str, typer.Argument(help="which system it is for")],
    slug: Slug,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="what it opens, such as system/Patient.read; repeat for more. Else all"),
    ] = None,
) -> None:
    """Make a bearer key for the FHIR door and print it once."""
    with _database().session() as db:
        clinic = _clinic(db, slug)
        _, token = api_keys.create(db, clinic, name, by=None, scopes=scope or scopes.EVERYTHING)
    typer.echo(token)


@questionnaire_commands.command("import")
def questionnaire_import(
    file: Annotated[Path, typer.Argument(help="a FHIR R4 Questionnaire, as JSON")],
    slug: Annotated[
        str, typer.Option("--clinic", help="whose; may be left out for one alone")
    ] = "",
) -> None:
    """Take in a form. Prints what was odd about it; refused, nothing is kept and it says why."""
    with file.open("rb") as source:
        raw = source.read(strict_json.MOST_BYTES + 1)
    with _database().session() as db:
        clinic = _clinic(db, slug) if slug else _only_clinic(db)
        imported = importing.import_questionnaire(db, clinic, raw, by=None)
        for finding in imported.findings:
            is_refusal = finding.severity == "refused"
            line = f"{finding.severity}: {finding_words.line(finding)}"
            typer.echo(f"afterglow: {line}" if is_refusal else line, err=is_refusal)
        if imported.questionnaire is None:
            raise typer.Exit(1)
        form = imported.questionnaire
        typer.echo(
            f"{'Imported' if imported.is_new else 'Here already:'} {form.url}|{form.version}"
        )


def _open_for_production() -> tuple[Settings, Database]:
    settings = Settings()
    missing = settings.missing_for_production()
    if missing:
        raise Failure("cannot start: " + "; ".join(missing))
    if not migrations.is_current(settings.database_url):
        raise Failure("the database is not migrated: run `afterglow migrate` first")
    logs.configure(settings.log_format)
    return settings, Database(settings.database_url, settings)


def _alarms(settings: Settings) -> list[str]:
    with _database(settings).session(write=False) as db:
        return [f"open alarm: {alarm.code}" for alarm in alarms.open_alarms(db)]


def _database(settings: Settings | None = None) -> Database:
    settings = settings or Settings()
    if not settings.database_url or not settings.encryption_keys or not settings.secret_keys:
        raise Failure("AFTERGLOW_DATABASE_URL, _SECRET_KEYS and _ENCRYPTION_KEYS must be set")
    return Database(settings.database_url, settings)


def _clinic(db: Session, slug: str) -> Clinic:
    clinic = db.scalar(select(Clinic).where(Clinic.slug == slug))
    if clinic is None:
        raise Failure(f"there is no clinic {slug}")
    return clinic


def _only_clinic(db: Session) -> Clinic:
    clinics = db.scalars(select(Clinic).limit(2)).all()
    if len(clinics) != 1:
        raise Failure("say for which clinic: --clinic and its short name")
    return clinics[0]

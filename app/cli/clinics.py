"""Clinics, their staff, keys and forms."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access import api_keys, invitations, passkey_grants, scopes
from app.cli.opening import Failure, clinic_named, database, only_clinic
from app.messaging.models import Sender
from app.people import enrolment, memberships, staffing
from app.people.models import Clinic, Practitioner, Role
from app.questionnaires import finding_words, importing, strict_json
from app.settings import Settings

clinic_commands = typer.Typer(help="Clinics.", no_args_is_help=True)
staff_commands = typer.Typer(help="Members of staff.", no_args_is_help=True)
key_commands = typer.Typer(help="Keys for other systems (the FHIR door).", no_args_is_help=True)
questionnaire_commands = typer.Typer(help="Forms that patients fill in.", no_args_is_help=True)

Slug = Annotated[str, typer.Option("--clinic", help="the clinic's short name in addresses")]


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
    with database().session() as db:
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
    with database(settings).session() as db:
        clinic = clinic_named(db, slug)
        person = enrolment.join_staff(
            db, clinic, role=role, name=name, display_name=name, phone=phone, by=None
        )
        db.flush()  # the invitation points at them
        token = invitations.invite(db, person, by=None)
    typer.echo(f"{settings.base_url}/invitation#{token}")


@clinic_commands.command("list")
def clinic_list() -> None:
    """Name every clinic, with how many work there, and its own sender of texts if it has one."""
    with database().session(write=False) as db:
        working = select(Practitioner.clinic_id, func.count()).where(
            Practitioner.disabled_at.is_(None)
        )
        counts = dict(db.execute(working.group_by(Practitioner.clinic_id)).all())
        own = select(Sender.clinic_id, Sender.name).where(Sender.left_at.is_(None))
        names = dict(db.execute(own.where(Sender.clinic_id.is_not(None))).all())
        for clinic in db.scalars(select(Clinic).order_by(Clinic.slug)):
            line = f"{clinic.slug}  {clinic.name}  {counts.get(clinic.id, 0)} on the team"
            by = names.get(clinic.id)
            typer.echo(f"{line}  texts by {by}" if by else line)


@staff_commands.command("join")
def staff_join(
    name: Annotated[str, typer.Argument(help="the name that patients read at their first clinic")],
    slug: Annotated[str, typer.Option("--clinic", help="where they work already")],
    further: Annotated[str, typer.Option("--to", help="the clinic where they work as well")],
    role: Annotated[Role, typer.Option(help="what they do there")] = Role.CLINICIAN,
) -> None:
    """Let somebody work at a further clinic. The passkeys they have open both."""
    settings = Settings()
    with database(settings).session() as db:
        person = _member(db, clinic_named(db, slug), name)
        row = memberships.work_further(db, person, clinic_named(db, further), role)
        if passkey_grants.copy(db, person, row):
            typer.echo(f"{name} works at {further} too, and changes clinics in the console.")
            return
        token = invitations.invite(db, row, by=None)
    # They have no passkey yet that could open it.
    typer.echo(f"{settings.base_url}{invitations.PATH}#{token}")


def _member(db: Session, clinic: Clinic, name: str) -> Practitioner:
    found = [
        each
        for each in staffing.team(db, clinic)
        if each.display_name == name and each.disabled_at is None
    ]
    if not found:
        raise Failure(f"nobody called {name} works at {clinic.slug}")
    return found[0]


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
    with database().session() as db:
        clinic = clinic_named(db, slug)
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
    with database().session() as db:
        clinic = clinic_named(db, slug) if slug else only_clinic(db)
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

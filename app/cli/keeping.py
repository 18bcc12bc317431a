"""A patient's copy of their record, what is let go of, and what is over."""

import os
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy.orm import Session

from app.audit import trail
from app.cli.opening import Failure, clinic_named, database, only_clinic
from app.keeping import erasing, exporting, purging
from app.keeping.erasing import Ground
from app.people.models import Patient

commands = typer.Typer()
export_commands = typer.Typer(help="What is handed out.", no_args_is_help=True)

PatientId = Annotated[UUID, typer.Argument(help="the patient's id, as their page's address names")]


@export_commands.command("patient")
def export_patient(
    patient_id: PatientId,
    to: Annotated[
        Path | None, typer.Option(help="the file to write; else record.zip in this folder")
    ] = None,
) -> None:
    """Write a patient's record into one file: papers, tables, a FHIR Bundle, what they shared."""
    path = to or Path("record.zip")
    with database().session() as db:
        patient = _patient(db, patient_id)
        content = exporting.packed(db, patient)
        trail.record(db, "export-record", agent=None, entity=patient)
    _write(path, content)
    typer.echo(f"{len(content)} bytes in {path}")


@commands.command()
def erase(
    patient_id: PatientId,
    ground: Annotated[
        Ground | None,
        typer.Option(help="why all of the record may go; without, only what is no part of it"),
    ] = None,
    sure: Annotated[bool, typer.Option("--sure", help="do it; without, only say what")] = False,
) -> None:
    """Let go of what is known of a patient, for good: nothing brings it back."""
    with database().session() as db:
        patient = _patient(db, patient_id)
        if patient.erased_at is not None:
            raise Failure("nothing is known of them any more")
        if not sure:
            _tell(db, patient)
            return
        if ground is None:
            erasing.erase_own(db, patient, by=None)
        else:
            erasing.erase(db, patient, ground, by=None)
    typer.echo("Gone. Copies made before keep what they hold until they are removed.")


@commands.command()
def purge(
    slug: Annotated[str, typer.Option("--clinic", help="the clinic's short name")] = "",
) -> None:
    """Say what would go today by the clinic's times. The worker lets it go by itself."""
    with database().session(write=False) as db:
        clinic = clinic_named(db, slug) if slug else only_clinic(db)
        for due in purging.preview(db, clinic):
            typer.echo(f"{due.kind.value}: {due.count} older than {due.days} days")


def _patient(db: Session, patient_id: UUID) -> Patient:
    patient = db.get(Patient, patient_id)
    if patient is None:
        raise Failure("there is no patient with this id")
    if patient.merged_into_id is not None:
        raise Failure(f"this record was joined into {patient.merged_into_id}")
    return patient


def _tell(db: Session, patient: Patient) -> None:
    found = erasing.preview(db, patient)
    own = ", ".join(f"{count} {name}" for name, count in found.own.items())
    typer.echo(f"At any time: {own}, and journal entries that nobody at the clinic has read.")
    typer.echo(
        f"With --ground: {found.entries} entries, {found.sheets} forms, {found.texts} texts, "
        "and everything that names them."
    )
    typer.echo(f"Grounds: {', '.join(erasing.grounds(db, patient))}. Add --sure to do it.")


def _write(path: Path, content: bytes) -> None:
    """For its owner alone; a file that is there already is not written over."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Failure(f"{path} is there already") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)

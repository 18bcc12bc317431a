"""The operator's commands. A failure is one clear line on stderr and exit code 1."""

import sys

import typer
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from app.cli import clinics, copies, doctor, keeping, keys, running, senders
from app.cli.opening import Failure
from app.refusal import Refusal

app = typer.Typer(
    help="Afterglow: the patient's side of a practice.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(running.commands)
app.add_typer(doctor.commands)
app.add_typer(copies.commands)
app.add_typer(keeping.commands)
clinics.clinic_commands.add_typer(senders.commands)
app.add_typer(clinics.clinic_commands, name="clinic")
app.add_typer(clinics.staff_commands, name="staff")
app.add_typer(clinics.key_commands, name="apikey")
app.add_typer(keeping.export_commands, name="export")
app.add_typer(running.alarm_commands, name="alarm")
app.add_typer(keys.commands, name="keys")
app.add_typer(clinics.questionnaire_commands, name="questionnaire")


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

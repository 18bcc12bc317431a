"""By which number or service a clinic's texts leave."""

from typing import Annotated

import typer

from app.cli.opening import clinic_named, database
from app.messaging import senders
from app.settings import Settings

commands = typer.Typer()
_DEFAULT = "default"


@commands.command("sender")
def clinic_sender(
    slug: Annotated[str, typer.Argument(help="the clinic's short name in addresses")],
    written: Annotated[
        str,
        typer.Argument(
            metavar="SENDER",
            help="a number such as +13125550100, a Messaging Service's SID (MG…), or "
            f"`{_DEFAULT}`: the installation's, which all clinics without their own share",
        ),
    ],
    per_second: Annotated[
        float | None,
        typer.Option(
            help="segments that it may send a second; else 1 for a number, "
            "TWILIO_SEGMENTS_PER_SECOND for a service",
            min=0.01,
        ),
    ] = None,
) -> None:
    """Let a clinic text by a sender of its own, beginning with what waits. Nobody else may have it,
    also later: its patients go on writing there.
    """
    settings = Settings()
    with database(settings).session() as db:
        clinic = clinic_named(db, slug)
        if written == _DEFAULT:
            senders.take_back(db, clinic)
            typer.echo(f"{slug} texts by the installation's sender.")
            return
        shared = settings.twilio_messaging_service_sid
        given = senders.give(db, clinic, written, shared=shared, per_second=per_second)
        typer.echo(f"{slug} texts by {given.name}.")

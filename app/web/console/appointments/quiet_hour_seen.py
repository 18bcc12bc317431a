"""Where a session's quiet hour stands, as an appointment's page tells it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.companion import hours, sounds, switch
from app.companion.hours import Stage
from app.companion.models import SessionAudio, SessionHour
from app.i18n import gettext as _
from app.people.models import Clinic
from app.scheduling.models import Appointment, Service


@dataclass(frozen=True)
class Companion:
    """What an appointment's page says of its quiet hour."""

    is_on: bool
    hour: SessionHour | None
    stage: Stage | None
    sounds: list[SessionAudio]

    @property
    def words(self) -> str:
        """Where it stands, in words."""
        return {
            None: _("Not opened"),
            Stage.OPENED: _("Opened, the questions before it are not answered yet"),
            Stage.READY: _("Ready to begin"),
            Stage.RUNNING: _("Going on"),
            Stage.OVER: _("Over"),
        }[self.stage]

    @property
    def is_open(self) -> bool:
        """Whether it can be closed."""
        return self.stage is not None and self.stage is not Stage.OVER


def companion_of(db: Session, clinic: Clinic, appointment: Appointment) -> Companion | None:
    """None for a visit, and where the clinic does not run the companion and never did here."""
    if appointment.service is not Service.INFUSION:
        return None
    hour = hours.of(db, appointment.id)
    if hour is None and not switch.is_on(clinic):
        return None
    stage = hours.stage_of(hour) if hour is not None else None
    return Companion(switch.is_on(clinic), hour, stage, sounds.of_clinic(db, clinic))

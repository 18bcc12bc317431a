"""What a clinic keeps to around an infusion, set by its administrators."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.audit import trail
from app.i18n import gettext as _
from app.people.models import Clinic, Practitioner
from app.refusal import Refusal

MOST_HOURS = 24
MOST_POINTS = 80  # the highest total of a PCL-5
LEAST_AFTER, MOST_AFTER = 14, 31
LEAST_EVERY, MOST_EVERY = 14, 180


class OutOfRange(Refusal):
    pass


@dataclass(frozen=True)
class AroundInfusions:
    """How many hours before, the last food and the last clear drink; None: told by people."""

    food_stops_hours: int | None
    fluids_stop_hours: int | None
    pcl5_cut_point: int
    scales_after_days: int = 14  # after the last session
    scales_every_days: int = 30  # from then on; 0: never


def change(db: Session, clinic: Clinic, wanted: AroundInfusions, *, by: Practitioner) -> None:
    """Set them. Refuses (OutOfRange) hours beyond a day, a cut-point that no total reaches, and
    days at which a scale that asks about two weeks would say little.
    """
    for field in ("food_stops_hours", "fluids_stop_hours"):
        hours = getattr(wanted, field)
        if hours is not None and not 0 <= hours <= MOST_HOURS:
            raise OutOfRange(_("Enter hours from 0 to 24, or leave it empty."), field=field)
    if not 1 <= wanted.pcl5_cut_point <= MOST_POINTS:
        raise OutOfRange(_("Enter a number from 1 to 80."), field="pcl5_cut_point")
    if not LEAST_AFTER <= wanted.scales_after_days <= MOST_AFTER:
        raise OutOfRange(_("Enter days from 14 to 31."), field="scales_after_days")
    if wanted.scales_every_days and not LEAST_EVERY <= wanted.scales_every_days <= MOST_EVERY:
        raise OutOfRange(_("Enter days from 14 to 180, or 0."), field="scales_every_days")
    clinic.food_stops_hours = wanted.food_stops_hours
    clinic.fluids_stop_hours = wanted.fluids_stop_hours
    clinic.pcl5_cut_point = wanted.pcl5_cut_point
    clinic.scales_after_days = wanted.scales_after_days
    clinic.scales_every_days = wanted.scales_every_days
    trail.record(db, "change-clinic", agent=by, entity=clinic)

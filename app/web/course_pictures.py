"""A course as pages show it, patients' and staff's: every measure as sentence, picture and table.

The numbers of a picture and of the table beside it are the same ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.outcomes import courses, picture, results, saying
from app.outcomes.courses import Standing
from app.outcomes.picture import Axis, Picture
from app.outcomes.results import Series
from app.outcomes.saying import Row
from app.people.models import Patient

# Where each stands on its page: an address may go from hand to hand, so it names no form.
_PLACES = {"phq-9": "low-days", "gad-7": "worry", "pcl-5": "hard-memories"}


@dataclass(frozen=True)
class Measure:
    """One measure. `picture` is None while none of its sheets has a number."""

    series: Series
    title: str
    story: str
    rows: tuple[Row, ...]
    picture: Picture | None

    @property
    def place(self) -> str:
        """The name of its place on the page."""
        return _PLACES.get(self.series.code, self.series.code)

    @property
    def lead(self) -> str:
        """All of its sentences."""
        told = (self.story, saying.meaning(self.series), saying.undrawn(self.series))
        return " ".join(filter(None, told))


@dataclass(frozen=True)
class Shown:
    """`days`: what stands below the axis, as place, moment and side."""

    standing: Standing
    measures: tuple[Measure, ...]
    days: tuple[tuple[float, datetime, str], ...]
    sessions: tuple[datetime, ...]
    visits: tuple[datetime, ...]


def of(
    db: Session,
    patient: Patient,
    *,
    zone: str,
    since: datetime | None = None,
    title: Callable[[Series], str] = saying.name,
) -> Shown:
    """Everything there is, or what there is `since` then; days on the calendar of `zone`."""
    series = results.of_patient(db, patient, since=since)
    sessions, visits = (
        tuple(each.at for each in held if since is None or each.at >= since)
        for held in courses.took_place(db, patient)
    )
    drawn = [value.at for each in series for value in each.values]
    axis = Axis.around([*drawn, *sessions, *visits]) if drawn else None
    return Shown(
        standing=courses.standing(db, patient),
        measures=tuple(
            Measure(
                each,
                title(each),
                saying.story(each, zone),
                saying.rows(each),
                picture.draw(each, axis, sessions, visits) if axis and each.values else None,
            )
            for each in series
        ),
        days=_days(axis) if axis else (),
        sessions=sessions,
        visits=visits,
    )


def _days(axis: Axis) -> tuple[tuple[float, datetime, str], ...]:
    places = ((axis.starts_at, "start"), (axis.middle, "middle"), (axis.ends_at, "end"))
    return tuple((axis.x(moment), moment, side) for moment, side in places)

"""Where a patient writes, holidays of these days stand beside the weekly hours."""

from datetime import date, timedelta

import pytest

from app.people.models import Clinic
from app.scheduling import closures
from app.scheduling.models import ExceptionKind
from app.web import quiet_minute

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (0, 0, "Closed: Fri, Nov 20."),
        (1, 2, "Closed: Sat, Nov 21, Sun, Nov 22."),
        (3, 9, "Closed: Mon, Nov 23."),
        (4, 4, ""),
    ],
)
def test_closed_days_near_by_are_named(database, cast, first, last, said):
    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        before = quiet_minute.readers(db, clinic)
        days = (TODAY + timedelta(days=more) for more in (first, last))
        closures.add(db, clinic, None, closures.Days(ExceptionKind.AWAY, *days), by=None)
        db.flush()

        assert quiet_minute.readers(db, clinic) == f"{before} {said}".rstrip()

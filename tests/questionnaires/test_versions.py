"""Which version of a form a clinic asks with, and that a shipped form has one row."""

import threading

from sqlalchemy import func, select

from app import clock
from app.questionnaires import library
from app.questionnaires.models import Questionnaire

SLUG = "phq-9"


def _own(db, clinic, version, **others):
    url = library.unkept(SLUG).url
    row = Questionnaire(
        clinic_id=clinic.id,
        identity=library.identity(clinic.id, url, version),
        url=url,
        version=version,
        definition="{}",
        made_at=clock.now(),
        **others,
    )
    db.add(row)
    return row


def test_a_shipped_form_gets_its_row_once(db, cast):
    assert library.shipped(db, SLUG) is library.shipped(db, SLUG)
    assert library.shipped(db, SLUG).id == library.unkept(SLUG).id
    assert db.scalar(select(func.count()).select_from(Questionnaire)) == 1


def test_two_who_need_it_first_at_once_get_the_same_row(database):
    found = []

    def need():
        with database.session() as db:
            found.append(library.shipped(db, SLUG).id)

    threads = [threading.Thread(target=need) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [library.unkept(SLUG).id] * 4


def test_looking_makes_no_row(database, cast):
    with database.session(write=False) as db:
        shown = library.all_of(db, cast.clinic)
        found = library.find(db, cast.clinic, library.unkept(SLUG).url)

        assert [each.id for each in shown] == [library.unkept(slug).id for slug in library.SLUGS]
        assert found.id == library.unkept(SLUG).id
        assert library.of_clinic(db, cast.clinic, found.id).title == found.title
        assert db.scalar(select(func.count()).select_from(Questionnaire)) == 0


def test_the_clinics_own_version_goes_before_the_shipped_one(db, cast):
    ours = library.for_clinic(db, cast.clinic, SLUG)
    own = _own(db, cast.clinic, "2")
    db.flush()

    assert library.for_clinic(db, cast.clinic, SLUG) is own
    assert library.current(db, cast.clinic, own.url) is own
    assert library.find(db, cast.clinic, f"{own.url}|{ours.version}") is ours
    assert library.current(db, cast.neighbour, own.url) is ours
    assert library.of_clinic(db, cast.neighbour, own.id) is None


def test_a_retired_version_is_not_asked_with(db, cast):
    _own(db, cast.clinic, "2", retired_at=clock.now())
    db.flush()

    assert library.for_clinic(db, cast.clinic, SLUG) is library.shipped(db, SLUG)


def test_a_form_nobody_has_is_none(db, cast):
    assert library.current(db, cast.clinic, "https://elsewhere.example/q") is None
    assert library.find(db, cast.clinic, "https://elsewhere.example/q|1") is None

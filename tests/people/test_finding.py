"""Patients are found by name, over names that rest sealed."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from app import clock
from app.people import directory, doubles, enrolment, finding, names
from app.people.models import Patient
from app.security import keyring
from tests.conftest import FRIDAY_NOON

PEOPLE = [
    ("Ángela", "O'Brien"),
    ("Ann", "Lee"),
    ("Anna", "Müller"),
    ("Jose", "García-López"),
    ("Leeann", "Ødegård"),
    ("Mary Ann", "de la Cruz"),
    ("Søren", "Łuczak"),
]


@pytest.fixture(autouse=True)
def _nothing_known():
    directory.forget()
    yield
    directory.forget()


@pytest.fixture
def people(db, cast):
    for number, (given, family) in enumerate(PEOPLE):
        enrolment.enrol(
            db,
            db.merge(cast.clinic),
            given_name=given,
            family_name=family,
            phone=f"+1312555{number:04}",
            birth_on=date(1980, 1, number + 1),
            by=None,
        )
    db.flush()


def _found(db, cast, asked, **how):
    found = finding.find(db, cast.clinic.id, asked, **how)
    return [db.get_one(Patient, each).full_name for each in found.ids]


@pytest.mark.every_value_on_both
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("angela", ["Ángela O'Brien"]),
        ("ÁNGELA", ["Ángela O'Brien"]),
        ("obri", ["Ángela O'Brien"]),
        ("o'brien", ["Ángela O'Brien"]),
        ("brien ang", ["Ángela O'Brien"]),
        ("muller", ["Anna Müller"]),
        ("mueller", ["Anna Müller"]),
        ("Mu\u0308ller", ["Anna Müller"]),
        ("garcía", ["Jose García-López"]),
        ("lopez jose", ["Jose García-López"]),
        ("garcialopez", ["Jose García-López"]),
        ("garcia-lopez", ["Jose García-López"]),
        ("delacruz", ["Mary Ann de la Cruz"]),
        ("maryann cruz", ["Mary Ann de la Cruz"]),
        ("odegard", ["Leeann Ødegård"]),
        ("soren luc", ["Søren Łuczak"]),
        ("1980-01-03", ["Anna Müller"]),
        ("1/3/1980 ann", ["Anna Müller"]),
        ("5550004", ["Leeann Ødegård"]),
        ("(312) 555-0004", ["Leeann Ødegård"]),
        ("ann 0002", ["Anna Müller"]),
        ("2/30/1980", []),
        ("gela", []),
        ("***", None),
    ],
)
def test_a_name_is_found_however_it_is_typed(db, people, cast, asked, found):
    everybody = _found(db, cast, "")

    assert _found(db, cast, asked) == (everybody if found is None else found)


def test_who_is_called_just_so_comes_first(db, people, cast):
    assert _found(db, cast, "lee") == ["Ann Lee", "Leeann Ødegård"]
    assert _found(db, cast, "ann") == ["Ann Lee", "Mary Ann de la Cruz", "Anna Müller"]


def test_everybody_stands_by_name(db, people, cast):
    everybody = _found(db, cast, "")

    assert everybody == sorted(everybody, key=names.folded)
    assert "Maya Osei" in everybody
    assert "Noor Haddad" not in everybody  # next door's


@pytest.mark.every_value_on_both
@pytest.mark.parametrize("asked", ["mayya", "myaa", "maja", "osie", "maya oseii"])
def test_a_slip_of_the_finger_still_finds_somebody_and_says_so(db, cast, asked):
    found = finding.find(db, cast.clinic.id, asked)

    assert (found.ids, found.is_near) == ([cast.maya.id], True)


@pytest.mark.every_value_on_both
@pytest.mark.parametrize("asked", ["mxyz", "zz", "osei brandt"])
def test_what_is_no_slip_finds_nobody(db, cast, asked):
    found = finding.find(db, cast.clinic.id, asked)

    assert (found.ids, found.is_near) == ([], False)


@pytest.mark.parametrize(
    ("typed", "word", "near"),
    [
        ("maya", "maya", True),
        ("mya", "maya", True),
        ("mayas", "maya", True),
        ("mqya", "maya", True),
        ("amya", "maya", True),
        ("amay", "maya", False),
        ("ma", "maya", False),
        ("mxyx", "maya", False),
    ],
)
def test_one_slip_is_near_and_two_are_not(typed, word, near):
    assert names.is_near(typed, word) is near
    assert names.is_near(word, typed) is near


def test_who_was_put_away_is_found_only_when_asked_for(db, cast):
    assert _found(db, cast, "theo") == ["Theo Brandt"]

    db.get_one(Patient, cast.theo.id).archived_at = clock.now()
    db.flush()

    assert _found(db, cast, "theo") == []
    assert _found(db, cast, "theo", put_away=True) == ["Theo Brandt"]


def test_another_name_is_found_at_once_and_the_old_one_no_more(db, cast):
    assert _found(db, cast, "osei")

    db.get_one(Patient, cast.maya.id).family_name = "Quartey"
    db.flush()

    assert _found(db, cast, "osei") == []
    assert _found(db, cast, "quart") == ["Maya Quartey"]


def test_a_change_stamped_by_a_clock_that_is_behind_is_found_as_well(db, cast):
    assert _found(db, cast, "osei")

    clock.stand_still(
        FRIDAY_NOON - timedelta(seconds=50), machine=FRIDAY_NOON - timedelta(seconds=50)
    )
    db.get_one(Patient, cast.maya.id).family_name = "Quartey"
    db.flush()

    assert _found(db, cast, "quart") == ["Maya Quartey"]


def test_a_second_search_opens_no_name_again(db, people, cast, monkeypatch):
    _found(db, cast, "ann")
    opened = []
    ring = keyring.ring()
    real = ring.unseal
    monkeypatch.setattr(ring, "unseal", lambda *asked: opened.append(asked) or real(*asked))

    finding.find(db, cast.clinic.id, "lee")

    assert opened == []


def test_a_search_is_one_statement_however_many_there_are(db, people, cast):
    counted = []
    event.listen(db.get_bind(), "before_cursor_execute", lambda *_: counted.append(1))

    finding.find(db, cast.clinic.id, "a")

    assert len(counted) == 1


def test_two_with_one_name_and_birth_date_are_noticed(db, cast):
    maya = db.get_one(Patient, cast.maya.id)
    maya.birth_on = date(1990, 5, 17)
    twin = _enrol(db, cast, "Osei", "MAYA", date(1990, 5, 17))
    _enrol(db, cast, "Maya", "Osei", date(1990, 5, 18), phone="+13125550188")

    pairs = doubles.of_clinic(db, cast.clinic.id)

    assert [set(pair) for pair in pairs] == [{maya.id, twin.id}]
    assert doubles.of_patient(db, twin) == [maya]
    like = doubles.like(db, cast.clinic.id, "maya", "osei", date(1990, 5, 17))
    assert set(like) == {maya, twin}
    assert doubles.like(db, cast.clinic.id, "maya", "osei", None) == []


def test_two_who_were_told_apart_are_not_asked_about_again(db, cast):
    maya = db.get_one(Patient, cast.maya.id)
    maya.birth_on = date(1990, 5, 17)
    twin = _enrol(db, cast, "Maya", "Osei", date(1990, 5, 17))
    by = db.merge(cast.dr_okafor)

    doubles.tell_apart(db, twin, maya, by=by)
    doubles.tell_apart(db, maya, twin, by=by)

    assert doubles.of_clinic(db, cast.clinic.id) == []


def _enrol(db, cast, given, family, birth_on, phone="+13125550187"):
    patient = enrolment.enrol(
        db,
        db.merge(cast.clinic),
        given_name=given,
        family_name=family,
        phone=phone,
        birth_on=birth_on,
        by=None,
    )
    db.flush()
    return patient

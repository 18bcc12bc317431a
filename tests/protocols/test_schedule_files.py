"""The day's schedule in CSV: read at its lines, looked at first, all of it or nothing, and out."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app import clock, wall_time
from app.intake.tables import safe
from app.messaging.models import Message
from app.people import enrolment
from app.people.models import Clinic, Patient
from app.protocols import schedule_lines, schedule_table, schedule_taking
from app.protocols.schedule_lines import COLUMNS, NoSchedule
from app.protocols.schedule_taking import Outcome
from app.scheduling.models import Appointment, Service

HEAD = "date,time,type,first name,last name,phone,birth date,clinician,texts agreed"
LINES = [
    "2026-11-24,13:00,infusion,Ana,Ruiz,(202) 555-0171,1991-05-02,Dr. Okafor,yes",
    "11/25/2026,9:30 AM,Consultation,Theo,Brandt,312 555 0143,09/03/1984,,",
]


def table(*lines, head=HEAD):
    return "\r\n".join([head, *lines]).encode()


@pytest.fixture
def here(db, cast):
    """The cast's clinic and coordinator, bound to this test's session."""
    return db.merge(cast.clinic), db.merge(cast.jordan)


@pytest.fixture
def counted(db):
    """How many patients, appointments and texts there are."""
    return lambda: [
        db.scalar(select(func.count(row.id))) for row in (Patient, Appointment, Message)
    ]


@pytest.fixture
def looked(db, here):
    def looked(raw):
        return schedule_taking.look(db, here[0], schedule_lines.read(raw, here[0]), by=here[1])

    return looked


@pytest.fixture
def taken(db, here):
    def taken(raw):
        return schedule_taking.take(db, here[0], schedule_lines.read(raw, here[0]), by=here[1])

    return taken


def test_a_look_says_what_happens_and_leaves_nothing(looked, taken, counted):
    before = counted()
    seen = looked(table(*LINES))

    assert counted() == before
    done = taken(table(*LINES))

    assert [(each.outcome, each.is_new_patient, each.visit_at) for each in seen] == [
        (each.outcome, each.is_new_patient, each.visit_at) for each in done
    ]
    assert [each.is_new_patient for each in done] == [True, False]
    assert counted()[:2] == [before[0] + 1, before[1] + 3]  # a session, its visit, a consultation


def test_times_are_on_the_clinics_clock(taken, db, cast):
    taken(table(*LINES))

    asked = select(Appointment).where(Appointment.patient_id == cast.theo.id)
    (consultation,) = db.scalars(asked)
    assert wall_time.written(consultation.starts_at, "America/New_York") == "2026-11-25T09:30"
    assert consultation.ends_at - consultation.starts_at == timedelta(minutes=50)


def test_brought_twice_it_is_booked_once(taken, counted):
    taken(table(*LINES))
    once = counted()

    again = taken(table(*LINES, LINES[0]))

    assert {each.outcome for each in again} == {Outcome.THERE}
    assert counted() == once


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("soon,13:00,infusion,Ana,,202 555 0171,,,", "date", "Enter a day"),
        ("2026-11-24,25:00,infusion,Ana,,202 555 0171,,,", "time", "Enter a time"),
        ("2027-03-14,02:30,infusion,Ana,,202 555 0171,,,", "time", "The clocks go forward then"),
        ("2026-11-19,13:00,infusion,Ana,,202 555 0171,,,", "time", "That time has passed"),
        ("2026-11-24,13:00,yoga,Ana,,202 555 0171,,,", "type", "Enter one of these"),
        ("2026-11-24,13:00,infusion,,,202 555 0171,,,", "first name", "Enter a first name."),
        ("2026-11-24,13:00,infusion,Ana,,17,,,", "phone", "Enter a phone number"),
        ("2026-11-24,13:00,infusion,Ana,,202 555 0171,long ago,,", "birth date", "Enter a day"),
        ("2026-11-24,13:00,infusion,Ana,,202 555 0171,,Dr. Who,", "clinician", "No clinician here"),
        ("2026-11-24,13:00,infusion,Ana,,202 555 0171,,,maybe", "texts agreed", "yes or no"),
        ("2026-11-21,09:30,consultation,Maya,Osei,312 555 0142,,,", "time", "another appointment"),
        (
            "2026-11-24,13:00,infusion,Zoe,,312 555 0143,1999-01-01,,",
            "phone",
            "on file with another",
        ),
        ("2026-11-24,13:00,infusion,Theo,Other,312 555 0143,,,", "phone", "on file with another"),
        ("2026-11-24,13:00,infusion,Ana,,202 555 0171,,,,surplus", "date", "more cells"),
    ],
)
def test_one_fault_is_said_at_its_line_and_nothing_at_all_is_taken(
    taken, looked, counted, line, column, words
):
    before = counted()
    raw = table(LINES[0], line, LINES[1])

    for found in (looked(raw), taken(raw)):
        assert [each.outcome for each in found].count(Outcome.FAULTY) == 1
        faulty = found[1]
        assert faulty.line.number == 3
        assert words in faulty.line.faults[column]
    assert counted() == before


def test_a_second_visit_beside_the_one_booked_along_is_a_fault(looked):
    visit = "2026-11-25,16:00,integration,Ana,Ruiz,(202) 555-0171,1991-05-02,,"

    found = looked(table(visit, LINES[0]))

    assert "booked along with the session already" in found[0].line.faults["type"]
    assert found[1].outcome is Outcome.BOOKED


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf\r\n", "The file is empty."),
        (b"date,time\r\n", "Missing: type, first name, phone."),
        (b"PK\x03\x04\x00\x00", "This is no CSV file."),
        (table(*[LINES[0]] * 101), "at most 100 lines"),
        (b"x" * (schedule_lines.MOST_BYTES + 1), "too large"),
    ],
)
def test_what_is_no_schedule_is_refused_as_a_whole(here, raw, words):
    with pytest.raises(NoSchedule) as refused:
        schedule_lines.read(raw, here[0])

    assert words in refused.value.message


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_as_spreadsheets_save_it_it_is_read(here, delimiter, encoding):
    text = table(LINES[0].replace("Ana,Ruiz", "Ána,Ruíz")).decode().replace(",", delimiter)

    (line,) = schedule_lines.read(text.encode(encoding), here[0])

    assert (line.wanted.given_name, line.wanted.family_name) == ("Ána", "Ruíz")


def taken_out(db, clinic):
    rows = schedule_table.booked_on(db, clinic, date(2026, 11, 24))
    return schedule_table.table_of(rows, clinic)


def test_what_is_taken_out_can_be_brought_in_again(taken, db, here, counted):
    taken(table(*LINES))
    once = counted()
    out = taken_out(db, here[0])

    (line,) = [each for each in taken(out.encode()) if each.line.typed["type"] == "infusion"]

    assert line.outcome is Outcome.THERE
    assert counted() == once


def test_the_day_is_the_clinics_and_no_other_clinics_rows_are_in_it(taken, db, here, cast):
    taken(table(*LINES))
    neighbour = db.get_one(Clinic, cast.neighbour.id)

    assert "Ana" in taken_out(db, here[0])
    assert "Theo" not in taken_out(db, here[0])
    assert "Ana" not in taken_out(db, neighbour)


@given(st.text(st.sampled_from("=+-@\t\r\n＝＋－＠'\",;aé 1"), max_size=12))
def test_no_cell_is_a_formula_to_a_spreadsheet(cell):
    assert not safe(cell).startswith(tuple("=+-@\t\r\n＝＋－＠"))


def test_a_name_like_a_formula_is_guarded_and_comes_back_as_it_was(db, here):
    clinic, jordan = here
    name = "=HYPERLINK(1)"
    patient = enrolment.enrol(
        db, clinic, given_name=name, family_name="-1", phone="202 555 0171", by=jordan
    )
    db.flush()
    at = datetime(2026, 11, 24, 18, tzinfo=UTC)
    db.add(
        Appointment(
            clinic_id=clinic.id,
            patient_id=patient.id,
            service=Service.INFUSION,
            status="booked",
            wall_start="2026-11-24T13:00",
            zone=clinic.zone,
            starts_at=at,
            ends_at=at + timedelta(hours=2),
            made_at=clock.now(),
        )
    )
    db.flush()

    out = taken_out(db, clinic)

    rows = list(csv.reader(io.StringIO(out.removeprefix("\ufeff"), newline="")))
    assert rows[0] == [*COLUMNS, "status"]
    assert rows[1][4:6] == [f"'{name}", "'-1"]
    (line,) = schedule_lines.read(out.encode(), clinic)
    assert (line.wanted.given_name, line.wanted.family_name) == (name, "-1")

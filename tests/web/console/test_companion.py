"""The session companion from the desk: switched on by an administrator, opened for each session."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.companion import sounds, switch
from app.companion.models import SessionAudio, SessionHour
from app.messaging.models import Message, Purpose
from app.people.models import Clinic
from app.protocols import infusions
from app.scheduling.models import Service
from tests.conftest import FRIDAY_NOON

WAVE = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x00" * 40
ON = {"on": "yes", "until": "2026-12-31", "phone": "312 555 0177"}


@pytest.fixture
def office(signed_in, cast):
    return signed_in(cast.ada)


@pytest.fixture
def session(database, cast):
    """Theo's session, half an hour from now."""
    starts_at = FRIDAY_NOON + timedelta(minutes=30)
    with database.session() as db:
        return infusions.book(
            db,
            patient=db.merge(cast.theo),
            service=Service.INFUSION,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            by=None,
        ).appointment.id


def _clinic(database, cast):
    with database.session(write=False) as db:
        return db.get_one(Clinic, cast.clinic.id)


def _hours(database):
    with database.session(write=False) as db:
        return db.scalars(select(SessionHour)).all()


def test_it_is_off_until_an_administrator_turns_it_on_until_a_day(office, cast, database, session):
    assert not switch.is_on(_clinic(database, cast))
    assert "Quiet hour" not in office.get(f"/clinic/appointments/{session}").text

    assert office.post("/clinic/companion", data=ON).status_code == 303

    clinic = _clinic(database, cast)
    assert switch.is_on(clinic)
    assert clinic.session_phone == "+13125550177"
    assert "Open the quiet hour" in office.get(f"/clinic/appointments/{session}").text


def test_it_can_be_turned_off(office, cast, database):
    office.post("/clinic/companion", data=ON)

    office.post("/clinic/companion", data={"on": "no"})

    assert not switch.is_on(_clinic(database, cast))


@pytest.mark.parametrize(
    ("field", "typed"),
    [("until", ""), ("until", "2026-11-01"), ("until", "2028-01-01"), ("phone", "77")],
)
def test_a_day_or_number_that_cannot_be_is_refused_and_kept(office, cast, database, field, typed):
    answer = office.post("/clinic/companion", data=ON | {field: typed})

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert not switch.is_on(_clinic(database, cast))


def test_only_administrators_change_it_and_everybody_may_look(signed_in, cast, database):
    for person in (cast.dr_okafor, cast.jordan):
        desk = signed_in(person)
        assert desk.post("/clinic/companion", data=ON).status_code == 403
        assert desk.post("/clinic/companion/sounds", data={"name": "x"}).status_code == 403
        assert desk.get("/clinic/companion").status_code == 200
    assert not switch.is_on(_clinic(database, cast))


def test_a_sound_is_added_heard_and_taken_away(office, cast, database):
    sent = {"file": ("rain.wav", WAVE, "audio/wav")}
    assert office.post("/clinic/companion/sounds", data={"name": "Rain"}, files=sent).is_redirect
    with database.session(write=False) as db:
        audio = sounds.of_clinic(db, db.get_one(Clinic, cast.clinic.id))[0]

    heard = office.get(f"/clinic/companion/sounds/{audio.id}")
    office.post(f"/clinic/companion/sounds/{audio.id}/end")

    assert heard.content == WAVE
    assert "Rain" not in office.get("/clinic/companion").text


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 no sound"])
def test_what_is_no_sound_is_refused_at_its_field(office, database, content):
    sent = {"file": ("rain.wav", content, "audio/wav")}

    answer = office.post("/clinic/companion/sounds", data={"name": "Rain"}, files=sent)

    assert answer.status_code == 422
    assert 'id="file-error"' in answer.text
    assert 'value="Rain"' in answer.text


def test_staff_open_and_close_a_sessions_quiet_hour(office, database, session):
    office.post("/clinic/companion", data=ON)

    office.post(f"/clinic/appointments/{session}/quiet-hour", data={"audio": ""})
    page = office.get(f"/clinic/appointments/{session}").text
    office.post(f"/clinic/appointments/{session}/quiet-hour/end")

    assert "the questions before it are not answered yet" in page
    with database.session(write=False) as db:
        text = db.scalars(select(Message).where(Message.purpose == Purpose.SESSION)).one()
        assert "(312) 555-0177" in text.body
    assert _hours(database)[0].closed_at is not None
    assert "Over" in office.get(f"/clinic/appointments/{session}").text


def test_where_it_is_off_opening_is_refused_in_words(office, database, session):
    answer = office.post(f"/clinic/appointments/{session}/quiet-hour", data={"audio": ""})

    assert answer.status_code == 422
    assert "The session companion is off." in answer.text
    assert _hours(database) == []


def test_a_sound_of_the_clinic_next_door_is_unknown(office, database, cast, session):
    office.post("/clinic/companion", data=ON)
    with database.session() as db:
        theirs = sounds.add(db, db.merge(cast.neighbour), "Theirs", WAVE, by=db.merge(cast.dr_lind))
        audio_id = theirs.id

    asked = office.post(f"/clinic/appointments/{session}/quiet-hour", data={"audio": str(audio_id)})

    assert asked.status_code == 404
    assert office.get(f"/clinic/companion/sounds/{audio_id}").status_code == 404
    assert office.post(f"/clinic/companion/sounds/{audio_id}/end").status_code == 404
    with database.session(write=False) as db:
        assert db.get_one(SessionAudio, audio_id).retired_at is None
    assert _hours(database) == []

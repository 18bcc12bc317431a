import pytest

from app.people.phones import NotAPhoneNumber
from app.tasks import desk
from app.tasks.models import TaskCode
from app.telehealth import calling_back, seats, whereabouts
from app.telehealth.models import Whereabouts
from app.telehealth.whereabouts import NoPlace


def test_at_home_stands_for_the_address_on_file(db, visit, appointment, open_link):
    appointment.patient.home_address = "14 Elm Street, NY"

    whereabouts.say(db, open_link(), Whereabouts.HOME)

    assert whereabouts.facts(visit).place == "14 Elm Street, NY"


def test_somewhere_else_needs_a_place(db, visit, open_link):
    with pytest.raises(NoPlace):
        whereabouts.say(db, open_link(), Whereabouts.ELSEWHERE)

    assert visit.whereabouts is None


def test_a_place_that_was_said_does_not_outlive_going_home(db, visit, open_link):
    seat = open_link()
    whereabouts.say(db, seat, Whereabouts.ELSEWHERE, place="Lake House, VT")

    whereabouts.say(db, seat, Whereabouts.HOME)

    assert visit.place == ""


def test_another_number_is_called_when_the_line_drops(db, visit, cast, open_link):
    assert whereabouts.facts(visit).callback == cast.maya.phone

    whereabouts.say(db, open_link(), Whereabouts.TELL, callback="(312) 555-0177")

    assert whereabouts.facts(visit).callback == "+13125550177"
    assert whereabouts.number_ending(visit) == "77"


def test_another_number_than_the_one_on_file_is_known_as_such(db, visit, cast, open_link):
    seat = open_link()
    whereabouts.say(db, seat, Whereabouts.HOME, callback=cast.maya.phone)
    assert whereabouts.facts(visit).is_on_file

    calling_back.ask(db, seat, number="(312) 555-0199")

    known = whereabouts.facts(visit)
    assert (known.is_on_file, known.on_file) == (False, cast.maya.phone)


def test_what_another_device_said_is_known_as_such(db, visit, clinician, open_link):
    theirs, other = open_link(), open_link()
    seats.claim(db, theirs)
    assert not whereabouts.was_said_elsewhere(visit, seats.live_seats(db, visit.id))

    whereabouts.say(db, other, Whereabouts.ELSEWHERE, place="Mill Road")
    assert whereabouts.was_said_elsewhere(visit, seats.live_seats(db, visit.id))

    whereabouts.say(db, theirs, Whereabouts.HOME)
    assert not whereabouts.was_said_elsewhere(visit, seats.live_seats(db, visit.id))
    seats.admit(db, seats.claim(db, other), by=clinician)
    assert whereabouts.was_said_elsewhere(visit, seats.live_seats(db, visit.id))


def test_a_number_nobody_could_call_is_refused(db, visit, open_link):
    with pytest.raises(NotAPhoneNumber):
        whereabouts.say(db, open_link(), Whereabouts.HOME, callback="12")

    assert visit.whereabouts is None


def test_a_driver_steps_back(db, visit, open_link):
    seat = seats.claim(db, open_link())

    whereabouts.say(db, seat, Whereabouts.DRIVING)

    assert seats.live_seats(db, visit.id) == []


def test_phone_me_puts_one_urgent_call_with_the_number_on_the_desk(db, visit, cast, open_link):
    seat = open_link()
    calling_back.ask(db, seat)
    calling_back.ask(db, seat, number="(312) 555-0177")

    (task,) = desk.open_tasks(db, cast.clinic.id)

    assert (task.code, task.urgent, task.note) == (TaskCode.CALL_BACK, True, "+13125550177")

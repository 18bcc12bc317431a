from uuid import uuid4

import pytest

from app.people import phones
from app.people.phones import NotAPhoneNumber
from app.security.encryption import Unreadable


@pytest.mark.parametrize(
    "written",
    [
        "+13125550142",
        "312 555 0142",
        "(312) 555-0142",
        "312.555.0142",
        "1-312-555-0142",
        " +1 312 555 0142 ",
        "tel:+1-312-555-0142",
        "３１２５５５０１４２",
    ],
)
def test_however_a_number_is_written_it_is_the_same_number(written):
    assert phones.normal(written, "US") == "+13125550142"


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "Maya",
        "12",
        "988",
        "911",
        "555 0142",  # no area code: no text would arrive
        "312 555 014",
        "312 555 01421",
        "+",
        "+1",
        "+99999999999999999",
        "\x00",
        "💛" * 10,
        "1" * 300,
    ],
)
def test_what_is_no_number_is_refused_with_a_way_to_write_it(written):
    with pytest.raises(NotAPhoneNumber) as refused:
        phones.normal(written, "US")

    assert refused.value.field == "phone"
    assert "202 555 0123" in refused.value.message


def test_a_number_of_another_country_keeps_its_country():
    assert phones.normal("+44 20 7946 0958", "US") == "+442079460958"
    assert phones.normal("020 7946 0958", "GB") == "+442079460958"


def test_a_number_is_shown_as_people_read_it_out():
    assert phones.spoken("+13125550142") == "(312) 555-0142"
    assert phones.spoken("") == ""
    assert phones.spoken("unknown") == "unknown"


def test_the_same_number_has_another_index_in_each_clinic(database, cast):
    with database.session() as db:
        here, there = (
            phones.index(db, clinic.id, "+13125550142") for clinic in (cast.clinic, cast.neighbour)
        )

    assert here != there
    assert len(here) == 32


def test_an_index_needs_its_clinics_key(database):
    with database.session() as db, pytest.raises(Unreadable):
        phones.index(db, uuid4(), "+13125550142")

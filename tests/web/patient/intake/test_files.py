"""Somebody's own picture is shown to the browser that added it, and runs nothing."""

from io import BytesIO
from tempfile import SpooledTemporaryFile

import pytest
from PIL import Image
from sqlalchemy import update

from app import clock
from app.intake import pictures
from app.people.models import Patient
from tests.conftest import FRIDAY_NOON

CARD = {
    "url": "https://clinic.example/own-card",
    "version": "1",
    "item": [{"linkId": "front", "type": "attachment", "text": "A photo of your card"}],
}
PAPER = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\nstartxref\n9\n%%EOF\n"


def picture():
    written = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(written, "JPEG")
    return written.getvalue()


@pytest.fixture
def added(asked, phone):
    """`added(content, name)`: Theo's phone after that was sent, the packet, the file's address."""

    def added(content, name):
        packet = asked(CARD)
        theos = phone().tap(packet.token).press()
        page = theos.page
        first = theos.path
        theos.answer = theos.client.post(
            page.action, data=dict(page.fields), files={"q0": (name, content, "x/y")}
        )
        theos.go(first)
        kept = next(value for key, value in theos.page.fields if key == "q0-keep")
        return theos, packet, f"/intake/{packet.task_ids[0]}/files/{kept}"

    return added


def test_a_picture_is_shown_to_the_browser_that_added_it(added):
    theos, _packet, address = added(picture(), "card.jpg")

    assert f'src="{address}"' in theos.answer.text
    shown = theos.client.get(address)

    assert shown.status_code == 200
    assert Image.open(BytesIO(shown.content)).size == (40, 30)
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["content-disposition"].startswith("inline")


def test_nothing_of_a_file_can_run_and_nobody_keeps_it(added):
    theos, _packet, address = added(PAPER, "my letter.pdf")

    headers = theos.client.get(address).headers

    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["content-disposition"] == "attachment; filename*=UTF-8''my%20letter.pdf"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_another_browser_with_the_same_link_does_not_see_it(added, phone):
    _theos, packet, address = added(picture(), "card.jpg")

    other = phone().tap(packet.token)

    assert other.client.get(address).status_code == 404


def test_a_browser_without_the_link_does_not_see_it(added, signed_in, cast):
    _theos, _packet, address = added(picture(), "card.jpg")

    assert signed_in(cast.maya).get(address).status_code in (303, 403, 404)


@pytest.fixture
def made_anew(monkeypatch):
    """`made_anew(meanwhile)`: what happens while a picture is made anew; gives those made."""
    made, really = [], pictures.made_anew

    def made_anew(meanwhile=lambda: None):
        def make(content):
            made.append(content)
            meanwhile()
            return really(content)

        monkeypatch.setattr(pictures, "made_anew", make)
        return made

    return made_anew


def test_others_can_write_while_a_picture_is_made_anew(added, made_anew, database, cast):
    def write():
        with database.session() as db:
            db.execute(update(Patient).where(Patient.id == cast.maya.id).values(wants="call"))

    made = made_anew(write)

    theos, _packet, address = added(picture(), "card.jpg")

    assert theos.client.get(address).status_code == 200
    assert len(made) == 1
    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.maya.id).wants == "call"


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff" + b"broken" * 9])
def test_what_is_no_picture_is_said_at_its_question(asked, phone, content):
    theos = phone().tap(asked(CARD).token).press()

    theos.answer = theos.client.post(
        theos.page.action, data=dict(theos.page.fields), files={"q0": ("card.jpg", content, "x/y")}
    )

    assert theos.answer.status_code == 422
    assert "error-summary" in theos.answer.text


def test_a_strangers_picture_is_not_even_looked_at(asked, phone, made_anew):
    packet = asked(CARD)
    theos = phone().tap(packet.token).press()
    made = made_anew()

    answer = phone().client.post(theos.path, files={"q0": ("card.jpg", picture(), "x/y")})

    assert answer.status_code == 403
    assert made == []


def test_a_picture_for_what_is_over_is_not_made_anew(added, made_anew, row):
    theos, packet, _address = added(picture(), "card.jpg")
    made, path = made_anew(), theos.path
    closes_at = row(packet.task_ids[0]).packet.closes_at
    clock.stand_still(closes_at, machine=FRIDAY_NOON)

    theos.client.post(path, files={"q0": ("card.jpg", picture(), "x/y")})

    assert made == []


def test_unknown_files_are_not_found(added):
    theos, packet, _address = added(picture(), "card.jpg")

    for name in ("x", "00000000-0000-7000-8000-000000000000"):
        at = f"/intake/{packet.task_ids[0]}/files/{name}"
        assert theos.client.get(at).status_code == 404


def test_a_file_on_its_way_never_lies_in_clear_on_a_disk(added, monkeypatch):
    def refuse(_file):
        raise AssertionError("it was written to a disk")

    monkeypatch.setattr(SpooledTemporaryFile, "rollover", refuse)

    theos, _packet, address = added(PAPER + b" " * 1_500_000 + PAPER, "long.pdf")

    assert theos.client.get(address).status_code == 200

"""Every address of intake is closed to everybody but its patient, whatever they hold."""

import threading
from datetime import timedelta

import pytest
from starlette.routing import Route

from app import clock
from app.intake import drafts
from app.intake.models import IntakePacket, IntakeTask
from app.links import magic_links
from app.links.models import LinkState
from app.people.models import Patient, Practitioner
from app.protocols import resending
from app.questionnaires.engine.values import Slot
from app.security.tokens import new_token
from app.web import site

INTAKE = [
    route
    for route in site.routes()
    if isinstance(route, Route) and route.path.startswith("/intake/")
]


def addresses(phq):
    """Each method and path of a packet, its sheet and its pages."""
    for route in INTAKE:
        path = route.path.replace("{packet}", str(phq.packet_id))
        path = path.replace("{task}", str(phq.task_ids[0])).replace("{step}", "s2")
        path = path.replace("{file}", str(phq.packet_id)).replace("{id}", str(phq.packet_id))
        for method in sorted(route.methods - {"HEAD"}):
            yield method, path


@pytest.fixture
def phq(asked):
    return asked("phq-2")


@pytest.fixture
def strangers(phone, asked, cast, signed_in):
    """Whoever else may hold a session: by link, signed in, staff, of the clinic next door."""
    return [
        phone().client,
        phone().tap(asked("phq-2", patient=cast.maya).token).client,
        phone().tap(asked("phq-2", patient=cast.noor).token).client,
        *(signed_in(who) for who in (cast.maya, cast.noor, cast.dr_okafor, cast.dr_lind)),
    ]


def test_there_are_addresses_to_try():
    assert len(INTAKE) > 12


def test_no_address_opens_to_a_stranger(phq, strangers, phone):
    phone().tap(phq.token).press().choose(1)
    for method, path in addresses(phq):
        for stranger in strangers:
            answer = stranger.request(method, path, follow_redirects=False)
            assert answer.status_code == 403, (method, path)
            assert "Several days" not in answer.text


def test_a_browser_that_lost_its_other_cookie_goes_on(phq, phone):
    theos = phone().tap(phq.token).press().choose(1)
    theos.client.cookies.delete("__Host-ag_b")

    # The session knows its browser: what was let in stays, whatever becomes of the other cookie.
    assert theos.go(theos.path).answer.status_code == 200


def test_a_session_that_rested_reads_nothing_back_at_any_address(phq, phone, at):
    theos = phone().tap(phq.token).press().choose(1)
    at(clock.now() + timedelta(minutes=31))

    for method, path in addresses(phq):
        answer = theos.client.request(method, path, follow_redirects=False)
        assert answer.status_code == 403, (method, path)
        assert "Several days" not in answer.text


def test_two_pages_saved_in_one_instant_are_both_kept(phq, phone, database):
    theos = phone().tap(phq.token).press()
    first = theos.path
    windows = [phone(), phone()]
    for window, path in zip(windows, (first, first.replace("/s2", "/s3")), strict=True):
        window.client.cookies = theos.client.cookies
        window.go(path)
    threads = [threading.Thread(target=window.choose, args=(1,)) for window in windows]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.session(write=False) as db:
        draft = drafts.read(db.get_one(IntakeTask, phq.task_ids[0]).response, zone="UTC")
        assert draft.response.revision == 2
        asked = [slot for slot in draft.state.slots if slot.link_id.endswith(("q1", "q2"))]
        assert all(draft.state.values(slot) for slot in asked or [Slot("none")])


def test_two_who_send_in_one_instant_send_once(phq, phone, database):
    theos = phone().tap(phq.token).press().choose(1).choose(1)
    windows = [phone(), phone()]
    for window in windows:
        window.client.cookies = theos.client.cookies
        window.go(theos.path)
    threads = [threading.Thread(target=window.press) for window in windows]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    said = sorted("sent already" in window.says for window in windows)
    assert said == [False, True]


def test_a_link_made_anew_for_another_phone_shuts_out_who_came_by_the_former(
    phq, phone, database, cast
):
    former = phone().tap(phq.token).press()
    with database.session() as db:
        link = db.get_one(IntakePacket, phq.packet_id).link
        resending.make_anew(db, link, by=db.get_one(Practitioner, cast.dr_okafor.id))
        db.flush()
        fresh = magic_links.token_of(db.get_one(IntakePacket, phq.packet_id).link)

    assert former.go(former.path).answer.status_code == 403
    assert phone().tap(fresh).press().answer.status_code == 200


def test_a_packet_that_was_pulled_back_is_no_different_from_none(phq, phone, database):
    with database.session() as db:
        db.get_one(IntakePacket, phq.packet_id).link.state = LinkState.REVOKED

    dead, none = phone().tap(phq.token).opened, phone().tap(new_token()).opened

    assert dead == none
    assert dead["state"] == "unknown"


def test_a_packet_opens_in_the_language_of_its_patient(phq, phone, database, cast):
    with database.session() as db:
        db.get_one(Patient, cast.theo.id).language = "es"

    assert phone().tap(phq.token).opened["lang"] == "es"

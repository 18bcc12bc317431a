"""A link that reached the wrong phone is pulled back; the patient gets a fresh one."""

from datetime import timedelta

import pytest

from app import clock
from app.links import magic_links
from app.links.models import LinkState, MagicLink
from app.messaging import delivery
from app.scheduling import fresh_link, rules, visit_texts
from app.scheduling.models import Appointment, AppointmentStatus


def everything_due(database, gateway) -> list[str]:
    while delivery.send_one(database, gateway, "worker", "https://afterglow.test"):
        pass
    return [text.body for text in gateway.sent]


def test_the_old_link_opens_nothing_and_a_fresh_one_leaves_at_once(database, cast, gateway):
    clock.stand_still(cast.integration_visit.starts_at - timedelta(minutes=4))
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        old = magic_links.token_of(visit_texts.plan(db, visit))
    assert len(everything_due(database, gateway)) == 1

    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        fresh_link.send(db, visit, by=cast.jordan)

    with database.session(write=False) as db:
        link = magic_links.find(db, old)
        assert link is not None
        assert link.state is LinkState.REVOKED
    first, second = everything_due(database, gateway)
    assert old in first
    assert old not in second


def test_before_its_time_only_the_fresh_link_is_ever_sent(database, cast, gateway):
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        visit_texts.plan(db, visit)
        fresh_link.send(db, visit, by=cast.jordan)
    assert not any("https://" in text for text in everything_due(database, gateway))

    clock.stand_still(cast.integration_visit.starts_at - timedelta(minutes=5))

    [body] = [text for text in everything_due(database, gateway) if "ready when" in text]
    with database.session(write=False) as db:
        states = {link.state for link in db.query(MagicLink)}
        live = [link for link in db.query(MagicLink) if magic_links.is_live(link)]
        assert states == {LinkState.REVOKED, LinkState.SENT}
        assert [magic_links.token_of(link) in body for link in live] == [True]


def test_a_visit_that_is_over_gets_no_fresh_link(database, cast):
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        visit.status = AppointmentStatus.CANCELLED

        with pytest.raises(rules.AlreadyOver):
            fresh_link.send(db, visit, by=cast.jordan)


def test_staff_pull_a_link_back_from_the_appointments_page(desk, database, cast):
    path = f"/clinic/appointments/{cast.integration_visit.id}"
    assert "Pull back and send a fresh link" in desk.get(path).text

    assert desk.post(f"{path}/fresh-link").status_code == 303

    with database.session(write=False) as db:
        assert db.query(MagicLink).one().appointment_id == cast.integration_visit.id

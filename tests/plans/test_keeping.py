"""A clinic's protocols: as shipped until somebody changes them, then in numbered versions."""

from types import SimpleNamespace

import pytest
from sqlalchemy import event, func, select

from app.plans import keeping, kept, order, reading, shipped
from app.plans.kinds import ProtocolKind, Route
from app.plans.models import Protocol, ProtocolVersion
from app.plans.plan import STANDARD
from app.plans.steps import StepKind

LATER = reading.changed(STANDARD, StepKind.EVENING, {"at": "19:00"})


@pytest.fixture
def here(db, cast):
    """The cast's rows, bound to this test's session."""
    return SimpleNamespace(**{name: db.merge(row) for name, row in vars(cast).items()})


@pytest.fixture
def single(here):
    """The id of the clinic's protocol for a single session."""
    return shipped.id_of(here.clinic.id, "single")


def test_a_clinic_that_edits_nothing_has_the_shipped_protocols_and_no_row_of_them(db, here):
    there = kept.of_clinic(db, here.clinic)

    assert [each.slug for each in there] == [*shipped.shelf()]
    assert {each.number for each in there} == {0}
    assert db.scalar(select(func.count(Protocol.id))) == 0


def test_whoever_wants_a_plan_asks_the_database_for_nothing_while_nobody_edits(db, here, single):
    keeping.save(db, here.clinic, single, LATER, by=here.ada)
    kept.plan_of(db, here.infusion)
    asked = []
    event.listen(db.get_bind(), "before_cursor_execute", lambda *said: asked.append(said[2]))

    for _each in range(50):
        kept.plan_of(db, here.infusion)

    assert asked == []


def test_an_edit_is_a_version_with_its_number_and_author(db, here, single):
    keeping.save(db, here.clinic, single, LATER, by=here.ada)
    there = keeping.save(db, here.clinic, single, STANDARD, by=here.jordan)

    assert (there.number, there.plan, there.made_by_id) == (2, STANDARD, here.jordan.id)
    assert kept.plan_of(db, here.infusion) == STANDARD
    versions = kept.versions_of(db, here.clinic, single)
    assert [(each.number, each.made_by_id) for each in versions] == [
        (2, here.jordan.id),
        (1, here.ada.id),
    ]


def test_saving_the_same_plan_again_makes_no_version(db, here, single):
    keeping.save(db, here.clinic, single, STANDARD, by=here.ada)
    assert kept.versions_of(db, here.clinic, single) == []

    keeping.save(db, here.clinic, single, LATER, by=here.ada)
    keeping.save(db, here.clinic, single, LATER, by=here.ada)

    assert len(kept.versions_of(db, here.clinic, single)) == 1


def test_who_edits_what_somebody_else_has_just_changed_is_told(db, here, single):
    keeping.save(db, here.clinic, single, LATER, seen=0, by=here.ada)

    with pytest.raises(keeping.ChangedMeanwhile):
        keeping.save(db, here.clinic, single, STANDARD, seen=0, by=here.jordan)

    assert kept.find(db, here.clinic, single).plan == LATER


def test_a_plan_that_contradicts_the_clinics_own_window_is_refused(db, here, single):
    here.clinic.window_closes_hours = 24
    plan = reading.changed(STANDARD, StepKind.VISIT, {"rest_hours": 40})

    with pytest.raises(order.PlanRefusal):
        keeping.save(db, here.clinic, single, plan, by=here.ada)


def test_a_clinic_makes_protocols_of_its_own(db, here):
    ours = keeping.make(
        db, here.clinic, "  Six,  slowly ", like=LATER, kind=ProtocolKind.COURSE, by=here.ada
    )

    assert (ours.name, ours.slug, ours.number, ours.plan) == ("Six, slowly", "six-slowly", 1, LATER)
    assert kept.of_clinic(db, here.clinic)[-1] == ours
    assert ours.id not in [each.id for each in kept.of_clinic(db, here.neighbour)]


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "Single session", "SINGLE SESSION"])
def test_a_name_that_is_missing_too_long_or_taken_is_refused(db, here, name):
    with pytest.raises(keeping.NameRefused):
        keeping.make(db, here.clinic, name, like=STANDARD, kind=ProtocolKind.SINGLE, by=here.ada)


def test_names_that_look_alike_get_addresses_that_differ(db, here):
    slugs = [
        keeping.make(
            db, here.clinic, name, like=STANDARD, kind=ProtocolKind.SINGLE, by=here.ada
        ).slug
        for name in ("Six", "Six!", "Six?", "!?")
    ]

    assert slugs == ["six", "six-2", "six-3", "protocol"]


def test_another_name_is_kept_with_the_shipped_plan(db, here, single):
    there = keeping.rename(db, here.clinic, single, "One session", by=here.ada)

    assert (there.name, there.title, there.number, there.plan) == (
        "One session",
        "One session",
        0,
        STANDARD,
    )


def test_the_usual_protocol_cannot_be_put_away_until_another_is_usual(db, here, single):
    four = shipped.id_of(here.clinic.id, "four-weekly")
    with pytest.raises(keeping.OnlyDefault):
        keeping.offer(db, here.clinic, single, False, by=here.ada)

    keeping.make_default(db, here.clinic, four, by=here.ada)
    assert not keeping.offer(db, here.clinic, single, False, by=here.ada).is_on

    assert kept.default_of(db, here.clinic).id == four
    assert [each.slug for each in kept.of_clinic(db, here.clinic) if each.is_default] == [
        "four-weekly"
    ]


def test_what_becomes_usual_is_offered(db, here):
    at_home = shipped.id_of(here.clinic.id, "tablets-at-home")

    assert keeping.make_default(db, here.clinic, at_home, by=here.ada).is_on


def test_how_the_medicine_is_given_follows_the_session_then_its_protocol(db, here):
    here.infusion.protocol_id = shipped.id_of(here.clinic.id, "tablets-at-home")
    assert kept.route_of(db, here.infusion) is Route.TABLET

    here.infusion.route = Route.NASAL
    assert kept.route_of(db, here.infusion) is Route.NASAL


def test_a_protocol_of_another_clinic_is_not_found(db, here):
    theirs = shipped.id_of(here.neighbour.id, "single")

    assert kept.find(db, here.clinic, theirs) is None


def test_an_edit_that_is_taken_back_is_not_remembered(db, here, single):
    savepoint = db.begin_nested()
    keeping.save(db, here.clinic, single, LATER, by=here.ada)
    assert kept.plan_of(db, here.infusion) == LATER
    savepoint.rollback()

    assert kept.plan_of(db, here.infusion) == STANDARD
    assert db.scalar(select(func.count(ProtocolVersion.id))) == 0

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.messaging.models import Message, MessageStatus
from app.people.models import Clinic
from app.scheduling import asking, staffed_hours
from app.scheduling.models import Appointment
from tests.web.fhir.test_door import told


def moment(resource, name="start"):
    return datetime.fromisoformat(resource[name])


def put(ehr, resource, **changes):
    headers = changes.pop("headers", {})
    return ehr.put(f"/Appointment/{resource['id']}", json=resource | changes, headers=headers)


def close_clinic(database, cast):
    with database.session() as db:
        staffed_hours.set_hours(db, db.get(Clinic, cast.clinic.id), None, [], by=None)


def test_an_infusion_comes_back_with_its_visit_inside_the_window(ehr, asked, at, visit_of, cast):
    answer = ehr.post("/Appointment", json=asked("infusion", "2026-11-24T10:00", hours=2))

    assert answer.status_code == 201
    infusion = answer.json()
    assert answer.headers["location"] == f"/fhir/R4/Appointment/{infusion['id']}"
    assert answer.headers["etag"].startswith('W/"1.')
    assert answer.headers["content-type"] == "application/fhir+json"
    assert infusion["start"] == "2026-11-24T10:00:00-05:00"
    assert "contained" not in infusion
    visit = visit_of(infusion)
    assert visit["serviceType"][0]["coding"][0]["code"] == "integration"
    assert moment(visit) == at("2026-11-25T09:00")
    assert visit["supportingInformation"] == [{"reference": f"Appointment/{infusion['id']}"}]
    actors = [each["actor"]["reference"] for each in visit["participant"]]
    assert actors == [f"Patient/{cast.theo.id}", f"Practitioner/{cast.dr_okafor.id}"]


def test_a_window_without_a_slot_is_201_with_a_warning_and_no_visit(ehr, asked, database, cast):
    close_clinic(database, cast)

    answer = ehr.post("/Appointment", json=asked("infusion", "2026-11-24T10:00", hours=2))

    assert answer.status_code == 201
    infusion = answer.json()
    assert "supportingInformation" not in infusion
    (contained,) = infusion["contained"]
    assert contained["resourceType"] == "OperationOutcome"
    assert contained["issue"][0]["severity"] == "warning"
    assert infusion["extension"][0]["valueReference"]["reference"] == f"#{contained['id']}"


@pytest.mark.parametrize("service", ["integration", "preparation", "consultation", "group"])
def test_every_service_can_be_booked(ehr, asked, service):
    answer = ehr.post("/Appointment", json=asked(service, "2026-11-24T10:00"))

    assert answer.status_code == 201
    assert answer.json()["serviceType"][0]["coding"][0]["code"] == service


def test_an_appointment_without_an_end_gets_the_usual_length(ehr, asked):
    wanted = asked("integration", "2026-11-24T10:00")
    del wanted["end"]

    assert ehr.post("/Appointment", json=wanted).json()["minutesDuration"] == 50


def test_a_taken_slot_is_409(ehr, asked, cast):
    ehr.post("/Appointment", json=asked("consultation", "2026-11-24T10:00"))

    taken = asked("consultation", "2026-11-24T10:30", patient=cast.maya)

    assert "another visit" in told(ehr.post("/Appointment", json=taken), 409)


def test_of_many_who_post_the_same_slot_one_wins(ehr, asked):
    wanted = asked("consultation", "2026-11-24T10:00")
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: ehr.post("/Appointment", json=wanted), range(8)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


def test_the_same_infusion_again_is_the_one_that_stands(ehr, asked, infusion, cast):
    again = ehr.post("/Appointment", json=asked("infusion", "2026-11-24T10:00", hours=2))

    assert again.status_code == 200
    assert again.json() == infusion
    assert again.headers["location"].endswith(infusion["id"])
    assert ehr.get(f"/Appointment?patient={cast.theo.id}").json()["total"] == 2


def test_an_infusion_posted_many_times_at_once_is_one(ehr, asked, cast):
    wanted = asked("infusion", "2026-11-24T10:00", hours=2)
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: ehr.post("/Appointment", json=wanted), range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert ehr.get(f"/Appointment?patient={cast.theo.id}").json()["total"] == 2


def test_nobody_is_booked_on_top_of_themselves(ehr, asked, infusion):
    across = asked("infusion", "2026-11-24T11:00", hours=2)
    visit = asked("consultation", "2026-11-24T10:00")

    assert "another appointment" in told(ehr.post("/Appointment", json=across), 409)
    assert told(ehr.post("/Appointment", json=visit), 409)


@pytest.mark.parametrize("said", ["accepted", "needs-action"])
def test_a_visit_that_the_patient_accepted_is_accepted_here(ehr, asked, said):
    wanted = asked("consultation", "2026-11-24T10:00")
    wanted["participant"][0]["status"] = said

    booked = ehr.post("/Appointment", json=wanted).json()

    assert booked["participant"][0]["status"] == said


def test_a_patient_who_accepts_afterwards_has_accepted(ehr, infusion, visit_of):
    visit = visit_of(infusion)
    visit["participant"][0]["status"] = "accepted"

    answer = put(ehr, visit)

    assert answer.status_code == 200
    assert answer.json()["participant"][0]["status"] == "accepted"


def test_a_new_time_is_not_accepted_with_the_old_one(ehr, infusion, visit_of, at):
    visit = visit_of(infusion)
    visit["participant"][0]["status"] = "accepted"
    new = {"start": at("2026-11-25T11:00").isoformat(), "end": at("2026-11-25T11:50").isoformat()}

    assert put(ehr, visit, **new).json()["participant"][0]["status"] == "needs-action"


def test_an_older_copy_of_a_visit_does_not_take_not_today_back(ehr, infusion, visit_of, database):
    visit = visit_of(infusion)
    visit["participant"][0]["status"] = "accepted"
    with database.session() as db:
        asking.ask(db, db.get_one(Appointment, UUID(visit["id"])), by=None)

    assert put(ehr, visit).json()["participant"][0]["status"] == "declined"


def test_not_today_is_told_to_the_record_system(ehr, infusion, visit_of, database):
    visit = visit_of(infusion)
    with database.session() as db:
        asking.ask(db, db.get_one(Appointment, UUID(visit["id"])), by=None)

    asked_for_another = visit_of(infusion)

    assert visit["participant"][0]["status"] == "needs-action"
    assert asked_for_another["participant"][0]["status"] == "declined"
    assert asked_for_another["status"] == "booked"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"start": "tomorrow"}, 400),
        ({"start": "2026-11-24T10:00:00"}, 400),
        ({"start": "2026-13-24T10:00:00Z"}, 400),
        ({"start": 7}, 400),
        ({"start": None}, 400),
        ({"participant": {}}, 400),
        ({"participant": [{"actor": "Patient/1"}]}, 400),
        ({"serviceType": [{"coding": [{"code": 7}]}]}, 400),
        ({"serviceType": []}, 422),
        ({"serviceType": [{"coding": [{"code": "surgery"}]}]}, 422),
        ({"status": "proposed"}, 422),
        ({"participant": []}, 422),
        ({"end": "2026-11-24T14:00:00Z"}, 422),
        ({"participant": [{"actor": {"reference": "Patient/unknown"}}]}, 404),
    ],
)
def test_what_cannot_be_booked_says_why(ehr, asked, change, status):
    wanted = asked("consultation", "2026-11-24T10:00") | change
    if change.get("start", "") is None:
        del wanted["start"]

    assert told(ehr.post("/Appointment", json=wanted), status)


def test_people_of_another_clinic_are_unknown_here(ehr, asked, cast):
    assert told(
        ehr.post("/Appointment", json=asked("infusion", "2026-11-24T10:00", patient=cast.noor)),
        404,
    )
    assert told(
        ehr.post(
            "/Appointment",
            json=asked("infusion", "2026-11-24T10:00", practitioner=cast.dr_lind),
        ),
        404,
    )


def test_another_clinics_appointments_are_unknown_here(stranger, infusion, cast):
    assert told(stranger.get(f"/Appointment/{infusion['id']}"), 404)
    assert told(put(stranger, infusion, status="cancelled"), 404)
    assert told(stranger.get(f"/Appointment?patient={cast.theo.id}"), 404)


def test_a_patients_appointments_are_found_earliest_first(ehr, infusion, cast):
    for asked_for in (f"Patient/{cast.theo.id}", str(cast.theo.id)):
        bundle = ehr.get("/Appointment", params={"patient": asked_for}).json()

        found = [entry["resource"] for entry in bundle["entry"]]
        assert [each["serviceType"][0]["coding"][0]["code"] for each in found] == [
            "infusion",
            "integration",
        ]
        assert found[0] == infusion


def test_a_search_without_a_patient_or_for_an_unknown_one_says_so(ehr):
    assert told(ehr.get("/Appointment"), 400)
    assert told(ehr.get("/Appointment?patient=nobody"), 404)


def test_a_new_time_moves_the_infusion_and_its_visit(ehr, infusion, at, visit_of):
    before = visit_of(infusion)

    moved = put(
        ehr,
        infusion,
        start=at("2026-12-01T10:00").isoformat(),
        end=at("2026-12-01T12:00").isoformat(),
    )

    assert moved.status_code == 200
    assert moved.headers["etag"].startswith('W/"2.')
    assert moved.json()["id"] == infusion["id"]
    visit = visit_of(moved.json())
    assert visit["id"] == before["id"]
    assert moment(visit) == at("2026-12-02T09:00")


def test_a_visit_cannot_leave_its_window(ehr, infusion, visit_of):
    visit = visit_of(infusion)

    answer = put(ehr, visit, start="2026-12-24T10:00:00-05:00", end="2026-12-24T10:50:00-05:00")

    assert told(answer, 422).startswith("Choose a time from")
    assert visit_of(infusion) == visit


def test_cancelling_the_infusion_cancels_the_visit_and_its_texts(ehr, infusion, visit_of, database):
    answer = put(ehr, infusion, status="cancelled")

    assert answer.json()["status"] == "cancelled"
    assert visit_of(infusion)["status"] == "cancelled"
    with database.session(write=False) as db:
        queued = db.scalars(select(Message).where(Message.status == MessageStatus.QUEUED)).all()
        assert [text.purpose.value for text in queued] == ["notice"]
    assert put(ehr, infusion, status="cancelled").status_code == 200
    assert told(put(ehr, infusion), 422)  # booked again: it stays off


def test_the_real_end_is_recorded_and_moves_the_window(ehr, infusion, at, visit_of, database, cast):
    with database.session() as db:
        clinic = db.get(Clinic, cast.clinic.id)
        clinic.window_opens_hours, clinic.window_closes_hours = 20, 48
    visit = visit_of(infusion)
    assert moment(visit) == at("2026-11-25T09:00")
    clock.stand_still(at("2026-11-24T15:00"))

    answer = put(ehr, infusion, status="fulfilled", end=at("2026-11-24T14:30").isoformat())

    assert answer.status_code == 200
    assert answer.json()["status"] == "fulfilled"
    assert moment(answer.json(), "end") == at("2026-11-24T14:30")
    moved = visit_of(infusion)
    assert moved["id"] == visit["id"]
    assert moment(moved) == at("2026-11-25T10:30")


def test_telling_the_end_twice_changes_nothing(ehr, infusion, at):
    end = at("2026-11-24T12:30").isoformat()
    first = put(ehr, infusion, status="fulfilled", end=end)

    assert put(ehr, infusion, status="fulfilled", end=end).headers["etag"] == first.headers["etag"]
    assert told(put(ehr, infusion, status="fulfilled", end="2026-11-20T12:00:00Z"), 422)


def test_if_match_guards_against_a_change_in_between(ehr, infusion, at):
    later = {
        "start": at("2026-11-24T11:00").isoformat(),
        "end": at("2026-11-24T13:00").isoformat(),
    }
    assert put(ehr, infusion, **later, headers={"if-match": 'W/"1"'}).status_code == 200

    assert told(put(ehr, infusion, headers={"if-match": 'W/"1"'}), 412)
    assert put(ehr, infusion, headers={"if-match": 'W/"2"'}).status_code == 200
    assert put(ehr, infusion, **later, headers={"if-match": "*"}).status_code == 200
    assert told(put(ehr, infusion, headers={"if-match": "nonsense"}), 412)


def test_the_same_again_changes_nothing(ehr, infusion):
    answer = put(ehr, infusion)

    assert answer.json() == infusion
    assert answer.headers["etag"].startswith('W/"1.')


def test_an_appointment_stays_its_patients_and_what_it_is_for(ehr, infusion, cast, asked):
    other = asked("infusion", "2026-11-24T10:00", patient=cast.maya)["participant"]
    assert told(put(ehr, infusion, participant=other), 422)
    assert told(put(ehr, infusion, serviceType=[{"coding": [{"code": "group"}]}]), 422)
    assert told(put(ehr, infusion, status="waitlist"), 422)
    assert told(ehr.put(f"/Appointment/{infusion['id']}", json=infusion | {"id": "other"}), 400)


def test_arrival_and_absence_are_told_by_status(ehr, asked):
    one = ehr.post("/Appointment", json=asked("consultation", "2026-11-24T10:00")).json()
    two = ehr.post("/Appointment", json=asked("consultation", "2026-11-24T12:00")).json()

    assert put(ehr, one, status="arrived").json()["status"] == "arrived"
    assert put(ehr, two, status="noshow").json()["status"] == "noshow"
    ended = put(ehr, one, status="fulfilled")
    assert (ended.status_code, ended.json()["status"]) == (200, "fulfilled")


def test_a_visit_in_a_past_that_is_over_is_refused(ehr, asked):
    assert "has passed" in told(
        ehr.post("/Appointment", json=asked("consultation", "2026-11-19T10:00")), 422
    )


def test_a_soft_warning_is_information(ehr, asked, database, cast):
    with database.session() as db:
        only = [staffed_hours.Opening(2, time(9), time(10, 30))]
        staffed_hours.set_hours(db, db.get(Clinic, cast.clinic.id), None, only, by=None)

    infusion = ehr.post("/Appointment", json=asked("infusion", "2026-11-24T10:00", hours=2)).json()

    assert len(infusion["supportingInformation"]) == 1
    assert infusion["contained"][0]["issue"][0]["severity"] == "information"


def test_a_clinicians_slot_is_given_to_another_patient_after_a_cancel(ehr, asked, cast):
    one = ehr.post("/Appointment", json=asked("consultation", "2026-11-24T10:00")).json()
    put(ehr, one, status="cancelled")

    again = asked("consultation", "2026-11-24T10:00", patient=cast.maya)
    assert ehr.post("/Appointment", json=again).status_code == 201
    assert moment(one, "end") - moment(one) == timedelta(hours=1)


def _looked_at(database):
    with database.session(write=False) as db:
        views = select(AuditEvent.entity_id).where(AuditEvent.action == "view")
        return db.scalars(views.order_by(AuditEvent.seq)).all()


def test_who_read_appointments_stands_in_the_trail(ehr, stranger, cast, database):
    path = f"/Appointment/{cast.integration_visit.id}"

    ehr.get(path)
    ehr.get(f"/Appointment?patient={cast.maya.id}&_include=Appointment:patient")
    stranger.get(path)

    assert _looked_at(database) == [cast.maya.id] * 2


def test_a_day_of_appointments_is_one_look_at_each_patient(ehr, infusion, cast, database):
    found = ehr.get("/Appointment?date=ge2026-11-01").json()

    seen = {
        each["resource"]["participant"][0]["actor"]["reference"].removeprefix("Patient/")
        for each in found["entry"]
    }
    assert len(found["entry"]) > len(seen)
    assert {str(each) for each in _looked_at(database)} == seen
    assert len(_looked_at(database)) == len(seen)


def test_being_told_of_what_stands_already_is_a_look_too(ehr, asked, infusion, cast, database):
    again = ehr.post("/Appointment", json=asked("infusion", "2026-11-24T10:00", hours=2))

    assert (again.status_code, again.json()["id"]) == (200, infusion["id"])
    assert _looked_at(database) == [cast.theo.id]

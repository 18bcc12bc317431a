"""Looking for things at the door: by what clients expect, in pages that stay, with what belongs."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from app import clock
from app.messaging.models import Direction, Message, MessageStatus, Purpose
from app.people.models import Patient
from app.scheduling.models import Appointment
from tests.web.fhir.conftest import SERVER
from tests.web.fhir.test_door import told

BASE = f"{SERVER}/fhir/R4"


def ids(bundle, mode="match"):
    found = [each for each in bundle.get("entry", []) if each["search"]["mode"] == mode]
    return [each["resource"].get("id") for each in found]


def following(bundle):
    links = {each["relation"]: each["url"] for each in bundle["link"]}
    return links.get("next", "").removeprefix(BASE)


def walk(ehr, path):
    """Every page, the first one first."""
    pages = []
    while path:
        answer = ehr.get(path)
        assert answer.status_code == 200, answer.text
        pages.append(answer.json())
        path = following(pages[-1])
    return pages


@pytest.fixture
def texts(database, cast):
    """`texts(3)`: that many texts more with Maya, a minute apart."""

    def texts(count, *, begins=timedelta(0)):
        with database.session() as db:
            for number in range(count):
                at = clock.now() + begins + timedelta(minutes=number)
                db.add(
                    Message(
                        clinic_id=cast.clinic.id,
                        patient_id=cast.maya.id,
                        direction=Direction.OUTBOUND,
                        purpose=Purpose.NOTICE,
                        status=MessageStatus.DELIVERED,
                        body=f"{number}",
                        due_at=at,
                        sent_at=at,
                        made_at=at,
                    )
                )

    return texts


@pytest.mark.every_value_on_both
@pytest.mark.parametrize(
    "kind",
    ["Appointment", "Encounter", "Consent", "Task", "Communication", "QuestionnaireResponse"],
)
def test_without_saying_whose_nothing_is_looked_for(ehr, kind):
    assert "_lastUpdated" in told(ehr.get(f"/{kind}"), 400)
    assert ehr.get(f"/{kind}?_lastUpdated=ge2026-11-01").status_code == 200
    assert ehr.get(f"/{kind}?_id=x").json()["total"] == 0


def test_pages_hold_everybody_once_while_rows_are_added(ehr, texts, cast):
    texts(7)
    first = ehr.get(f"/Communication?patient={cast.maya.id}&_count=3").json()
    texts(4, begins=timedelta(hours=-2))  # before all that was told
    texts(2, begins=timedelta(hours=2))  # and after

    rest = walk(ehr, following(first))

    told_of = [each for page in [first, *rest] for each in ids(page)]
    assert len(told_of) == len(set(told_of)) == 9
    assert all(len(ids(page)) <= 3 for page in rest)
    assert first["link"][0]["relation"] == "self"
    assert following(rest[-1]) == ""


@pytest.mark.every_value_on_both
@pytest.mark.parametrize("kind", ["Practitioner", "Questionnaire", "PlanDefinition"])
def test_short_lists_come_in_pages_too(ehr, kind):
    everybody = ids(ehr.get(f"/{kind}").json())

    pages = walk(ehr, f"/{kind}?_count=2")

    assert len(pages) > 1
    assert [each for page in pages for each in ids(page)] == everybody


def test_a_page_that_never_was_is_refused(ehr, cast):
    for mark in ("x", "2026-11-20_x", "_"):
        assert told(ehr.get(f"/Communication?patient={cast.maya.id}&_page={mark}"), 400)
        assert told(ehr.get(f"/Practitioner?_page={mark}"), 400)
        assert told(ehr.get(f"/Patient/{cast.maya.id}/$everything?_page={mark}~"), 400)


@pytest.mark.parametrize("count", ["-1", "many", "1.5", "９"])
def test_a_count_is_a_number(ehr, cast, count):
    assert told(ehr.get(f"/Appointment?patient={cast.maya.id}&_count={count}"), 400)


def test_a_count_of_none_asks_how_many_there_are(ehr, cast):
    bundle = ehr.get(f"/Appointment?patient={cast.maya.id}&_count=0").json()

    assert (bundle["total"], ids(bundle)) == (2, [])


def test_several_ids_at_once_and_none_of_the_neighbours(ehr, cast):
    wanted = [cast.infusion.id, cast.integration_visit.id, cast.noor.id, "nonsense"]

    found = ehr.get(f"/Appointment?_id={','.join(map(str, wanted))}").json()

    assert ids(found) == [str(cast.infusion.id), str(cast.integration_visit.id)]
    assert ehr.get(f"/Patient?_id={cast.noor.id}").json()["total"] == 0


def test_what_has_changed_since_is_found_by_every_prefix(ehr, cast, database):
    moment = clock.now() + timedelta(hours=2)
    clock.stand_still(moment, machine=moment)
    with database.session() as db:
        db.get_one(Appointment, cast.infusion.id).version += 1
    at = quote(moment.isoformat())

    def found(said):
        return set(ids(ehr.get(f"/Appointment?patient={cast.maya.id}&{said}").json()))

    changed, other = {str(cast.infusion.id)}, {str(cast.integration_visit.id)}
    assert found(f"_lastUpdated=ge{at}") == changed
    assert found(f"_lastUpdated={at}") == changed
    assert found(f"_lastUpdated=lt{at}") == other
    assert found(f"_lastUpdated=gt{at}") == set()
    assert found(f"_lastUpdated=le{at}") == changed | other
    assert found("_lastUpdated=ge2026-11-20&_lastUpdated=lt2026-11-21") == changed | other
    assert found("_lastUpdated=ge2026-11-21") == set()
    assert told(ehr.get("/Appointment?_lastUpdated=zz2026-11-20"), 400)
    assert told(ehr.get("/Appointment?_lastUpdated=yesterday"), 400)
    assert told(ehr.get("/Appointment?_lastUpdated=2026-11-20T10:00"), 400)


def test_appointments_are_found_by_day_status_service_and_who_takes_part(ehr, cast):
    def found(said):
        return ids(ehr.get(f"/Appointment?{said}").json())

    infusion, visit = str(cast.infusion.id), str(cast.integration_visit.id)
    assert found("date=2026-11-21") == [visit]
    assert found("date=ge2026-11-01&date=lt2026-11-21") == [infusion]
    assert found(f"patient={cast.maya.id}&status=booked,arrived") == [visit]
    assert found(f"patient={cast.maya.id}&status=nonsense") == []
    assert found(f"patient={cast.maya.id}&service-type=urn:afterglow:service|infusion") == [
        infusion
    ]
    assert found(f"practitioner=Practitioner/{cast.dr_okafor.id}") == [visit]
    assert found(f"actor=Patient/{cast.maya.id}") == [infusion, visit]
    assert found(f"actor=Practitioner/{cast.dr_okafor.id}") == [visit]
    assert found(f"practitioner=Practitioner/{cast.dr_lind.id}") == []


@pytest.mark.every_value_on_both
@pytest.mark.parametrize(
    "said",
    [
        "phone=%2B13125550142",
        "telecom=phone|3125550142",
        "name=maya",
        "family=Ose&given=May",
        "birthdate=1990-04-12",
        "name=Osei&birthdate=eq1990-04-12",
    ],
)
def test_a_patient_is_found_by_number_name_or_birth_date(ehr, cast, said):
    assert ids(ehr.get(f"/Patient?{said}").json()) == [str(cast.maya.id)]


@pytest.mark.every_value_on_both
@pytest.mark.parametrize(
    "said", ["name=Mahya", "name=Noor", "phone=%2B13125550144", "family=Osei&given=Theo"]
)
def test_nobody_is_found_by_half_or_next_door(ehr, said):
    assert ehr.get(f"/Patient?{said}").json()["total"] == 0


def test_a_birth_date_is_a_whole_day(ehr):
    assert told(ehr.get("/Patient?birthdate=1990"), 400)
    assert told(ehr.get("/Patient?phone=12"), 422)


def test_what_belongs_comes_along_once(ehr, cast):
    said = f"patient={cast.maya.id}&_include=Appointment:patient&_include=Appointment:actor"
    bundle = ehr.get(f"/Appointment?{said}").json()

    assert ids(bundle) == [str(cast.infusion.id), str(cast.integration_visit.id)]
    assert sorted(ids(bundle, "include")) == sorted([str(cast.maya.id), str(cast.dr_okafor.id)])
    assert bundle["total"] == 2
    assert "_include=Appointment:patient" in bundle["link"][0]["url"].replace("%3A", ":")


def test_only_the_type_that_was_named_comes_along(ehr, cast):
    said = f"patient={cast.maya.id}&_include=Appointment:actor:Practitioner"

    assert ids(ehr.get(f"/Appointment?{said}").json(), "include") == [str(cast.dr_okafor.id)]


def test_what_a_key_may_not_read_does_not_come_along_and_the_answer_says_so(door, cast):
    ehr = door(cast.clinic, scopes=["system/Appointment.read"])
    bundle = ehr.get(f"/Appointment?patient={cast.maya.id}&_include=Appointment:patient").json()

    assert ids(bundle, "include") == []
    assert "system/Patient.read" in str(bundle["entry"][-1])


def test_an_include_nobody_knows_is_named_or_refused(ehr, cast):
    path = f"/Appointment?patient={cast.maya.id}&_include=Appointment:slot"

    assert "Appointment:slot" in str(ehr.get(path).json()["entry"][-1])
    assert told(ehr.get(path, headers={"prefer": "handling=strict"}), 400)
    iterated = f"/Appointment?patient={cast.maya.id}&_include:iterate=Appointment:patient"
    assert "_include:iterate" in str(ehr.get(iterated).json()["entry"][-1])


def test_whose_record_was_joined_to_another_is_found_there(ehr, cast, database):
    with database.session() as db:
        theo = db.get_one(Patient, cast.theo.id)
        theo.merged_into_id, theo.phone_index = cast.maya.id, None

    joined = ehr.get(f"/Patient/{cast.theo.id}").json()

    assert joined["active"] is False
    assert joined["link"][0]["other"]["reference"] == f"Patient/{cast.maya.id}"
    assert ehr.get(f"/Appointment?patient={cast.theo.id}").json()["total"] == 2
    assert ehr.get("/Patient?name=Theo").json()["total"] == 0

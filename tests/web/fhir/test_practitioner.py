from tests.web.fhir.test_door import told


def test_those_who_give_visits_come_first(ehr, cast):
    bundle = ehr.get("/Practitioner").json()

    names = [entry["resource"]["name"][0]["text"] for entry in bundle["entry"]]
    assert names[0] == "Dr. Okafor"
    assert sorted(names[1:]) == ["Ada", "Jordan"]
    assert bundle["total"] == 3
    assert bundle["entry"][0]["fullUrl"].endswith(f"/fhir/R4/Practitioner/{cast.dr_okafor.id}")


def test_one_of_them_can_be_read_and_keeps_their_phone(ehr, cast):
    answer = ehr.get(f"/Practitioner/{cast.dr_okafor.id}")

    assert answer.json()["name"] == [{"text": "Dr. Okafor"}]
    assert "telecom" not in answer.json()


def test_the_neighbours_staff_are_unknown_here(ehr, cast):
    assert told(ehr.get(f"/Practitioner/{cast.dr_lind.id}"), 404)

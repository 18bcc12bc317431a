"""Forms that clinics bring: eight of other people's, filled in with scripts and without."""

import json
from pathlib import Path

import pytest
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from e2e import filling
from e2e.asked import link_of, open_link
from e2e.ehr import Ehr

FOLDER = Path(__file__).parents[1] / "tests" / "fhir_examples"
FILES = sorted(FOLDER.glob("*.json"))
PHONE = "+17185550183"
# What these questions take is told by their patterns and limits.
ANSWERS = {
    "e8bbc727-6ae1-4e33-ef44-be4ca7dc9abd": "robin@example.com",
    "1.2.3.4.5": "robin@example.com",
    "ab1bb454-3697-4def-81da-77c565a5c1e4": "Fine",
}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_each_comes_to_its_end_and_leaves_as_a_valid_response(clinic, new_phone, scripts):
    ehr = Ehr(clinic)
    ehr.wait_for_day()
    patient = ehr.patient("Noa", "Lind", PHONE, birthDate="1988-02-09")
    ways = {}
    for file in FILES:
        form = ehr.post("Questionnaire", **json.loads(file.read_text()))
        ehr.ask(patient, form["id"])
        clinic.push("PT1M")
        ways[file.name] = link_of(clinic, PHONE)
    assert len(set(ways.values())) == len(FILES) == 8

    for name, link in ways.items():
        page = new_phone()
        open_link(page, link)
        if not scripts:
            state, address = page.context.storage_state(), page.url
            page = new_phone(java_script_enabled=False, storage_state=state)
            page.goto(address)
        assert filling.to_the_end(page, ANSWERS), name
        page.context.close()

    answered = ehr.get(f"QuestionnaireResponse?subject=Patient/{patient['id']}&status=completed")
    assert len(answered["entry"]) == 8
    for entry in answered["entry"]:
        QuestionnaireResponse.model_validate(entry["resource"])

"""What stands on a sheet before anybody wrote on it: the form's beginnings, and what we know."""

from typing import Any

from app.people.models import Patient
from app.questionnaires import expressions
from app.questionnaires.engine import sheets
from app.questionnaires.engine.expressing import Ask, Wanted
from app.questionnaires.engine.items import Form, Item
from app.questionnaires.engine.values import EMPTY, Sheet, Slot, Values


def sheet(form: Form, patient: Patient | None) -> Sheet:
    """A sheet with the form's initial values and, where `patient` is given, what is on file.

    Expressions about a patient are left out without one.
    """
    blank = sheets.begin(form)
    return sheets.put_all(blank, _known(form, patient)) if patient is not None else blank


def _known(form: Form, patient: Patient) -> dict[Slot, Values]:
    asks = [
        Ask(_first(form, item), Wanted.INITIAL, item.initial_expression)
        for item in form.in_order
        if item.initial_expression is not None
    ]
    if not asks:
        return {}
    known = expressions.knowing(_resource(patient), zone=patient.zone)
    outcomes = known.work_out(form, EMPTY, asks)
    return {
        ask.slot: outcome.values
        for ask, outcome in zip(asks, outcomes, strict=True)
        if outcome.values
    }


def _first(form: Form, item: Item) -> Slot:
    return Slot(item.link_id, (0,) * len(form.repeating_above.get(item.link_id, ())))


def _resource(patient: Patient) -> dict[str, Any]:
    """As much of a FHIR Patient as a form may begin with."""
    resource: dict[str, Any] = {
        "resourceType": "Patient",
        "name": [{"given": [patient.given_name], "family": patient.family_name}],
        "telecom": [{"system": "phone", "value": patient.phone}],
        "communication": [{"language": {"coding": [{"code": patient.language}]}}],
    }
    if patient.birth_on is not None:
        resource["birthDate"] = patient.birth_on.isoformat()
    if patient.home_address:
        resource["address"] = [{"text": patient.home_address}]
    if patient.emergency_phone:
        resource["contact"] = [
            {
                "name": {"text": patient.emergency_name},
                "telecom": [{"system": "phone", "value": patient.emergency_phone}],
            }
        ]
    return resource

"""Small forms, written as a clinic's file would have them."""

from app.questionnaires.engine.reading import read

EXT = "https://afterglow.example/fhir/StructureDefinition/"
CORE = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"


def questionnaire(*items, **head):
    return {"resourceType": "Questionnaire", "status": "active", "item": list(items), **head}


def form(*items, **head):
    """The form of a file that has to be readable."""
    found = read(questionnaire(*items, **head))
    assert found.form is not None, found.findings
    return found.form


def item(link_id, kind="boolean", *below, **more):
    inner = {"item": list(below)} if below else {}
    return {"linkId": link_id, "type": kind, "text": f"About {link_id}", **inner, **more}


def group(link_id, *below, **more):
    return item(link_id, "group", *below, **more)


def when(question, operator="=", **answer):
    """One enableWhen; without an answer, the question is to be answered yes."""
    return {"question": question, "operator": operator, **(answer or {"answerBoolean": True})}


def choice(link_id, *codes, weights=(), **more):
    options = [
        {"valueCoding": {"system": "urn:clinic", "code": code, "display": code.title()}}
        for code in codes
    ]
    for option, weight in zip(options, weights, strict=False):
        option["extension"] = [{"url": CORE + "ordinalValue", "valueDecimal": weight}]
    return item(link_id, "choice", answerOption=options, **more)

"""Small forms made for a test, read the way every form is."""

from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.reading import read
from app.questionnaires.engine.values import Sheet, Slot

SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
HL7 = "http://hl7.org/fhir/StructureDefinition/"
OURS = "https://afterglow.example/fhir/StructureDefinition/"


def form_of(*items, **rest):
    """A form with these items."""
    resource = {
        "resourceType": "Questionnaire",
        "status": "active",
        "url": "https://northside.example/forms/made",
        "version": "1",
        "item": list(items),
        **rest,
    }
    found = read(resource)
    assert found.form is not None, found.findings
    return found.form


def ask(link_id, kind="string", *extensions, **rest):
    """A question, or a display or group by its `kind`."""
    item = {"linkId": link_id, "type": kind, "text": f"About {link_id}?", **rest}
    return {**item, "extension": list(extensions)} if extensions else item


def group(link_id, *items, control="", **rest):
    made = ask(link_id, "group", *([item_control(control)] if control else []), **rest)
    return {**made, "item": list(items)}


def option(code, *extensions):
    made = {"valueCoding": {"system": "https://northside.example/codes", "code": code}}
    made["valueCoding"]["display"] = code.capitalize()
    return {**made, "extension": list(extensions)} if extensions else made


def item_control(code):
    system = "http://hl7.org/fhir/questionnaire-item-control"
    return {
        "url": HL7 + "questionnaire-itemControl",
        "valueCodeableConcept": {"coding": [{"system": system, "code": code}]},
    }


def when(question, answer, operator="="):
    """The enableWhen of a boolean question, as part of an item."""
    return {"enableWhen": [{"question": question, "operator": operator, "answerBoolean": answer}]}


def expression(url, path, **rest):
    return {
        "url": url,
        "valueExpression": {"language": "text/fhirpath", "expression": path, **rest},
    }


def sheet(values=(), groups=()):
    """A sheet by link ids or slots: {"a": "x", ("b", 0): ("y", "z")}."""
    return Sheet(
        {
            slot(place): each if isinstance(each, tuple) else (each,)
            for place, each in dict(values).items()
        },
        {slot(place): rows for place, rows in dict(groups).items()},
    )


def slot(place):
    return Slot(place) if isinstance(place, str) else Slot(place[0], tuple(place[1:]))


def state_of(form, values=(), groups=(), **rest):
    return evaluate(form, sheet(values, groups), **rest)


def posting(**fields):
    """What a page posts, as `fields.read` asks for it; names with `_` for `-`."""
    posted = {name.replace("_", "-"): each for name, each in fields.items()}

    def texts(name):
        each = posted.get(name, [])
        return [each] if isinstance(each, str) else list(each)

    return texts

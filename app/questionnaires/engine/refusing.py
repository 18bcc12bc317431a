"""What another version of FHIR, or a modifier nobody here knows, would make a form mean."""

from app.questionnaires.engine.extensions import KNOWN
from app.questionnaires.engine.findings import Report
from app.questionnaires.engine.shapes import Json, objects, text

_ELEMENT = {"id", "extension"}
_ROOT = _ELEMENT | {
    *("resourceType", "meta", "implicitRules", "language", "text", "contained"),
    *("modifierExtension", "url", "identifier", "version", "name", "title", "derivedFrom"),
    *("status", "experimental", "subjectType", "date", "publisher", "contact", "description"),
    *("useContext", "jurisdiction", "purpose", "copyright", "approvalDate", "lastReviewDate"),
    *("effectivePeriod", "code", "item"),
}
_ITEM = _ELEMENT | {
    *("modifierExtension", "linkId", "definition", "code", "prefix", "text", "type"),
    *("enableWhen", "enableBehavior", "required", "repeats", "readOnly", "maxLength"),
    *("answerValueSet", "answerOption", "initial", "item"),
}
_CONDITION = _ELEMENT | {"modifierExtension", "question", "operator"}
_OPTION = _ELEMENT | {"modifierExtension", "initialSelected"}
_OTHERS = {  # elements of other versions, by where they stand
    "group": "DSTU2",
    "option": "STU3",
    "options": "STU3",
    "hasAnswer": "STU3",
    "versionAlgorithmString": "R5",
    "versionAlgorithmCoding": "R5",
    "copyrightLabel": "R5",
    "answerConstraint": "R5",
    "disabledDisplay": "R5",
}


def check_root(resource: Json, report: Report) -> None:
    """Report what cannot be taken, or is not known, in the form as a whole."""
    if resource.get("implicitRules"):
        report.refuse("", "implicit-rules", "It follows implicitRules that nobody here knows.")
    _check(resource, _ROOT, "", report)
    for contained in objects(resource, "contained"):
        _check_modifiers(contained, "", report)


def check_item(item: Json, link_id: str, report: Report) -> None:
    """The same for one item, its conditions and its options."""
    _check(item, _ITEM, link_id, report)
    for condition in objects(item, "enableWhen"):
        _check(condition, _CONDITION, link_id, report, "answer")
    for option in objects(item, "answerOption"):
        _check(option, _OPTION, link_id, report, "value")


def _check(element: Json, known: set[str], link_id: str, report: Report, choice: str = "-") -> None:
    _check_modifiers(element, link_id, report)
    for key in element:
        plain = str(key).removeprefix("_")
        if plain in known or plain.startswith(choice):
            continue
        if _is_foreign(plain):
            version = _OTHERS.get(plain, "STU3")
            words = f"The element {plain} is {version}'s, not R4's."
            report.refuse(link_id, "other-version", words, plain)
        else:
            words = f"The element {plain} is not one of R4's and is ignored."
            report.warn(link_id, "unknown-element", words, plain, once=True)
    for extension in objects(element, "extension"):
        url = text(extension, "url")
        if url not in KNOWN:
            words = f"The extension {url} is not known and is ignored."
            report.warn(link_id, "unknown-extension", words, url, once=True)


def _is_foreign(key: str) -> bool:
    # STU3 wrote initialString and the like; R4's `initial` is a list.
    return key in _OTHERS or (
        key.startswith("initial") and key not in ("initial", "initialSelected")
    )


def _check_modifiers(element: Json, link_id: str, report: Report) -> None:
    found = element.get("modifierExtension")
    if not found:
        return
    urls = [text(each, "url") for each in objects(element, "modifierExtension")] or [""]
    for url in urls:
        words = "A modifierExtension may change what it means, and is not known."
        report.refuse(link_id, "modifier-extension", words, url)

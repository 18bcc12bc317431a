"""The extensions we know: our own, those of FHIR R4 and of Structured Data Capture."""

from collections.abc import Iterator

from app.questionnaires.engine.shapes import Json, objects

EXT = "https://afterglow.example/fhir/StructureDefinition/"
CORE = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"

# Ours
STAFF_RULE = EXT + "staff-rule"
CONSENT = EXT + "consent"
SIGNATURE = EXT + "signature"
FACT = EXT + "fact"
SUBSTANCE_USE = EXT + "substance-use"
SIGNED_TEXT = EXT + "signed-text"  # in an answer: hash and version of what a name stands under
ROW = EXT + "row"  # in an answer: the number of a row of a repeating group
LAST_ROW = EXT + "last-row"  # in an answer: the highest number a row ever had

# FHIR's
TRANSLATION = CORE + "translation"
MARKDOWN = CORE + "rendering-markdown"
XHTML = CORE + "rendering-xhtml"
ITEM_CONTROL = CORE + "questionnaire-itemControl"
HIDDEN = CORE + "questionnaire-hidden"
UNIT = CORE + "questionnaire-unit"
UNIT_OPTION = CORE + "questionnaire-unitOption"
ORIENTATION = CORE + "questionnaire-choiceOrientation"
EXCLUSIVE = CORE + "questionnaire-optionExclusive"
OPTION_PREFIX = CORE + "questionnaire-optionPrefix"
SLIDER_STEP = CORE + "questionnaire-sliderStepValue"
SIGNATURE_REQUIRED = CORE + "questionnaire-signatureRequired"
MIN_OCCURS = CORE + "questionnaire-minOccurs"
MAX_OCCURS = CORE + "questionnaire-maxOccurs"
CONSTRAINT = CORE + "questionnaire-constraint"
TARGET_CONSTRAINT = CORE + "targetConstraint"
MIN_VALUE = CORE + "minValue"
MAX_VALUE = CORE + "maxValue"
MIN_LENGTH = CORE + "minLength"
DECIMAL_PLACES = CORE + "maxDecimalPlaces"
MAX_SIZE = CORE + "maxSize"
MIME_TYPE = CORE + "mimeType"
REGEX = CORE + "regex"
ENTRY_FORMAT = CORE + "entryFormat"
VARIABLE = CORE + "variable"
ORDINAL = CORE + "ordinalValue"
ORDINAL_CODE_SYSTEM = CORE + "codesystem-ordinalValue"
ORDINAL_VALUE_SET = CORE + "valueset-ordinalValue"
ITEM_WEIGHT = CORE + "itemWeight"
CQF_EXPRESSION = CORE + "cqf-expression"
RESPONSE_SIGNATURE = CORE + "questionnaireresponse-signature"
WEIGHTS = (ITEM_WEIGHT, ORDINAL, ORDINAL_CODE_SYSTEM, ORDINAL_VALUE_SET)

ENABLE_WHEN_EXPRESSION = SDC + "enableWhenExpression"
INITIAL_EXPRESSION = SDC + "initialExpression"
CALCULATED_EXPRESSION = SDC + "calculatedExpression"
OPEN_LABEL = SDC + "openLabel"
KEYBOARD = SDC + "keyboard"

# A message for a broken rule, as Norwegian forms carry it.
VALIDATION_TEXT = "http://ehelse.no/fhir/StructureDefinition/validationtext"

# Nothing to act on, and nothing to tell about: they are for other readers.
SILENT = frozenset(
    {
        CORE + "questionnaire-displayCategory",
        CORE + "questionnaire-usageMode",
        CORE + "questionnaire-supportLink",
        CORE + "questionnaire-fhirType",
        CORE + "questionnaire-baseType",
        CORE + "designNote",
        CORE + "preferredTerminologyServer",
        CORE + "terminology-server",
        CORE + "resource-lastReviewDate",
        CORE + "replaces",
        CORE + "cqf-library",
        SDC + "launchContext",
        SDC + "itemExtractionContext",
        SDC + "observationLinkPeriod",
        SDC + "observationExtract",
        SDC + "performerType",
        SDC + "preferredTerminologyServer",
        SDC + "endpoint",
        SDC + "sourceQueries",
        SDC + "width",
        SDC + "collapsible",
        KEYBOARD,
        SDC + "shortText",
        SDC + "entryMode",
    }
)
_NAMES = [name for name in dir() if name.isupper() and name not in ("EXT", "CORE", "SDC")]
KNOWN = SILENT | {globals()[name] for name in _NAMES if isinstance(globals()[name], str)}


def each(element: Json, url: str) -> Iterator[Json]:
    """The extensions of one kind, in order."""
    for extension in objects(element, "extension"):
        if extension.get("url") == url:
            yield extension


def first(element: Json, *urls: str) -> Json:
    """The first extension of one of these kinds, or an empty one."""
    for url in urls:
        for extension in each(element, url):
            return extension
    return {}

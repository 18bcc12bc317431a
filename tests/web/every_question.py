"""A form with every kind of question, as a clinic would bring it."""

from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.journey import steps
from app.questionnaires.engine.reading import read
from app.questionnaires.engine.values import EMPTY
from app.questionnaires.sanitising import sanitise

_FHIR = "http://hl7.org/fhir/StructureDefinition"
_SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire"
_OURS = "https://afterglow.example/fhir/StructureDefinition"


def control(code):
    return {
        "url": f"{_FHIR}/questionnaire-itemControl",
        "valueCodeableConcept": {"coding": [{"code": code}]},
    }


def option(code, words, *, exclusive=False):
    coding = {"system": "urn:test", "code": code, "display": words}
    alone = [{"url": f"{_FHIR}/questionnaire-optionExclusive", "valueBoolean": True}]
    return {"valueCoding": coding} | ({"extension": alone} if exclusive else {})


def _unit(code, words):
    return {
        "url": f"{_FHIR}/questionnaire-unitOption",
        "valueCoding": {"system": "http://unitsofmeasure.org", "code": code, "display": words},
    }


def _limit(name, value, kind="Integer"):
    return {"url": f"{_FHIR}/{name}", f"value{kind}": value}


def _item(link_id, kind, text="", **more):
    return {"linkId": link_id, "type": kind, "text": text, **more}


FREQUENCY = [
    option("0", "Not at all"),
    option("1", "Several days"),
    option("2", "More than half the days"),
    option("3", "Nearly every day"),
]
_YES_NO = [option("y", "Yes"), option("n", "No"), option("u", "I do not know")]
_KINDS = [option("a", "Asthma"), option("b", "Glaucoma"), option("z", "None", exclusive=True)]
_HELPS = [option("m", "Music"), option("w", "A walk")]

ABOUT_YOU = _item(
    "you",
    "group",
    "About you",
    item=[
        _item(
            "pressure",
            "choice",
            "Has a doctor told you that you have high blood pressure?",
            required=True,
            answerOption=_YES_NO,
            item=[
                _item(
                    "pressure-help",
                    "display",
                    "We ask for your safety.",
                    extension=[control("help")],
                )
            ],
        ),
        _item("kinds", "choice", "Do you have any of these?", repeats=True, answerOption=_KINDS),
        _item(
            "state",
            "choice",
            "Where are you?",
            extension=[control("drop-down")],
            answerOption=[option("NY", "New York"), option("VT", "Vermont")],
        ),
        _item(
            "low",
            "integer",
            "How low was your mood?",
            extension=[control("slider"), _limit("minValue", 0), _limit("maxValue", 10)],
            item=[
                _item("low-0", "display", "Not low", extension=[control("lower")]),
                _item("low-10", "display", "As low as can be", extension=[control("upper")]),
            ],
        ),
        _item("name", "string", "What is your full name?", required=True, maxLength=80),
        _item(
            "number",
            "string",
            "Your phone number",
            extension=[
                {
                    "url": f"{_SDC}-keyboard",
                    "valueCoding": {"code": "phone"},
                }
            ],
        ),
        _item("hope", "text", "What do you hope for?"),
        _item("born", "date", "When were you born?", required=True),
        _item("ate", "dateTime", "When did you last eat?"),
        _item("bed", "time", "When do you go to bed?"),
        _item(
            "weight",
            "quantity",
            "How much do you weigh?",
            extension=[_unit("[lb_av]", "pounds"), _unit("kg", "kilograms")],
        ),
        _item(
            "upper",
            "integer",
            "Your last blood pressure, the upper number",
            extension=[
                _limit("minValue", 50),
                _limit("maxValue", 260),
                {
                    "url": f"{_FHIR}/questionnaire-unit",
                    "valueCoding": {"code": "mm[Hg]", "display": "mmHg"},
                },
            ],
        ),
        _item("share", "decimal", "How much of a pill?"),
        _item("allergy", "string", "Which allergies do you have?", repeats=True),
        _item("helps", "open-choice", "What helps you?", answerOption=_HELPS),
        _item("page", "url", "Your pharmacy’s page"),
        _item("card", "attachment", "A photo of your card"),
        _item("papers", "attachment", "Your papers", repeats=True),
        _item("call", "boolean", "May we leave a message?", required=True),
        _item("clinic", "string", "Your clinic", readOnly=True, initial=[{"valueString": "Here"}]),
        _item(
            "secret",
            "string",
            "Never shown",
            extension=[{"url": f"{_FHIR}/questionnaire-hidden", "valueBoolean": True}],
        ),
    ],
)

WEEKS = _item(
    "weeks",
    "group",
    "The last two weeks",
    item=[
        _item(
            "stem",
            "group",
            "How often have you been bothered by any of these?",
            item=[
                _item(f"w{number}", "choice", words, answerOption=FREQUENCY)
                for number, words in enumerate(("Little interest", "Feeling down", "Poor sleep"))
            ],
        )
    ],
)

WHOLE = _item(
    "all-at-once",
    "group",
    "How often was it so?",
    extension=[control("page")],
    item=[
        _item(f"p{number}", "choice", words, prefix=f"{number + 1}.", answerOption=FREQUENCY)
        for number, words in enumerate(("Nervous", "Worrying", "Restless"))
    ],
)

MEDICINES = _item(
    "medicines",
    "group",
    "Medicines",
    repeats=True,
    item=[
        _item("called", "string", "What is it called?", required=True),
        _item("dose", "string", "How much?"),
    ],
)

GUIDE = _item(
    "guide",
    "group",
    "How the day goes",
    item=[
        _item(
            "rested",
            "display",
            "Come rested.",
            _text={
                "extension": [
                    {
                        "url": f"{_FHIR}/rendering-markdown",
                        "valueMarkdown": "Come **rested** <script>alert(1)</script>",
                    }
                ]
            },
        ),
        _item(
            "fasting",
            "display",
            "Keep to these times.",
            extension=[{"url": f"{_OURS}/fact", "valueCode": "fasting"}],
        ),
    ],
)

VIDEO = _item(
    "video",
    "group",
    "Talking by video",
    extension=[{"url": f"{_OURS}/consent", "valueCode": "telehealth"}],
    item=[
        _item("video-text", "display", "We talk by video. You can stop at any time."),
        _item("video-agree", "boolean", "Do you agree?", required=True),
        _item(
            "video-name",
            "string",
            "Type your full name to sign.",
            extension=[{"url": f"{_OURS}/signature", "valueBoolean": True}],
        ),
    ],
)

EVERY_QUESTION = {
    "resourceType": "Questionnaire",
    "url": "https://example.org/every-question",
    "version": "1",
    "status": "active",
    "title": "Every question",
    "language": "en",
    "item": [ABOUT_YOU, WEEKS, WHOLE, MEDICINES, GUIDE, VIDEO],
}


def form():
    read_form = read(EVERY_QUESTION, sanitise=sanitise).form
    assert read_form is not None
    return read_form


FORM = form()


def state(sheet=EMPTY):
    return evaluate(FORM, sheet)


def step_with(link_id, sheet=EMPTY):
    """The page on which an item stands, or that it is the name of."""
    pages = steps(FORM, state(sheet))
    found = [
        page
        for page in pages
        if page.anchor.link_id == link_id or link_id in [slot.link_id for slot in page.content]
    ]
    return found[-1] if found else None

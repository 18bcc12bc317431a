"""Which thing an `{id}` in an address names: the first line that fits."""

import re

THINGS = [
    # the console
    (r"/clinic/patients/\{id\}/journal/files/", {"id": "patient", "file": "note"}),
    (
        r"/clinic/patients/",
        {
            "id": "patient",
            "other": "twin",
            "link": "link",
            "response": "response",
            "consent": "consent",
            "file": "file",
        },
    ),
    (r"/clinic/guests/", {"id": "guest"}),
    (r"/clinic/protocols/", {"id": "protocol", "step": "protocol step"}),
    (r"/clinic/closures/", {"id": "closure"}),
    (r"/clinic/locations/", {"id": "location"}),
    (r"/clinic/other-systems/", {"id": "subscription"}),
    (r"/clinic/candidates/", {"id": "candidate"}),
    (r"/clinic/inbox/numbers/", {"id": "stranger"}),
    (r"/clinic/inbox/", {"id": "patient"}),
    (r"/clinic/replies/", {"id": "reply"}),
    (r"/clinic/(appointments|board)/\{id\}/(end|quiet-hour|escort)", {"id": "soon"}),
    (r"/clinic/(appointments|board|visits)/", {"id": "visit"}),
    (r"/clinic/alerts/", {"id": "alert"}),
    (r"/clinic/tasks/", {"id": "task"}),
    (r"/clinic/review/", {"id": "flag"}),
    (r"/clinic/packets/", {"id": "packet"}),
    (r"/clinic/forms/", {"id": "form"}),
    (r"/clinic/companion/sounds/", {"id": "sound"}),
    (r"/clinic/(hours|team)/", {"id": "staff"}),
    (r"/clinic/keys/", {"id": "key"}),
    (r"/clinic/other-systems/", {"id": "subscription"}),
    (r"/clinic/trail/patients/", {"id": "patient"}),
    (r"/clinic/trail/staff/", {"id": "staff"}),
    (r"/clinic/me/", {"id": "nobody's"}),
    # the FHIR door
    (r"/fhir/R4/Patient/", {"id": "patient"}),
    (r"/fhir/R4/Organization/", {"id": "clinic"}),
    (r"/fhir/R4/Practitioner/", {"id": "staff"}),
    (r"/fhir/R4/Appointment/", {"id": "visit"}),
    (r"/fhir/R4/QuestionnaireResponse/", {"id": "response"}),
    (r"/fhir/R4/Questionnaire/", {"id": "form"}),
    (r"/fhir/R4/Binary/", {"id": "file"}),
    (r"/fhir/R4/Task/", {"id": "intake task"}),
    (r"/fhir/R4/Encounter/", {"id": "encounter"}),
    (r"/fhir/R4/Consent/", {"id": "consent"}),
    (r"/fhir/R4/Communication/", {"id": "text"}),
    (r"/fhir/R4/Subscription/", {"id": "subscription"}),
    (r"/fhir/R4/PlanDefinition/", {"id": "protocol"}),
    (r"/hooks/twilio/status/", {"id": "text"}),
    # patients
    (r"/guest/", {"id": "talk"}),
    (r"/visits/", {"id": "visit"}),
    (r"/session/shell/", {}),
    (r"/session/", {"id": "soon"}),
    (r"/push/", {"id": "notices"}),
    (r"/devices/passkeys/", {"id": "passkey"}),
    (r"/devices/", {"id": "browser"}),
    (r"/agreements/", {"id": "response"}),
    (r"/journal/files/", {"uuid": "note"}),
    (r"/journal/entries/", {"uuid": "entry", "file": "note"}),
    (r"/intake/\{task\}/camera", {"task": "camera task"}),
    (r"/intake/", {"packet": "packet", "task": "intake task"}),
    (r"", {}),
]
# The same in every address: no row of anybody's.
WORDS = {
    "name": "figures",
    "slug": "on-time",
    "month": "2026-11",
    "part": "counted",
    "language": "en",
    "step": "s1",
    "number": "0",
    "path:path": "robots.txt",
    "file": "file",
    "uuid": "01a203d4-0395-7b7e-a763-9ddd783802cd",
}


def names(template: str) -> list[str]:
    """The parameters of an address."""
    return re.findall(r"\{([^}]+)\}", template)


def things_in(template: str) -> dict[str, str]:
    """Which thing each parameter of an address names."""
    return next(things for pattern, things in THINGS if re.match(pattern, template))


def ours(template: str) -> bool:
    """Whether an address names a thing of somebody's at all."""
    return any(name in things_in(template) for name in names(template))


def riddles(template: str) -> list[str]:
    """Parameters of an address of which nobody has said here what they name."""
    return [each for each in names(template) if each not in things_in(template) | WORDS]


def filled(template: str, ids: dict[str, str]) -> str:
    """The address with somebody's things in it."""
    things = things_in(template)
    for name in names(template):
        word = things.get(name) or WORDS[name]
        template = template.replace("{" + name + "}", ids.get(word, word))
    return template

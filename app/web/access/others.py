"""Every address outside the console, and whom it lets in."""

from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """For whom an address is: the name of its guard. NOBODY_ASKED: it reads no row, wears none."""

    NOBODY_ASKED = "nobody asked"
    ANYONE = "anyone"
    PATIENT = "patient"  # signed in, by code or passkey
    READING = "reading"  # who showed a passkey, or a code and the birth date just now
    JOURNAL = "journal"  # signed in, or by the link of a text to the journal
    INTAKE = "intake"  # signed in, or by the link of a text to these forms
    INTAKE_RESTED = "intake_rested"  # the same, and what rested too long may still hand in
    VISIT = "visit"  # signed in, or by the link of a text to this visit
    GUEST = "guest"  # by the link of somebody invited to this visit
    ESCORT = "escort"  # by the link of whoever takes a patient home
    SESSION = "session"  # the same, for the quiet hour of a session
    STAFF = "staff"
    SYSTEM = "api_key"  # another system, by a bearer key with the scope
    TWILIO = "twilio"  # signed by Twilio


@dataclass(frozen=True)
class System:
    """An address of the FHIR door, and the scope that opens it."""

    scope: str
    who: Who = Who.SYSTEM


_FREE, _ANYONE, _PATIENT, _READING = Who.NOBODY_ASKED, Who.ANYONE, Who.PATIENT, Who.READING
_JOURNAL, _INTAKE, _VISIT, _SESSION = Who.JOURNAL, Who.INTAKE, Who.VISIT, Who.SESSION
_GUEST = Who.GUEST

PUBLIC = {
    "landing-join": _FREE,
    "landing-intake": _FREE,
    "landing-write": _FREE,
    "landing-sign-in": _FREE,
    "landing-escort": _FREE,
    "landing-guest": _FREE,
    "exchange": _ANYONE,
    "exchange-claim": _ANYONE,
    "sign-in": _ANYONE,
    "sign-in-number": _ANYONE,
    "send-code": _ANYONE,
    "sign-in-number-on-file": _ANYONE,
    "sign-in-code": _ANYONE,
    "check-code": _ANYONE,
    "sign-in-birth-date": _ANYONE,
    "check-birth-date": _ANYONE,
    "sign-out": _ANYONE,
    "passkey-challenge": _ANYONE,
    "passkey-sign-in": _ANYONE,
    "invitation": _ANYONE,
    "invitation-challenge": _ANYONE,
    "invitation-passkey": _ANYONE,
    "invitation-known-challenge": _ANYONE,
    "invitation-known": _ANYONE,
    "choose-light": _ANYONE,
    "choose-language": _ANYONE,
    "not-safe": _ANYONE,
    "safety": _ANYONE,
    "safety-alert": _ANYONE,
    "safety-words": _FREE,
    "offline-safety": _FREE,
    "privacy": _ANYONE,
    "install": _ANYONE,
    "manifest": _FREE,
    "service-worker": _FREE,
    "offline": _FREE,
    "start": _ANYONE,
    "start-send": _ANYONE,
    "start-code": _ANYONE,
    "start-check": _ANYONE,
    "start-times": _ANYONE,
    "start-take": _ANYONE,
    "start-done": _ANYONE,
    "alive": _FREE,
    "ready": _ANYONE,
    "metrics": _ANYONE,
    "static": _FREE,
    "session-shell": _ANYONE,
    "journal-shell-en": _FREE,
    "journal-shell-es": _FREE,
    "desk": Who.STAFF,
    "twilio-message": Who.TWILIO,
    "twilio-status": Who.TWILIO,
}

PATIENTS = {
    "home": _PATIENT,
    "another-session": _PATIENT,
    "ask-for-another-session": _PATIENT,
    "put-off": _PATIENT,
    "notices": _PATIENT,
    "push-key": _PATIENT,
    "push-subscribe": _PATIENT,
    "push-off": _PATIENT,
    "devices": _PATIENT,
    "sign-out-everywhere": _PATIENT,
    "sign-out-one": _PATIENT,
    "new-passkey-challenge": _PATIENT,
    "new-passkey": _PATIENT,
    "remove-passkey": _PATIENT,
    "agreements": _READING,
    "agreement-copy": _READING,
    "take-back-agreement": _READING,
    "camera-check": _PATIENT,
    "aftercare": _JOURNAL,
    "look-at-goals": _JOURNAL,
    "course": _READING,
    "goals": _READING,
    "journal:write": _JOURNAL,
    "journal:go-on": _JOURNAL,
    "journal:keep": _JOURNAL,
    "journal:now": _JOURNAL,
    "journal:skip": _JOURNAL,
    "journal:deliver": _JOURNAL,
    "journal:complete": _JOURNAL,
    "journal:piece": _JOURNAL,
    "journal:hours": _JOURNAL,
    "journal:choose-hours": _JOURNAL,
    "journal": _READING,
    "journal:bring": _READING,
    "journal:entry": _READING,
    "journal:lines": _READING,
    "journal:share": _READING,
    "journal:take-back": _READING,
    "journal:delete": _READING,
    "journal:print": _READING,
    "journal:pdf": _READING,
    "journal:json": _READING,
    "journal:file": _READING,
    "intake:packet": _INTAKE,
    "intake:here": _INTAKE,
    "intake:next": _INTAKE,
    "intake:on": _INTAKE,
    "intake:elsewhere": _INTAKE,
    "intake:elsewhere-chosen": _INTAKE,
    "intake:code": _INTAKE,
    "intake:check-code": _INTAKE,
    "intake:birth-date": _INTAKE,
    "intake:check-birth-date": _INTAKE,
    "intake:check": _INTAKE,
    "intake:send": _INTAKE,
    "intake:camera": _INTAKE,
    "intake:camera-done": _INTAKE,
    "intake:file": _INTAKE,
    "intake:copy": _INTAKE,
    "intake:step": _INTAKE,
    "intake:save": Who.INTAKE_RESTED,
    "intake:change": _INTAKE,
    "intake:save-change": Who.INTAKE_RESTED,
    "visit:room": _VISIT,
    "visit:socket": _VISIT,
    "visit:sit": _VISIT,
    "visit:signals": _VISIT,
    "visit:claim": _VISIT,
    "visit:whereabouts": _VISIT,
    "visit:phone-me": _VISIT,
    "visit:ease": _VISIT,
    "visit:link": _VISIT,
    "visit:leaving": _VISIT,
    "visit:ask": _VISIT,
    "visit:not-today": _VISIT,
    "visit:pick-time": _VISIT,
    "visit:keep": _VISIT,
    "visit:chosen": _VISIT,
    "visit:find-a-time": _VISIT,
    "escort": Who.ESCORT,
    "visit:guest-room": _GUEST,
    "visit:guest-claim": _GUEST,
    "visit:guest-signals": _GUEST,
    "visit:guest-leaving": _GUEST,
    "visit:guest-socket": _GUEST,
    "session": _SESSION,
    "session-questions": _SESSION,
    "session-begin": _SESSION,
    "session-end": _SESSION,
    "session-help": _SESSION,
    "session-sound": _SESSION,
}

SYSTEMS: dict[str, System | Who] = {
    "fhir:metadata": _ANYONE,
    "fhir:create-patient": System("Patient.write"),
    "fhir:patient": System("Patient.read"),
    "fhir:everything": System("Patient.read"),
    "fhir:organization": System("Organization.read"),
    "fhir:practitioners": System("Practitioner.read"),
    "fhir:practitioner": System("Practitioner.read"),
    "fhir:appointments": System("Appointment.read"),
    "fhir:create-appointment": System("Appointment.write"),
    "fhir:appointment": System("Appointment.read"),
    "fhir:change-appointment": System("Appointment.write"),
    "fhir:communications": System("Communication.read"),
    "fhir:communication": System("Communication.read"),
    "fhir:patients": System("Patient.read"),
    "fhir:consents": System("Consent.read"),
    "fhir:consent": System("Consent.read"),
    "fhir:encounters": System("Encounter.read"),
    "fhir:encounter": System("Encounter.read"),
    "fhir:plans": System("PlanDefinition.read"),
    "fhir:create-plan": System("PlanDefinition.write"),
    "fhir:plan": System("PlanDefinition.read"),
    "fhir:change-plan": System("PlanDefinition.write"),
    "fhir:subscriptions": System("Subscription.read"),
    "fhir:create-subscription": System("Subscription.write"),
    "fhir:subscription": System("Subscription.read"),
    "fhir:change-subscription": System("Subscription.write"),
    "fhir:end-subscription": System("Subscription.write"),
    "fhir:told": System("Subscription.read"),
    "fhir:replay": System("Subscription.write"),
    "fhir:questionnaires": System("Questionnaire.read"),
    "fhir:create-questionnaire": System("Questionnaire.write"),
    "fhir:questionnaire": System("Questionnaire.read"),
    "fhir:change-questionnaire": System("Questionnaire.write"),
    "fhir:responses": System("QuestionnaireResponse.read"),
    "fhir:response": System("QuestionnaireResponse.read"),
    "fhir:binary": System("Binary.read"),
    "fhir:tasks": System("Task.read"),
    "fhir:create-task": System("Task.write"),
    "fhir:task": System("Task.read"),
}

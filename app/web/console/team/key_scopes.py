"""What a key may open, as the administrator chooses it and reads it later."""

from typing import NamedTuple

from starlette.datastructures import FormData

from app.access import scopes
from app.i18n import gettext as _


class Choice(NamedTuple):
    """One box of the form."""

    value: str
    words: str
    details: str
    scopes: tuple[str, ...]


def choices() -> list[Choice]:
    """Everything a key may be let do, in the order of the form."""
    return [
        Choice(
            "read-patients",
            _("Read patients"),
            _("Name, number, birth date, address"),
            ("system/Patient.read",),
        ),
        Choice(
            "add-patients",
            _("Add patients"),
            _("A number that is known already stays one person"),
            ("system/Patient.write",),
        ),
        Choice(
            "read-appointments",
            _("Read appointments"),
            _("What is booked for a patient, and what took place"),
            ("system/Appointment.read",),
        ),
        Choice(
            "book",
            _("Book and move"),
            _("Also call off, and say who came and when a session ended"),
            ("system/Appointment.write",),
        ),
        Choice(
            "read-encounters",
            _("Read what took place"),
            _("Sessions and visits, when they began and ended"),
            ("system/Encounter.read",),
        ),
        Choice(
            "read-consents",
            _("Read consents"),
            _("What a patient agreed to, and took back"),
            ("system/Consent.read",),
        ),
        Choice(
            "read-texts",
            _("Read texts"),
            _("What was texted with a patient, both ways"),
            ("system/Communication.read",),
        ),
        Choice(
            "read-forms",
            _("Read forms"),
            _("The questions, not the answers"),
            ("system/Questionnaire.read",),
        ),
        Choice(
            "add-forms",
            _("Add forms"),
            _("As FHIR Questionnaires"),
            ("system/Questionnaire.write",),
        ),
        Choice(
            "read-asked",
            _("See what a patient was asked"),
            _("And how far they are with it"),
            ("system/Task.read",),
        ),
        Choice(
            "ask",
            _("Ask a patient to fill in a form"),
            _("They get a text"),
            ("system/Task.write",),
        ),
        Choice(
            "read-answers",
            _("Read answers"),
            _("What patients sent in, with pictures and papers"),
            ("system/Binary.read", "system/QuestionnaireResponse.read"),
        ),
        Choice(
            "read-protocols",
            _("Read protocols"),
            _("As FHIR PlanDefinitions"),
            ("system/PlanDefinition.read",),
        ),
        Choice(
            "change-protocols",
            _("Add and change protocols"),
            _("What is asked, sent and booked around a session"),
            ("system/PlanDefinition.write",),
        ),
        Choice(
            "be-told",
            _("Be told of changes"),
            _("At an address of its own, of what it may read"),
            ("system/Subscription.read", "system/Subscription.write"),
        ),
        Choice(
            "read-team",
            _("See who works here"),
            _("The clinic's name and number, and the team's names"),
            ("system/Organization.read", "system/Practitioner.read"),
        ),
    ]


def asked(posted: FormData) -> list[str]:
    """The scopes of the boxes that were ticked."""
    ticked = posted.getlist("scopes")
    return [scope for each in choices() if each.value in ticked for scope in each.scopes]


def described(granted: str) -> list[str]:
    """What a key may do, in the form's words. What the form cannot say stands as it is kept."""
    if all(scopes.covers(granted, each) for each in scopes.EVERYTHING):
        return [_("Everything")]
    return [
        each.words
        for each in choices()
        if all(scopes.covers(granted, scope) for scope in each.scopes)
    ] or granted.split()

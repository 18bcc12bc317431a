"""What was found in a form that came, in words for whoever brought it."""

from app.i18n import gettext as _
from app.questionnaires.engine.findings import Finding


def said(finding: Finding) -> str:
    """One sentence, with the word of the file that it is about."""
    words = of_each_kind().get(finding.code)
    return words % {"about": finding.about} if words else finding.message


def line(finding: Finding) -> str:
    """The same with the question it is about, for a line of its own."""
    return f"{finding.link_id}: {said(finding)}" if finding.link_id else said(finding)


def of_each_kind() -> dict[str, str]:
    """The sentence for every code that a finding can have."""
    return {**_of_the_file(), **_refusals(), **_warnings(), **_left_out()}


def _of_the_file() -> dict[str, str]:
    """Why it cannot be read at all."""
    return {
        "too-large": _("The file is larger than 4 MiB."),
        "not-utf-8": _("The file is not text in UTF-8."),
        "not-json": _("The file is not JSON."),
        "same-name-twice": _("“%(about)s” stands twice in one object. Leave one."),
        "unreadable-signs": _("A text in the file holds signs that cannot be kept."),
        "not-an-object": _("The file is not a FHIR Questionnaire."),
        "not-a-questionnaire": _("The file is not a FHIR Questionnaire."),
        "name-too-long": _("Its url or version is too long."),
        "version-taken": _(
            "Version %(about)s of this form is here already and says something else. "
            "Give it another version."
        ),
    }


def _refusals() -> dict[str, str]:
    """What could change its meaning."""
    return {
        "no-items": _("It asks nothing."),
        "unreadable-items": _("Its items are not a list of items."),
        "too-many-items": _("It has more than 5,000 items."),
        "too-deep": _("Its items stand too deep within each other."),
        "no-link-id": _("An item has no linkId."),
        "duplicate-link-id": _("Two items have this linkId."),
        "unknown-type": _("“%(about)s” is not one of R4's item types."),
        "other-version": _("The element “%(about)s” belongs to another version of FHIR than R4."),
        "implicit-rules": _("It follows implicitRules that are not known here."),
        "modifier-extension": _("A modifierExtension may change what it means, and is not known."),
        "condition-nowhere": _("Its enableWhen points at “%(about)s”, which is not in the form."),
        "condition-on-itself": _("Its enableWhen points at itself."),
        "condition-no-question": _("Its enableWhen points at “%(about)s”, which has no answers."),
        "condition-left-out": _("Its enableWhen points at “%(about)s”, which is not asked here."),
        "unknown-operator": _("Its enableWhen has no operator that is known: “%(about)s”."),
        "unreadable-condition": _("Its enableWhen cannot be read."),
        "unreadable-rule": _("A rule for staff in it cannot be read."),
    }


def _warnings() -> dict[str, str]:
    """What is odd, and taken as it is most likely meant."""
    return {
        "no-status": _("It has no status, which FHIR requires."),
        "odd-status": _("Its status “%(about)s” is not one of FHIR's."),
        "shared-link-id": _("A help text has the same linkId as another item."),
        "renamed-type": _("R5's type “%(about)s” is read as R4's choice."),
        "value-set-not-found": _("Its value set is not in the file: it is asked as free text."),
        "no-options": _("It has no options: it is asked as free text."),
        "options-make-a-choice": _("It has options, and is asked as a choice."),
        "no-enable-behavior": _(
            "It has several conditions and no enableBehavior: all must be met."
        ),
        "coerced-answer": _("The answer in its enableWhen is written oddly; it was understood."),
        "other-answer-type": _("Its enableWhen compares unlike things, and is never met."),
        "odd-expression-name": _("The name “%(about)s” of an expression is odd."),
        "question-by-path": _("Its enableWhen names “%(about)s” by its path; it was understood."),
        "odd-pattern": _("Its pattern cannot be read. Answers are not held to it."),
        "slow-pattern": _("Its pattern can take too long to check. Answers are not held to it."),
        "odd-expression": _("An expression of it cannot be read. The form goes on without it."),
        "slow-expression": _("An expression of it can take too long, and is then stopped."),
    }


def _left_out() -> dict[str, str]:
    """What it says that is not done here."""
    return {
        "unknown-element": _("The element “%(about)s” is not R4's, and is left out."),
        "unknown-extension": _("The extension %(about)s is not known, and is left out."),
        "unknown-control": _("The control “%(about)s” is not known: it is asked in the usual way."),
        "reference-left-out": _("References are not asked: it is left out."),
        "option-left-out": _("An option cannot be read, and is left out."),
        "options-ignored": _("Its options are left out."),
        "initial-left-out": _("An answer given in advance cannot be read, and is left out."),
        "limit-left-out": _("A limit cannot be read, and is left out."),
        "expression-language": _("An expression is not in FHIRPath: “%(about)s”."),
        "text-expression": _("Its text is shown as it is written, not worked out."),
        "required-display": _("A text cannot be required."),
        "signature-of-the-form": _("A signature under the whole form is not asked for."),
    }

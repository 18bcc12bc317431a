"""What stands in the trail, in plain words, and which kind of act it is."""

from enum import StrEnum

from app.i18n import gettext as _
from app.web.console.trail import trail_words_done, trail_words_looked


class Kind(StrEnum):
    """What somebody who looks through the trail may want to see alone."""

    LOOKED = "looked"  # who saw what
    OUT = "out"  # what left the house, to a paper, a file or another system
    WAY_IN = "way-in"
    DONE = "done"


def kinds() -> list[tuple[str, str]]:
    """The kinds to choose from."""
    return [
        ("", _("Everything")),
        (Kind.LOOKED.value, _("Looked at")),
        (Kind.OUT.value, _("Taken out")),
        (Kind.WAY_IN.value, _("Ways in and out")),
        (Kind.DONE.value, _("Done")),
    ]


def said(action: str) -> str:
    """An action in words. One that nobody has put into words stands as it is recorded."""
    return _words().get(action, action.replace("-", " ").capitalize())


def is_put_into_words(action: str) -> bool:
    """Whether somebody has."""
    return action in _words()


def of_kind(kind: Kind) -> set[str]:
    """The actions of a kind that are named one by one."""
    return set(_NAMED.get(kind, ()))


_NAMED = {
    Kind.LOOKED: (
        "view",
        "view-course",
        "view-visit",
        "view-row",
        "read-answers",
        "read-file",
        "read-shared",
        "read-review",
        "read-course",
        "play-recording",
        "open-room",
    ),
    Kind.OUT: (
        "print-answers",
        "print-copy",
        "export-answers",
        "export-accounting",
        "export-record",
        "export-metrics",
        "export-schedule",
        "print-journal",
        "export-journal",
    ),
    Kind.WAY_IN: (
        "sign-in",
        "sign-out",
        "sign-out-everywhere",
        "switch-clinic",
        "invite",
        "withdraw-invitation",
        "join-staff",
        "join-person",
        "disable",
        "enable",
        "add-passkey",
        "remove-passkey",
        "remove-passkeys",
        "refuse-passkey",
        "refuse-code",
        "refuse-birth-date",
        "prove-browser",
        "create-api-key",
        "revoke-api-key",
    ),
}
NOT_DONE = {action for actions in _NAMED.values() for action in actions}


def _words() -> dict[str, str]:
    return trail_words_looked.words() | trail_words_done.words()

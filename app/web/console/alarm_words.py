"""Plain words, for everybody at the clinic, for what is wrong with the road of texts itself."""

from app.i18n import gettext as _
from app.messaging.alarms import AlarmCode


def said(code: str) -> tuple[str, str]:
    """What is wrong, and what follows from it for whoever works here."""
    phone = _("Please phone whoever must know something now.")
    known: dict[str, tuple[str, str]] = {
        AlarmCode.UNREGISTERED: (
            _("No texts are leaving: networks do not know our number yet"),
            phone,
        ),
        AlarmCode.SUSPENDED: (_("No texts are leaving: the text service has shut us off"), phone),
        AlarmCode.REFUSED: (
            _("No texts are leaving: the text service refuses our sign-in or number"),
            _("They wait and leave once that is put right. Until then, please phone."),
        ),
        AlarmCode.REGION: (
            _("Texts to another country did not leave"),
            _("Texts to that country are not switched on. Please phone instead."),
        ),
        AlarmCode.QUEUE_FULL: (
            _("Texts leave slowly: too many are waiting at the text service"),
            _("They leave in their order. Please phone whoever has a visit soon."),
        ),
        AlarmCode.FILTERED: (
            _("A network held back a text as unwanted"),
            _("The same words would be held back again. Say it in other words, or phone."),
        ),
        AlarmCode.STAFF_NUMBER: (
            _("A text to one of us did not arrive"),
            _("Please see under Team whether every number is right."),
        ),
        AlarmCode.WEBHOOK_MISSED: (
            _("Replies did not reach us by themselves"),
            _("They were fetched and stand in the inbox, some of them late."),
        ),
        AlarmCode.UNKNOWN_SENDER: (
            _("A text came in by a number that is no clinic's"),
            _("It is kept unread. Whoever runs the installation must look into it."),
        ),
        AlarmCode.NOT_UNDERSTOOD: (
            _("A text that came in cannot be shown"),
            _("It is kept and tried again. Whoever runs the installation must look into it."),
        ),
    }
    return known.get(code, (_("Texts may not leave as they should"), phone))

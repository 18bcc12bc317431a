"""What staff answer most often, ready to be sent or changed; in both languages."""

from dataclasses import dataclass

from app import i18n
from app.i18n import gettext as _
from app.messaging.wording import fitted
from app.people import phones
from app.people.models import Clinic


@dataclass(frozen=True)
class QuickReply:
    """One of them: what its button says, and the text that it puts into the box."""

    key: str
    title: str
    body: str


def all_of(clinic: Clinic, language: str) -> list[QuickReply]:
    """Every quick reply, words and buttons in `language`. One segment each, but for Spanish."""
    with i18n.using(language):
        return [
            QuickReply(key, title, fitted(body % _names(clinic))) for key, title, body in _replies()
        ]


def try_camera(clinic: Clinic) -> str:
    """Asks somebody to try camera and sound before their visit, in the language in use."""
    return fitted(
        _(
            "%(clinic)s: when you have a calm minute, please try your camera "
            "with the link we sent. Rather by phone? Reply CALL."
        )
        % _names(clinic)
    )


def _names(clinic: Clinic) -> dict[str, str]:
    return {"clinic": clinic.short_name, "phone": phones.spoken(clinic.phone)}


def _replies() -> list[tuple[str, str, str]]:
    return [
        (
            "phone",
            _("We'll phone you"),
            _("%(clinic)s: thank you for writing. One of us will phone you today."),
        ),
        (
            "rest",
            _("No rush"),
            _("%(clinic)s: that's all right. Rest first. Your place is safe."),
        ),
        (
            "times",
            _("Another time"),
            _("%(clinic)s: of course. Reply LATER and pick a time that is kinder."),
        ),
        (
            "bring",
            _("Yes, bring somebody"),
            _("%(clinic)s: yes, you are welcome to have somebody with you."),
        ),
        (
            "link",
            _("About the link"),
            _(
                "%(clinic)s: the link comes by text five minutes before. "
                "Tap it when you are ready. No login, nothing to install."
            ),
        ),
        (
            "ring-us",
            _("Please ring us"),
            _("%(clinic)s: we'd rather talk about this. Please ring us: %(phone)s."),
        ),
    ]

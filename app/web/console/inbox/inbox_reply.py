"""The box under a thread: what is in it, what it would cost, when it would leave."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from uuid import UUID, uuid4

from starlette.datastructures import FormData

from app import clock, i18n
from app.i18n import gettext as _
from app.messaging import own_replies, quick_replies, segments, writing
from app.messaging.models import ReplyTemplate, Thread
from app.messaging.quick_replies import QuickReply
from app.people.models import Patient
from app.web.console.faults import Faults


@dataclass(frozen=True)
class Draft:
    """What stands in the box. `form` names this box, so that two posts of it are one text."""

    body: str = ""
    form: str = field(default_factory=lambda: str(uuid4()))
    faults: Faults = field(default_factory=Faults)
    says_why: bool = False  # clinical words were found; it may be sent all the same
    was_taken_back: bool = False  # a text that was held and does not leave any more
    about: str = ""  # the visit whose time it asks about

    @property
    def counted(self) -> str:
        """What it takes: `60 of 160, one text`."""
        body = segments.plain(self.body).strip()
        room = (segments.SEVEN_BIT if self.is_plain else segments.SIXTEEN_BIT)[0]
        texts = segments.segments(body)
        words = one_text() if texts == 1 else many_texts()
        return words % {"signs": segments.length(body), "room": room, "texts": texts}

    @property
    def is_plain(self) -> bool:
        """Whether it holds no sign that halves the room of a text."""
        return segments.is_gsm(segments.plain(self.body))


def one_text() -> str:
    """What is said while the words fit one text, with places for the numbers."""
    return _("%(signs)s of %(room)s, one text")


def many_texts() -> str:
    """The same where they do not."""
    return _("%(signs)s signs, sent as %(texts)s texts")


def holds_less() -> str:
    """What is said of words with a sign outside the seven-bit alphabet."""
    return _("An unusual sign is in it, so a text holds less.")


def seen(form: FormData) -> datetime | None:
    """The newest text that stood before whoever posted this. None for what is no moment."""
    try:
        moment = datetime.fromisoformat(str(form.get("seen", "")))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def posted(form: FormData) -> Draft:
    """The box as it was posted, whatever is wrong with it."""
    try:
        name = str(UUID(str(form.get("form", ""))))
    except ValueError:
        name = str(uuid4())
    about = str(form.get("about", ""))
    return Draft(str(form.get("body", "")).replace("\r\n", "\n"), name, about=about)


def with_quick_reply(
    draft: Draft, patient: Patient, pressed: str, own: Sequence[ReplyTemplate]
) -> Draft:
    """The box after a quick reply was pressed where no script runs: `es:phone`."""
    language, _colon, key = pressed.partition(":")
    ready = _in(patient, i18n.known(language) or "en", own)
    reply = next((each for each in ready if each.key == key), None)
    if reply is None:
        return draft
    body = f"{draft.body.rstrip()} {reply.body}".lstrip()
    return Draft(body, draft.form, about=draft.about)


def quick(patient: Patient, own: Sequence[ReplyTemplate]) -> list[tuple[str, list[QuickReply]]]:
    """Both languages with their quick replies, the patient's own language first.

    `own`: those that the clinic keeps ready in its own words.
    """
    languages = sorted(i18n.LANGUAGES, key=lambda language: language != patient.language)
    return [(each, _in(patient, each, own)) for each in languages]


def _in(patient: Patient, language: str, own: Sequence[ReplyTemplate]) -> list[QuickReply]:
    shipped = quick_replies.all_of(patient.clinic, language)
    return own_replies.in_language(own, language) + shipped


def waits_until(patient: Patient, thread: Thread | None) -> datetime | None:
    """When a text written now would leave, if that is not at once."""
    at = writing.leaves_at(patient, thread)
    return at if at > clock.now() else None


@cache
def alphabet() -> str:
    """What the page's script counts with: the same signs and lengths as here."""
    return json.dumps(
        {
            "basic": segments.BASIC,
            "extended": segments.EXTENDED,
            "plain": segments.PLAIN,
            "sevenBit": segments.SEVEN_BIT,
            "sixteenBit": segments.SIXTEEN_BIT,
        },
        ensure_ascii=False,
    )

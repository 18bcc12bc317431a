"""Replies that a clinic keeps ready in its own words, beside those that come with Afterglow."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import trail
from app.i18n import gettext as _
from app.messaging import clinical_words, segments, writing
from app.messaging.models import ReplyTemplate
from app.messaging.quick_replies import QuickReply
from app.people.models import Clinic, Practitioner
from app.refusal import Refusal

LONGEST_TITLE = 40
_OWN = "own-"


class ReplyRefused(Refusal):
    """Something is missing in it, too long, or not fit for a glance at a phone."""


@dataclass(frozen=True)
class Worded:
    """A ready reply as it was typed; one language may be empty."""

    title: str
    body_en: str
    body_es: str


def of_clinic(db: Session, clinic: Clinic) -> Sequence[ReplyTemplate]:
    """Those that are in use, in the order of their making."""
    return db.scalars(
        select(ReplyTemplate)
        .where(ReplyTemplate.clinic_id == clinic.id, ReplyTemplate.retired_at.is_(None))
        .order_by(ReplyTemplate.made_at, ReplyTemplate.id)
    ).all()


def in_language(replies: Sequence[ReplyTemplate], language: str) -> list[QuickReply]:
    """Those that have words in a language, as they stand beside the box."""
    worded = ((each, each.body_es if language == "es" else each.body_en) for each in replies)
    return [QuickReply(f"{_OWN}{each.id}", each.title, body) for each, body in worded if body]


def keep(
    db: Session,
    clinic: Clinic,
    worded: Worded,
    *,
    by: Practitioner,
    there: ReplyTemplate | None = None,
) -> ReplyTemplate:
    """Keep a new ready reply, or give `there` other words. Refuses (ReplyRefused)."""
    worded = _checked(clinic, worded)
    reply = there
    if reply is None:
        reply = ReplyTemplate(clinic_id=clinic.id, made_at=clock.now(), title=worded.title)
        db.add(reply)
    reply.title, reply.body_en, reply.body_es = worded.title, worded.body_en, worded.body_es
    db.flush()  # the trail points at the row
    trail.record(db, "keep-reply", agent=by, entity=reply)
    return reply


def retire(db: Session, reply: ReplyTemplate, *, by: Practitioner) -> None:
    """It stands beside the box no more. Twice changes nothing."""
    if reply.retired_at is None:
        reply.retired_at = clock.now()
        trail.record(db, "retire-reply", agent=by, entity=reply)


def _checked(clinic: Clinic, worded: Worded) -> Worded:
    title = " ".join(worded.title.split())
    if not title:
        raise ReplyRefused(_("Enter a name for its button."), field="title")
    if len(title) > LONGEST_TITLE:
        raise ReplyRefused(_("Use at most 40 signs."), field="title")
    bodies = {"body_en": worded.body_en, "body_es": worded.body_es}
    bodies = {field: _body(clinic, field, body) for field, body in bodies.items()}
    if not any(bodies.values()):
        raise ReplyRefused(_("Write it in one language at least."), field="body_en")
    return Worded(title, **bodies)


def _body(clinic: Clinic, field: str, body: str) -> str:
    body = segments.plain(body.replace("\r\n", "\n")).strip()
    if len(body) > writing.LONGEST:
        raise ReplyRefused(
            _("That is %(count)s signs. Shorten it to %(most)s.")
            % {"count": len(body), "most": writing.LONGEST},
            field=field,
        )
    said = clinical_words.found(body, besides=(clinic.name, clinic.short_name))
    if said:
        named = ", ".join(f"“{word}”" for word in said)
        raise ReplyRefused(
            _("Whoever glances at the phone would read %(words)s. Say it without.")
            % {"words": named},
            field=field,
        )
    return body

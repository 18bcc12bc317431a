"""The quiet minutes of a session are planned with it, and planned anew when it moves or ends.

They share one link. What was opened, answered, skipped or texted stays so, however often this runs.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.db.once import add_once
from app.journal import checks, prompt_texts, sessions, timing, weeks
from app.journal import preferences as chosen
from app.journal.models import JournalPrompt, Moment
from app.journal.preferences import Preference
from app.journal.timing import Span
from app.links import magic_links
from app.links.models import LinkKind, MagicLink
from app.people.models import Patient
from app.plans import kept
from app.questionnaires import library
from app.scheduling import calendars
from app.scheduling import therapeutic_window as windows
from app.scheduling.models import Appointment


def plan(db: Session, infusion: Appointment, *, sent_stays: bool = False) -> None:
    """Offer what belongs after this session, at the times that its end gives now.

    `sent_stays`: it is the plan that changed and not the session, so that what was texted keeps its
    time and is not texted again.
    """
    db.flush()  # what was changed here already would be read over
    calendars.hold_appointment(db, infusion)
    _plan(db, infusion, sent_stays=sent_stays)
    for earlier in weeks.touched_by(db, infusion):
        _plan(db, earlier)


def ask_about_goals(db: Session, infusion: Appointment, visit_ended_at: datetime) -> None:
    """The visit after a session took place: goals old and new, in place of the days before it."""
    step = kept.plan_of(db, infusion).goals
    span = Span(visit_ended_at, visit_ended_at + timedelta(days=step.days))
    prompt = _made(db, infusion, Moment.GOALS, span)
    if prompt is not None and not step.is_on:
        prompt.cancelled_at = clock.now()  # nobody looks for it again
    elif prompt is not None:
        plan(db, infusion)


def withdraw(db: Session, infusion: Appointment) -> None:
    """It does not take place: nothing is asked after it, and its link opens nothing."""
    for prompt in of(db, infusion):
        prompt.cancelled_at = prompt.cancelled_at or clock.now()
        checks.withdraw(db, prompt)
        if prompt.link is not None:
            magic_links.revoke(prompt.link)
    prompt_texts.withdraw(db, infusion)


def of(db: Session, infusion: Appointment) -> list[JournalPrompt]:
    """All prompts of a session, cancelled ones as well, in the order in which they open."""
    return list(
        db.scalars(
            select(JournalPrompt)
            .options(joinedload(JournalPrompt.link), joinedload(JournalPrompt.packet))
            .where(JournalPrompt.appointment_id == infusion.id)
            .order_by(JournalPrompt.opens_at, JournalPrompt.id)
        )
    )


def follow_preference(db: Session, patient: Patient) -> None:
    """They chose other hours, or not to be asked: what is still to come follows."""
    follow_texts(db, patient)


def follow_texts(db: Session, patient: Patient) -> None:
    """They take texts now, or no more: what is still to come follows."""
    for infusion in with_prompts_ahead(db, patient):
        plan(db, infusion)


def follow_number(db: Session, patient: Patient) -> None:
    """They have another number, and every link was pulled back: what is to come gets a new one."""
    follow_texts(db, patient)


def with_prompts_ahead(db: Session, patient: Patient) -> list[Appointment]:
    """A patient's sessions after which something may still be asked."""
    open_still = select(JournalPrompt.appointment_id).where(
        JournalPrompt.patient_id == patient.id,
        JournalPrompt.cancelled_at.is_(None),
        JournalPrompt.closes_at > clock.now(),
    )
    return list(
        db.scalars(
            select(Appointment)
            .where(Appointment.id.in_(open_still))
            .order_by(Appointment.starts_at, Appointment.id)
        )
    )


def _plan(db: Session, infusion: Appointment, *, sent_stays: bool = False) -> None:
    if not sessions.took_or_takes_place(infusion):
        withdraw(db, infusion)
        return
    ended_at = windows.end_of(db, infusion)
    over_at = ended_at + timing.LINK_LIVES
    if over_at <= clock.now():
        return
    there = {prompt.moment: prompt for prompt in of(db, infusion)}
    link = _link(db, infusion, there.values(), over_at)
    preference = chosen.of(db, infusion.patient)
    spans = _spans(db, infusion, ended_at, preference, there)
    for moment, span in spans.items():
        prompt = there.get(moment) or _made(db, infusion, moment, span)
        if prompt is not None:
            _give(db, prompt, prompt if sent_stays and _was_texted(prompt) else span, link)
    for moment, prompt in there.items():
        if moment not in spans and _is_ahead(prompt):
            prompt.cancelled_at = prompt.cancelled_at or clock.now()
            checks.leave_out(db, prompt)
    prompt_texts.plan(db, infusion, of(db, infusion), preference)


def _spans(
    db: Session,
    infusion: Appointment,
    ended_at: datetime,
    preference: Preference,
    there: Mapping[Moment, JournalPrompt],
) -> dict[Moment, Span]:
    """When what is offered: also by what else takes place."""
    zone, follows = infusion.patient.zone, kept.plan_of(db, infusion)
    spans = timing.spans(ended_at, preference, zone, follows)
    talk = windows.visit_after(db, infusion)
    is_held = talk is not None and talk.status not in sessions.NEVER_WAS
    if talk is not None and is_held and Moment.MORNING in spans:
        spans[Moment.MORNING] = timing.beside_talk(
            spans[Moment.MORNING], ended_at, talk.starts_at, talk.ends_at, zone
        )
    week, goals = spans.get(Moment.WEEK), there.get(Moment.GOALS)
    if week is not None and weeks.is_followed(db, infusion, week.opens_at):
        spans[Moment.WEEK] = Span(week.opens_at, week.closes_at)
    if goals is not None and follows.goals.is_on:
        spans[Moment.DAYS] = timing.until(spans[Moment.DAYS], goals.opens_at)
        spans[Moment.GOALS] = Span(goals.opens_at, goals.closes_at)
    return spans


def _link(
    db: Session, infusion: Appointment, there: Iterable[JournalPrompt], over_at: datetime
) -> MagicLink:
    """The link that all prompts of a session share, while it opens anything."""
    for prompt in there:
        if prompt.link is not None:
            db.refresh(prompt.link)  # it may have been pulled back in this very transaction
            prompt.link.expires_at = over_at
            if magic_links.is_live(prompt.link):
                return prompt.link
    link = magic_links.mint(
        db,
        LinkKind.WRITE,
        clinic_id=infusion.clinic_id,
        patient_id=infusion.patient_id,
        appointment_id=infusion.id,
        expires_at=over_at,
    )
    db.flush()  # prompts and texts point at its row
    return link


def _made(db: Session, infusion: Appointment, moment: Moment, span: Span) -> JournalPrompt | None:
    """A new prompt; None when its time is over already."""
    if span.closes_at <= clock.now():
        return None
    prompt = JournalPrompt(
        clinic_id=infusion.clinic_id,
        patient_id=infusion.patient_id,
        appointment_id=infusion.id,
        moment=moment,
        questionnaire_id=library.for_clinic(db, infusion.clinic, f"journal-{moment}").id,
        opens_at=span.opens_at,
        closes_at=span.closes_at,
        made_at=clock.now(),
    )
    add_once(db, prompt)
    is_it = JournalPrompt.appointment_id == infusion.id, JournalPrompt.moment == moment
    return db.scalars(select(JournalPrompt).where(*is_it)).one()


def _was_texted(prompt: JournalPrompt) -> bool:
    return prompt.due_at is not None and prompt.due_at <= clock.now()


def _is_ahead(prompt: JournalPrompt) -> bool:
    """Whether nobody was texted about it, nor has seen it."""
    return not _was_texted(prompt) and prompt.opened_at is None and prompt.answered_at is None


def _give(
    db: Session, prompt: JournalPrompt, span: Span | JournalPrompt, link: MagicLink | None
) -> None:
    prompt.opens_at, prompt.closes_at, prompt.due_at = span.opens_at, span.closes_at, span.due_at
    prompt.link, prompt.cancelled_at = link, None
    checks.plan(db, prompt)

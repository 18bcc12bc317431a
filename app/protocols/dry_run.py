"""What a plan would do around a session that nobody has booked: for one patient who answers.

By the very rules that plan real ones. The reminder of forms and the nudge stand in it although a
patient who answers and comes gets neither; they count against no cap here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app import clock, i18n
from app.i18n import gettext as _
from app.intake import packets, timing
from app.intake.timing import Span
from app.journal import timing as after
from app.journal.models import Moment
from app.journal.preferences import Preference
from app.messaging import pick_up_texts, quiet_hours, texts
from app.messaging.wording import LINK
from app.outcomes import cadence
from app.outcomes.cadence import History
from app.people.models import Clinic
from app.plans.plan import Plan
from app.plans.steps import StepKind, is_on
from app.protocols import planned_things
from app.protocols.planned_things import Planned as Planned
from app.scheduling import day_before, integration, slots
from app.scheduling.slots import Slot
from app.scheduling.therapeutic_window import TherapeuticWindow


@dataclass(frozen=True)
class _Session:
    """What is only thought of."""

    clinic: Clinic
    plan: Plan
    starts_at: datetime
    ends_at: datetime
    zone: str
    language: str
    booked_at: datetime

    def say(self, words: Callable[[], str]) -> str:
        """A text as this patient reads it."""
        with i18n.using(self.language):
            return words().replace(LINK, _("(link)"))


def foresee(
    db: Session,
    clinic: Clinic,
    plan: Plan,
    starts_at: datetime,
    ends_at: datetime,
    *,
    zone: str,
    language: str,
    booked_at: datetime | None = None,
) -> list[Planned]:
    """Everything that such a session would bring, in its order. Nothing is written.

    `booked_at`: when it is booked, now if nothing is said.
    """
    booked_at = booked_at or clock.now()
    session = _Session(clinic, plan, starts_at, ends_at, zone, language, booked_at)
    slot = _slot(db, session)
    planned = [
        *_before(session),
        *_escort(session),
        *_visit(session, slot),
        *_quiet_minutes(session, slot),
        *_scales_after(session),
    ]
    shown = [_unless_off(each, plan) for each in planned]
    return sorted(planned_things.capped(shown, ends_at), key=lambda each: each.at)


def _unless_off(planned: Planned, plan: Plan) -> Planned:
    step = plan.step(planned.kind)
    if is_on(step):
        return planned
    return replace(planned, text=None, why_not=_("Left out in this protocol."))


def _before(session: _Session) -> Iterator[Planned]:
    """The forms, the checks, and which of them come in one text."""
    plan, zone, clinic, starts_at = session.plan, session.zone, session.clinic, session.starts_at
    opens_at = timing.opens(starts_at, session.booked_at, plan.intake)
    forms = timing.intake(starts_at, opens_at, plan.intake)
    eve = timing.eve(starts_at, session.booked_at, zone, plan.readiness_eve)
    morning = timing.morning(starts_at, session.booked_at, zone, plan.readiness_morning)
    yield Planned(
        StepKind.INTAKE,
        quiet_hours.next_awake(opens_at, zone),
        session.say(lambda: texts.intake(clinic, starts_at, zone)),
        until=forms.closes_at,
    )
    reminded_at = timing.reminder(forms, session.booked_at, zone, plan.intake)
    if reminded_at is not None and plan.intake.reminds:
        words = session.say(lambda: texts.reminder(clinic, starts_at, zone))
        yield Planned(StepKind.INTAKE, reminded_at, words, until=forms.closes_at)
    for kind, span, say in (
        (StepKind.READINESS_EVE, eve, texts.readiness_eve),
        (StepKind.READINESS_MORNING, morning, texts.readiness_morning),
    ):
        comes_along = plan.intake.is_on and packets.comes_with_forms(span, opens_at)
        yield _check(session, kind, span, say, opens_at if comes_along else None)
    scales_at = eve.opens_at if eve is not None and plan.readiness_eve.is_on else opens_at
    yield Planned(StepKind.SCALES_BEFORE, scales_at, until=starts_at)


def _check(
    session: _Session,
    kind: StepKind,
    span: Span | None,
    say: Callable[[Clinic, datetime, str], str],
    with_forms_at: datetime | None,
) -> Planned:
    if span is None:
        return Planned(kind, session.starts_at, why_not=_("There is no waking hour for it."))
    if with_forms_at is not None:
        return Planned(kind, with_forms_at, until=span.closes_at)
    words = session.say(lambda: say(session.clinic, session.starts_at, session.zone))
    at = quiet_hours.next_awake(span.opens_at, session.zone)
    return Planned(kind, at, words, until=span.closes_at)


def _escort(session: _Session) -> Iterator[Planned]:
    """Only where staff have named somebody; on the clock of the place."""
    clinic, minutes = session.clinic, session.plan.escort.minutes
    at = quiet_hours.next_awake(session.ends_at - timedelta(minutes=minutes), clinic.zone)
    words = session.say(lambda: pick_up_texts.asked(clinic, session.ends_at, clinic.zone))
    yield Planned(StepKind.ESCORT, at, words)


def _slot(db: Session, session: _Session) -> Slot | None:
    plan, clinic = session.plan, session.clinic
    window = TherapeuticWindow.after(session.ends_at, clinic, plan)
    start = max(window.opens_at, session.booked_at + integration.NOTICE)
    if not plan.visit.is_on or start >= window.closes_at:
        return None
    free = slots.free_slots(db, None, clinic, start, window.closes_at, plan.visit.length)
    return integration.choose(free, session.ends_at, None, session.zone, plan)


def _visit(session: _Session, slot: Slot | None) -> Iterator[Planned]:
    """The visit and its texts; without one nothing is said about it."""
    plan, zone, clinic = session.plan, session.zone, session.clinic
    if slot is None:
        why_not = _("No time with a clinician is free in the window.")
        yield Planned(StepKind.VISIT, session.ends_at + plan.visit.rest, why_not=why_not)
        return
    starts_at = slot.starts_at
    yield Planned(StepKind.VISIT, starts_at, until=slot.ends_at)
    yield _confirm(session, slot)
    yield _join(session, slot)
    nudges_at = starts_at + plan.nudge.after
    if quiet_hours.next_awake(nudges_at, zone) == nudges_at:
        words = session.say(lambda: texts.nudge(clinic))
        yield Planned(StepKind.NUDGE, nudges_at, words, until=slot.ends_at)
    yield Planned(
        StepKind.GOALS, slot.ends_at, until=slot.ends_at + timedelta(days=plan.goals.days)
    )


def _join(session: _Session, slot: Slot) -> Planned:
    plan, zone, starts_at = session.plan, session.zone, slot.starts_at
    at = quiet_hours.next_awake(starts_at - plan.join.before, zone)
    if at >= slot.ends_at:
        return Planned(StepKind.JOIN, starts_at, why_not=_("The visit is in the quiet hours."))
    who = slot.practitioner.display_name
    words = session.say(lambda: texts.join(session.clinic, who, starts_at, zone))
    return Planned(StepKind.JOIN, at, words, until=slot.ends_at)


def _confirm(session: _Session, slot: Slot) -> Planned:
    step, zone, starts_at = session.plan.confirm, session.zone, slot.starts_at
    at = day_before.due_at(
        starts_at,
        zone,
        session.booked_at,
        session=(session.starts_at, session.ends_at),
        step=step,
    )
    if at is None:
        at = day_before.a_day_before(starts_at, zone, step.days)
        return Planned(StepKind.CONFIRM, at, why_not=_("Too little time is left before the visit."))
    who = slot.practitioner.display_name
    words = session.say(lambda: texts.confirm(session.clinic, who, starts_at, zone))
    return Planned(StepKind.CONFIRM, at, words, until=starts_at - day_before.AT_LEAST)


def _quiet_minutes(session: _Session, slot: Slot | None) -> Iterator[Planned]:
    plan, clinic, zone = session.plan, session.clinic, session.zone
    spans = after.spans(session.ends_at, Preference(), zone, _all_on(plan))
    if slot is not None:
        spans[Moment.MORNING] = after.beside_talk(
            spans[Moment.MORNING], session.ends_at, slot.starts_at, slot.ends_at, zone
        )
    minute = session.say(lambda: texts.quiet_minute(clinic))
    week = session.say(lambda: texts.quiet_week(clinic))
    for moment, kind, words in (
        (Moment.EVENING, StepKind.EVENING, minute),
        (Moment.MORNING, StepKind.MORNING, minute),
        (Moment.WEEK, StepKind.WEEK, week),
    ):
        span = spans[moment]
        due_at = span.due_at
        # At night nobody is texted: it waits on the page.
        yield Planned(
            kind, due_at or span.opens_at, words if due_at else None, None, span.closes_at
        )
    checks, evening, morning = plan.checks, spans[Moment.EVENING], spans[Moment.MORNING]
    if plan.evening.is_on and checks.with_evening:
        yield Planned(StepKind.CHECKS, evening.opens_at, until=evening.closes_at)
    if plan.morning.is_on and checks.with_morning:
        until = morning.opens_at + timedelta(hours=checks.hours)
        yield Planned(StepKind.CHECKS, morning.opens_at, until=until)


def _scales_after(session: _Session) -> Iterator[Planned]:
    step, clinic = session.plan.scales_after, session.clinic
    history = History(
        zone=session.zone,
        last_end=session.ends_at,
        first_end=session.ends_at,
        after=timedelta(days=step.days or clinic.scales_after_days),
    )
    due = cadence.due(history, session.ends_at)
    if due is not None:
        words = session.say(lambda: texts.asked(clinic))
        yield Planned(StepKind.SCALES_AFTER, due.opens_at, words, until=due.closes_at)


def _all_on(plan: Plan) -> Plan:
    """The same with every quiet minute, to see when one that is off would be."""
    return replace(
        plan,
        evening=replace(plan.evening, is_on=True),
        morning=replace(plan.morning, is_on=True),
        week=replace(plan.week, is_on=True),
    )

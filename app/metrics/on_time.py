"""On-time integration: a talk of ten minutes, both sides connected, begun before the window closed.

What staff say counts where nothing can be measured: a call on the phone, a room elsewhere. Misses
on the clinic's side are misses. Where a miss stopped is said, never why.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.metrics.cohort import Cohort, Infusion
from app.metrics.figures import Fact, Metric, Row, State, state_of
from app.metrics.leaving_texts import Leavings
from app.metrics.talks import Talk
from app.telehealth.models import ProviderName, VisitResult, WhyNotHeld

SLUG = "on-time"
NONE_PLANNED = "none-planned"
BY_PHONE = "by-phone"
ELSEWHERE = "room-elsewhere"
NEVER_BOOKED = "never-booked"
UNDELIVERED = "text-undelivered"
NOT_OPENED = "not-opened"
NOT_JOINED = "opened-not-joined"
DENIED = "permission-denied"
ONE_SIDE = "one-side-only"
MOVED_OUTSIDE = "moved-outside"
CLINICIAN_LATE = "clinician-late"
OPTED_OUT = "opted-out"
LATE = timedelta(minutes=10)
_CALLS = (VisitResult.BY_PHONE, VisitResult.PART_BY_PHONE)


def measure(cohort: Cohort, talks: Mapping[UUID, Sequence[Talk]], leavings: Leavings) -> Metric:
    """One row an infusion."""
    rows = [_row(cohort, each, talks.get(each.id, ()), leavings) for each in cohort]
    return Metric(SLUG, cohort.period.months, rows)


def began(talk: Talk, least_minutes: int) -> tuple[datetime | None, tuple[str, ...]]:
    """When a talk that counts as held began, with how that is known. None: not held so far."""
    if talk.result in _CALLS:
        return talk.began_at, (BY_PHONE,)
    if talk.result is VisitResult.NOT_HELD:
        return None, ()
    if talk.provider is ProviderName.EXTERNAL:
        return (talk.started_at, (ELSEWHERE,)) if talk.held else (None, ())
    return (talk.started_at if talk.seconds >= 60 * least_minutes else None), ()


def _row(cohort: Cohort, infusion: Infusion, talks: Sequence[Talk], leavings: Leavings) -> Row:
    least = cohort.clinic.minutes_together
    state, why = state_of(infusion, cohort.now, "" if infusion.plans_visit else NONE_PLANNED)
    talk = _that_counts(talks, infusion, least)
    began_at, marks = began(talk, least) if talk else (None, ())
    is_hit = began_at is not None and began_at <= infusion.closes_at
    out_at = leavings.standing(infusion.patient_id, talk.starts_at if talk else infusion.closes_at)
    if state is State.COUNTED and not is_hit:
        why = _stopped(infusion, talk, began_at, out_at)
    return Row(
        infusion,
        talk.id if talk else infusion.id,
        state,
        is_hit and state is State.COUNTED,
        why,
        marks if is_hit else (),
        _facts(infusion, talk, out_at, least),
    )


def _that_counts(talks: Sequence[Talk], infusion: Infusion, least: int) -> Talk | None:
    """One that was on time if there is one, else the last that stands, else the last."""
    for talk in talks:
        began_at, _marks = began(talk, least)
        if began_at is not None and began_at <= infusion.closes_at:
            return talk
    return talks[-1] if talks else None


def _stopped(
    infusion: Infusion, talk: Talk | None, began_at: datetime | None, out_at: datetime | None
) -> str:
    """The step at which a miss stopped: the first of these that holds."""
    if talk is None or not talk.stands:
        return NEVER_BOOKED
    if _was_not_ready(infusion, talk):
        return MOVED_OUTSIDE
    sat = talk.sat
    if began_at is not None:
        in_time = sat is not None and sat.claimed_at and sat.claimed_at <= infusion.closes_at
        return CLINICIAN_LATE if in_time else MOVED_OUTSIDE
    if talk.opened_at is None:
        return OPTED_OUT if out_at else (UNDELIVERED if _is_lost(infusion, talk) else NOT_OPENED)
    if talk.fault == "denied" and talk.started_at is None:
        return DENIED
    if sat is None or sat.claimed_at is None:
        return NOT_JOINED
    return CLINICIAN_LATE if _was_kept_waiting(talk, sat.claimed_at) else ONE_SIDE


def _was_not_ready(infusion: Infusion, talk: Talk) -> bool:
    asked = talk.asked_at is not None or talk.reason is WhyNotHeld.NOT_READY
    return talk.starts_at > infusion.closes_at or asked


def _is_lost(infusion: Infusion, talk: Talk) -> bool:
    """Whether the link did not reach them: its text failed, or their number takes none."""
    failed_at = infusion.number_failed_at
    return talk.text_lost or (failed_at is not None and failed_at <= talk.starts_at)


def _was_kept_waiting(talk: Talk, claimed_at: datetime) -> bool:
    """Whether the clinician came, and let them in late or not at all."""
    admitted_at = talk.sat.admitted_at if talk.sat else None
    if admitted_at is None:
        return talk.host_came
    return admitted_at > max(claimed_at, talk.starts_at) + LATE


def _facts(
    infusion: Infusion, talk: Talk | None, out_at: datetime | None, least: int
) -> dict[str, Fact]:
    sat = talk.sat if talk else None
    facts: dict[str, Fact] = {
        "plans_visit": "yes" if infusion.plans_visit else "no",
        "least_seconds": 60 * least,
        "opted_out_at": out_at,
        "visit": str(talk.id) if talk else "",
    }
    if talk is None:
        return facts
    return facts | {
        "visit_status": talk.status.value,
        "visit_starts_at": talk.starts_at,
        "asked_for_another_time_at": talk.asked_at,
        "provider": talk.provider.value if talk.provider else "",
        "clinician_came": "yes" if talk.host_came else "no",
        "started_at": talk.started_at,
        "seconds_together": talk.seconds,
        "held_elsewhere": "" if talk.held is None else ("yes" if talk.held else "no"),
        "staff_said": talk.result.value if talk.result else "",
        "staff_said_why": talk.reason.value if talk.reason else "",
        "call_began_at": talk.began_at,
        "text_lost": "yes" if _is_lost(infusion, talk) else "no",
        "opened_at": talk.opened_at,
        "claimed_at": sat.claimed_at if sat else None,
        "admitted_at": sat.admitted_at if sat else None,
        "fault": talk.fault,
    }

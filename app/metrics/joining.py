"""Tap to joined: how long the steps took on the phone, and how many never got there.

Pages that were opened without anybody showing to be there count in nothing: scanners do that. To
wait for the clinician is a clock of its own.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from app.metrics.cohort import Cohort, Infusion
from app.metrics.figures import Fact, Metric, Row, State, state_of
from app.metrics.talks import Sat, Talk
from app.telehealth.models import ProviderName

SLUG = "joined"
NOT_TAPPED = "nobody-tapped"
NOBODY_SHOWN = "nobody-shown"
ELSEWHERE = "room-elsewhere"
FAMILIES = ("iphone", "android", "computer")
_RANKS = (50, 75, 95)
MEASURES = {
    "usable_ms": _RANKS,
    "join_ms": _RANKS,
    "allow_ms": _RANKS,
    "preview_ms": _RANKS,
    "both_to_remote_ms": _RANKS,
    "waited_seconds": _RANKS,
}


def measure(cohort: Cohort, talks: Mapping[UUID, Sequence[Talk]]) -> Metric:
    """One row a visit to whose page somebody came."""
    rows = [
        _row(cohort, infusion, talk)
        for infusion in cohort
        for talk in talks.get(infusion.id, ())
        if talk.stands or talk.seats
    ]
    return Metric(SLUG, cohort.period.months, rows, MEASURES)


def family(device: str) -> str:
    """iPhone, Android or computer: as coarse as it is kept."""
    if device.startswith(("iPhone", "iPad")):
        return "iphone"
    return "android" if device.startswith("Android") else "computer"


def _row(cohort: Cohort, infusion: Infusion, talk: Talk) -> Row:
    sat = talk.sat
    state, why = state_of(infusion, cohort.now, _why_not(talk, sat))
    is_joined = talk.started_at is not None or bool(sat and sat.steps["remote"])
    if state is State.COUNTED and not is_joined:
        why = talk.fault or "never-met"
    return Row(
        infusion,
        talk.id,
        state,
        is_joined and state is State.COUNTED,
        why,
        (family(sat.device),) if sat else (),
        _facts(talk, sat),
    )


def _why_not(talk: Talk, sat: Sat | None) -> str:
    if talk.provider is ProviderName.EXTERNAL:
        return ELSEWHERE
    if not talk.seats:
        return NOT_TAPPED
    return "" if sat else NOBODY_SHOWN


def _facts(talk: Talk, sat: Sat | None) -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        "visit": str(talk.id),
        "provider": talk.provider.value if talk.provider else "",
        "pages_opened": len(talk.seats),
        "fault": talk.fault,
        "visit_starts_at": talk.starts_at,
        "started_at": talk.started_at,
    }
    if sat is None:
        return facts
    both, remote = sat.steps["both"], sat.steps["remote"]
    return facts | {
        "family": family(sat.device),
        "pages_needed": sat.pages,
        "claimed_at": sat.claimed_at,
        "admitted_at": sat.admitted_at,
        **{f"{step}_ms": ms for step, ms in sat.steps.items()},
        "both_to_remote_ms": None if both is None or remote is None else max(0, remote - both),
        "waited_seconds": _waited(talk, sat),
    }


def _waited(talk: Talk, sat: Sat) -> int | None:
    """From being there, or the planned start if that is later, to being let in."""
    if sat.claimed_at is None or sat.admitted_at is None:
        return None
    since = max(sat.claimed_at, talk.starts_at)
    return max(0, (sat.admitted_at - since) // timedelta(seconds=1))

"""What stands on every console page: alerts to acknowledge, people to phone, people who wait.

Beside them, in the rail, how many texts wait for an answer, and how many answers for a clinician;
and below, whatever is wrong with the road of texts itself.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.intake import reviewing
from app.messaging import alarms
from app.messaging.models import Alarm
from app.people.models import Clinic
from app.safety import closing
from app.safety.models import SafetyAlert
from app.tasks import desk as tasks
from app.tasks.models import StaffTask, TaskCode
from app.telehealth import waiting
from app.telehealth.waiting import Waiting
from app.web.access import staff
from app.web.console import alarm_words, words
from app.web.console.inbox import inbox_list
from app.web.pages import page


@dataclass(frozen=True)
class Desk:
    """Everything that cannot wait."""

    unclosed: list[SafetyAlert]
    tasks: list[StaffTask]  # all that are open, urgent ones first
    waiting: list[Waiting]
    alarms: list[Alarm]  # of the installation, the same at every clinic
    inbox: int  # people who wait for an answer to a text
    review: int  # answers that wait for a clinician

    @property
    def alerts(self) -> list[SafetyAlert]:
        """What nobody has acknowledged."""
        return [alert for alert in self.unclosed if alert.acknowledged_at is None]

    @property
    def taken_on(self) -> list[SafetyAlert]:
        """What somebody sees to and has not closed."""
        return [alert for alert in self.unclosed if alert.acknowledged_at is not None]

    @property
    def calls(self) -> list[StaffTask]:
        """Who asked to be phoned now."""
        return [task for task in self.tasks if task.urgent and task.code is TaskCode.CALL_BACK]

    @property
    def alerted(self) -> set[UUID]:
        """The patients and strangers' threads that the alerts are about."""
        return {about for alert in self.alerts if (about := alert.patient_id or alert.thread_id)}

    @property
    def count(self) -> int:
        """How many people need somebody this minute: the number in the title."""
        return len(self.alerts) + len(self.calls) + len(self.waiting)

    @property
    def unanswered(self) -> int:
        """How many of them nobody has turned to: what rings."""
        return self.count - sum(each.host_is_here for each in self.waiting)


def desk_of(db: Session, clinic: Clinic) -> Desk:
    """What needs somebody at the clinic this minute."""
    inbox, review = db.execute(
        select(
            inbox_list.waiting_count(clinic.id).scalar_subquery(),
            reviewing.open_count(clinic.id).scalar_subquery(),
        )
    ).one()
    return Desk(
        unclosed=closing.unclosed(db, clinic),
        tasks=tasks.open_tasks(db, clinic.id),
        waiting=waiting.at_clinic(db, clinic.id),
        alarms=alarms.open_alarms(db, clinic),
        inbox=inbox,
        review=review,
    )


def beside_rows(db: Session, clinic: Clinic) -> Desk:
    """As much of it as lists need that are told what changed in them. Who waits is not in it."""
    review = db.execute(select(reviewing.open_count(clinic.id).scalar_subquery())).scalar_one()
    return Desk([], tasks.open_tasks(db, clinic.id), [], [], 0, review)


def desk_page(
    request: Request,
    db: Session,
    template: str,
    status: int = 200,
    *,
    section: str = "",
    desk: Desk | None = None,
    **context: Any,
) -> Response:
    """A console page with all of that on it. `section` names the place in the rail."""
    desk = desk or desk_of(db, request.state.clinic)
    return page(
        request,
        template,
        status,
        section=section,
        desk=desk,
        words=words,
        alarm_words=alarm_words,
        **{"may": partial(staff.may, request.state.practitioner.role)} | context,
    )


def is_nobodys_doing(request: Request) -> None:
    """A page that fetches itself anew is no activity: an unattended desk still signs itself out."""
    request.state.web_session = None

"""A task as the desk shows it: in words, with the one action for it."""

from dataclasses import dataclass

from app.i18n import gettext as _
from app.tasks.models import StaffTask, TaskCode
from app.web.console import live_list, words
from app.web.console.today.risk_words import Action, phone_action


@dataclass(frozen=True)
class ToDo:
    """A task in words, with the one thing to do about it."""

    row: StaffTask
    words: str
    action: Action

    @property
    def id(self) -> str:
        """Its own name on a page."""
        return f"task-{self.row.id}"

    @property
    def mark(self) -> str:
        """What it is, and everything that it shows."""
        patient = self.row.patient
        when = words.when(self.row.made_at, patient.clinic.zone)
        said = (patient.full_name, self.words, self.action, self.row.urgent)
        return live_list.mark(self.id, when, *said)


def shown(task: StaffTask) -> ToDo:
    """What is to be done, and where."""
    said = _("Wants a call to find a time") if wants_call(task) else words.task(task.code)
    return ToDo(task, said, _action(task))


def wants_call(task: StaffTask) -> bool:
    """Whether somebody who needs another time asked to be phoned about it."""
    return task.code is TaskCode.FIND_A_TIME and bool(number(task))


def number(task: StaffTask) -> str:
    """The number that somebody asked to be phoned at, or nothing."""
    # The note of these holds the number that was asked for; of other tasks it holds words.
    calls = (TaskCode.CALL_BACK, TaskCode.FIND_A_TIME)
    return task.note if task.code in calls and task.note.startswith("+") else ""


def _action(task: StaffTask) -> Action:
    patient = task.patient
    if task.code is TaskCode.FIND_A_TIME and not wants_call(task):
        return Action(_("Find a time"), f"/clinic/book?patient={patient.id}&service=integration")
    if task.code is TaskCode.ANSWER:
        return Action(_("Read the texts"), f"/clinic/inbox/{patient.id}")
    if task.code is TaskCode.BAD_NUMBER:
        return Action(_("Change the number"), f"/clinic/patients/{patient.id}/number")
    if task.code is TaskCode.OUTSIDE_WINDOW and task.appointment_id is not None:
        return Action(_("Look at the visit"), f"/clinic/appointments/{task.appointment_id}")
    if task.code is TaskCode.CANDIDATE:
        return Action(_("Look at the answers"), "/clinic/candidates")
    if task.code is TaskCode.INTAKE_LATE:
        return Action(_("See what is missing"), f"/clinic/patients/{patient.id}#asked")
    if task.code is TaskCode.ANOTHER_SESSION:
        return Action(_("Book a session"), f"/clinic/book?patient={patient.id}&service=infusion")
    if task.code is TaskCode.RECORD_OUTCOME and task.appointment_id is not None:
        there = f"/clinic/appointments/{task.appointment_id}#outcome"
        return Action(_("Say what it came to"), there)
    if task.code is TaskCode.DUPLICATE:
        return Action(_("Compare the records"), "/clinic/patients/doubles")
    return phone_action(patient, number=number(task))

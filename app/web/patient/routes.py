"""Everything for a patient who is signed in."""

from starlette.routing import BaseRoute

from app.web.patient import (
    aftercare,
    agreements,
    another_session,
    course,
    devices,
    goals,
    home,
    notices,
    offers,
)
from app.web.patient.intake import (
    camera_check,
    check,
    copies,
    elsewhere,
    files,
    packet,
    step,
)
from app.web.patient.journal import (
    delivering,
    delivering_files,
    entries,
    entry,
    now,
    own_copy,
    playback,
    shell,
    skip,
    write,
)
from app.web.patient.journal import hours as journal_hours

routes: list[BaseRoute] = [
    *home.routes,
    *another_session.routes,
    *aftercare.routes,
    *offers.routes,
    *notices.routes,
    *devices.routes,
    *agreements.routes,
    *course.routes,
    *goals.routes,
    *write.routes,
    *now.routes,
    *skip.routes,
    *delivering.routes,
    *delivering_files.routes,
    *shell.routes,
    *entries.routes,
    *entry.routes,
    *own_copy.routes,
    *playback.routes,
    *journal_hours.routes,
    *packet.routes,
    *elsewhere.routes,
    *check.routes,
    *camera_check.routes,
    *files.routes,
    *copies.routes,
    *step.routes,  # last: its address takes any name
]

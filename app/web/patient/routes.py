"""Everything for a patient who is signed in."""

from starlette.routing import BaseRoute

from app.web.patient import agreements, devices, home
from app.web.patient.intake import (
    camera_check,
    check,
    copies,
    elsewhere,
    files,
    packet,
    step,
)

routes: list[BaseRoute] = [
    *home.routes,
    *devices.routes,
    *agreements.routes,
    *packet.routes,
    *elsewhere.routes,
    *check.routes,
    *camera_check.routes,
    *files.routes,
    *copies.routes,
    *step.routes,  # last: its address takes any name
]

"""Everything for a patient who is signed in."""

from starlette.routing import BaseRoute

from app.web.patient import (
    agreements,
    camera_check,
    devices,
    home,
    intake_check,
    intake_copy,
    intake_elsewhere,
    intake_files,
    intake_packet,
    intake_step,
)

routes: list[BaseRoute] = [
    *home.routes,
    *devices.routes,
    *agreements.routes,
    *intake_packet.routes,
    *intake_elsewhere.routes,
    *intake_check.routes,
    *camera_check.routes,
    *intake_files.routes,
    *intake_copy.routes,
    *intake_step.routes,  # last: its address takes any name
]

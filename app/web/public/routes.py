"""Everything that needs no session."""

from starlette.routing import BaseRoute

from app.web.public import (
    choices,
    device_alerts,
    health,
    install,
    invitation,
    manifest,
    passkeys,
    privacy,
    pwa,
    safety,
    sign_in,
    start,
    start_times,
)

routes: list[BaseRoute] = [
    *sign_in.routes,
    *passkeys.routes,
    *invitation.routes,
    *choices.routes,
    *safety.routes,
    *device_alerts.routes,
    *privacy.routes,
    *install.routes,
    *manifest.routes,
    *pwa.routes,
    *start.routes,
    *start_times.routes,
    *health.routes,
]

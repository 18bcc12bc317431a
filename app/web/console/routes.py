"""Everything for staff, under /clinic."""

from starlette.routing import BaseRoute

from app.web.console import (
    alerts,
    appointments,
    book,
    live,
    patients,
    schedule,
    sign_in,
    today,
    visits,
)

entrance = today.entrance
routes: list[BaseRoute] = [
    *sign_in.routes,
    *today.routes,
    *alerts.routes,
    *live.routes,
    *book.routes,
    *appointments.routes,
    *patients.routes,
    *schedule.routes,
    *visits.routes,
]

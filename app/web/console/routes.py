"""Everything for staff, under /clinic."""

from starlette.routing import BaseRoute

from app.web.console import (
    alerts,
    appointments,
    asked,
    before_infusions,
    book,
    candidates,
    form_import,
    form_rules,
    forms,
    hours,
    inbox,
    keys,
    live,
    me,
    patients,
    progress,
    schedule,
    sign_in,
    team,
    today,
    visits,
)

entrance = today.entrance
routes: list[BaseRoute] = [
    *sign_in.routes,
    *today.routes,
    *inbox.routes,
    *alerts.routes,
    *live.routes,
    *book.routes,
    *appointments.routes,
    *patients.routes,
    *candidates.routes,
    *asked.routes,
    *progress.routes,
    *schedule.routes,
    *form_import.routes,
    *forms.routes,
    *form_rules.routes,
    *hours.routes,
    *before_infusions.routes,
    *team.routes,
    *keys.routes,
    *me.routes,
    *visits.routes,
]

"""Everything for staff, under /clinic."""

from starlette.routing import BaseRoute

from app.web.console import alerts, candidates, live, roles, sign_in
from app.web.console.appointments import appointments, quiet_hour, rescheduling, taking_home
from app.web.console.book import book, book_window
from app.web.console.clinic import before_infusions, closures, companion, hours, keeping, locations
from app.web.console.forms import form_import, form_pages, form_rules, forms, progress
from app.web.console.inbox import inbox, inbox_notes, inbox_strangers, replies
from app.web.console.numbers import numbers, numbers_settings
from app.web.console.patients import (
    asked,
    consents,
    course,
    journal,
    letting_go,
    patient_links,
    patient_number,
    patient_page,
    patient_records,
    patients,
)
from app.web.console.protocols import protocol_dry_run, protocol_page, protocol_steps, protocols
from app.web.console.review import responses, review
from app.web.console.schedule import schedule, schedule_file
from app.web.console.team import keys, me, my_devices, other_systems, team
from app.web.console.today import on_call, today
from app.web.console.trail import accounting, trail
from app.web.console.visits import visit_guests, visit_outcomes, visits

entrance = today.entrance
routes: list[BaseRoute] = roles.enforced(
    [
        *sign_in.routes,
        *today.routes,
        *inbox_strangers.routes,
        *inbox_notes.routes,
        *inbox.routes,
        *replies.routes,
        *on_call.routes,
        *alerts.routes,
        *live.routes,
        *book.routes,
        *book_window.routes,
        *appointments.routes,
        *rescheduling.routes,
        *quiet_hour.routes,
        *taking_home.routes,
        *patients.routes,
        *patient_records.routes,
        *letting_go.routes,
        *patient_page.routes,
        *patient_number.routes,
        *patient_links.routes,
        *course.routes,
        *responses.routes,
        *review.routes,
        *consents.routes,
        *candidates.routes,
        *asked.routes,
        *progress.routes,
        *schedule.routes,
        *schedule_file.routes,
        *form_import.routes,
        *forms.routes,
        *form_pages.routes,
        *form_rules.routes,
        *protocols.routes,
        *protocol_page.routes,
        *protocol_steps.routes,
        *protocol_dry_run.routes,
        *hours.routes,
        *closures.routes,
        *locations.routes,
        *before_infusions.routes,
        *keeping.routes,
        *companion.routes,
        *team.routes,
        *keys.routes,
        *trail.routes,
        *accounting.routes,
        *other_systems.routes,
        *me.routes,
        *my_devices.routes,
        *visits.routes,
        *visit_guests.routes,
        *visit_outcomes.routes,
        *numbers_settings.routes,
        *numbers.routes,
        *journal.routes,
    ]
)

"""What is tried with faults, and the tests that are to notice them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Area:
    """Modules that keep one promise, and the folders and files of the tests that hold them to it.

    Tests elsewhere are not asked: a fault that only they notice counts as missed.
    """

    modules: tuple[str, ...]
    tests: tuple[str, ...]


AREAS = {
    "links": Area(
        modules=(
            "app/security/tokens.py",
            "app/links/magic_links.py",
            "app/web/doors/exchange.py",
            "app/access/sign_in_links.py",
        ),
        tests=(
            "tests/links",
            "tests/security/test_tokens.py",
            "tests/access/test_sign_in_links.py",
            "tests/scheduling/test_fresh_link.py",
            "tests/scheduling/test_new_number.py",
            "tests/telehealth/test_guests.py",
            "tests/web/doors/test_exchange.py",
            "tests/web/test_escort.py",
            "tests/web/public/test_sign_in.py",
            "tests/web/patient/intake/test_doors.py",
            "tests/web/patient/journal/test_opening.py",
            "tests/web/visit/test_guest_room.py",
            "tests/web/visit/test_not_today.py",
            "tests/web/visit/test_quiet_hour.py",
        ),
    ),
    "sessions": Area(
        modules=(
            "app/access/web_sessions.py",
            "app/access/session_limits.py",
            "app/access/devices.py",
            "app/access/covers.py",
            "app/access/passkey_grants.py",
            "app/access/codes.py",
            "app/access/one_time_codes.py",
            "app/access/code_limits.py",
            "app/access/birth_dates.py",
            "app/access/attempts.py",
        ),
        tests=(
            "tests/access",
            "tests/web/public/test_sign_in.py",
            "tests/web/patient/test_devices.py",
            "tests/web/console/test_covers.py",
            "tests/web/console/test_my_devices.py",
        ),
    ),
    "outbox": Area(
        modules=tuple(
            f"app/messaging/{name}.py"
            for name in (
                *("outbox", "claims", "leaving", "pace", "caps", "quiet_hours", "delivery"),
                *("failing", "reconciling", "sweeping", "texts"),
            )
        ),
        tests=("tests/messaging", "tests/replies/test_by_sender.py", "tests/test_worker.py"),
    ),
    "guards": Area(
        modules=(
            "app/web/guards.py",
            "app/web/middleware/cross_origin.py",
            "app/web/visitors.py",
            "app/web/doors/guest_doors.py",
            "app/web/doors/escort_doors.py",
            "app/web/doors/session_doors.py",
            "app/web/doors/intake_doors.py",
            "app/web/doors/journal_doors.py",
            "app/web/step_up.py",
            "app/web/console/roles.py",
            "app/web/access/staff.py",
            "app/web/lines/sockets.py",
        ),
        tests=(
            "tests/house/test_guards.py",
            "tests/house/test_roles.py",
            "tests/asvs/test_browsers.py",
            "tests/asvs/test_who.py",
            "tests/demo/test_routes.py",
            "tests/web/middleware/test_cross_origin.py",
            "tests/web/test_errors.py",
            "tests/web/test_escort.py",
            "tests/web/test_guards.py",
            "tests/web/test_letting_in.py",
            "tests/web/lines/test_socket_limits.py",
            "tests/web/lines/test_sockets.py",
            "tests/web/test_step_up.py",
            "tests/web/console/test_live.py",
            "tests/web/console/test_roles.py",
            "tests/web/console/test_sign_in.py",
            "tests/web/console/test_team.py",
            "tests/web/fhir/test_door.py",
            "tests/web/hooks/test_twilio.py",
            "tests/web/patient/intake",
            "tests/web/patient/journal",
            "tests/web/patient/test_course.py",
            "tests/web/visit",
        ),
    ),
}

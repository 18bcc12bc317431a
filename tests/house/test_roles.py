"""What only some roles may do at the console, told from its addresses.

Apart from the table in `app/web/access/staff.py`: a line of it that is weakened is seen here.
"""

import re

import pytest

from app.people.models import Role
from app.web.access import staff
from tests.house.test_access_matrix import ROUTES

ANY = ("GET", "POST")
# Who changes the clinic, its team and its keys, sees the trail, or takes out or ends everything.
ADMINISTRATORS = [
    (ANY, r"/(keys|other-systems|trail|keeping)(/.*)?"),
    (ANY, r"/team/.+"),
    (("POST",), r"/(team|closures|locations|hours|before-infusions|companion|metrics)(/.*)?"),
    (("POST",), r"/protocols(/.*)?"),
    (("POST",), r"/alarms/clearance"),
    (("POST",), r"/appointments/[^/]+/left-out"),
    (("POST",), r"/patients/[^/]+/record/erasure"),
    (("GET",), r"/(locations/.+|protocols/[^/]+/steps/.+|metrics/settings|forms/[^/]+/answers)"),
]
# What patients answered, scored and recorded; which forms are asked, and what is made of answers.
CLINICIANS = [
    (ANY, r"/patients/[^/]+/(course|record|responses|journal|joining)(/.*)?"),
    (("POST",), r"/(forms|review)(/.*)?"),
    (("GET",), r"/forms/(new|[^/]+/rules/new)"),
]
# What outlasts the session, or takes out much at once.
WITH_A_FRESH_PASSKEY = [
    (("POST",), r"/team(/[^/]+(/(invitation|recovery|return))?)?"),
    (("POST",), r"/keys(/[^/]+/replacement)?"),
    (("POST",), r"/patients/[^/]+/(number|record/erasure)"),
    (("GET",), r"/(patients/[^/]+/record/copy|forms/[^/]+/answers)"),
]
CONSOLE = sorted(name.removeprefix("console:") for name in ROUTES if name.startswith("console:"))


def is_among(name, addresses):
    path, route = ROUTES[f"console:{name}"]
    asked = path.removeprefix("/clinic")
    methods = getattr(route, "methods", {"GET"})
    return any(
        not methods.isdisjoint(listed) and re.fullmatch(pattern, asked)
        for listed, pattern in addresses
    )


@pytest.mark.parametrize("name", [name for name in CONSOLE if name in staff.LEAST])
def test_an_address_wants_the_role_that_its_matter_wants(name):
    wanted = Role.COORDINATOR
    if is_among(name, CLINICIANS):
        wanted = Role.CLINICIAN
    if is_among(name, ADMINISTRATORS):
        wanted = Role.ADMINISTRATOR

    assert staff.least(name) is wanted


def test_what_outlasts_a_session_wants_a_passkey_shown_just_now():
    assert {name for name in CONSOLE if is_among(name, WITH_A_FRESH_PASSKEY)} == staff.NEEDS_PROOF


def test_who_is_nobody_yet_gets_to_the_ways_in_and_out_alone():
    before = {name for name in CONSOLE if name not in staff.LEAST}

    assert {name for name in CONSOLE if "/sign-" in ROUTES[f"console:{name}"][0]} >= before
    assert before == staff.BEFORE_SIGNING_IN


def test_what_nobody_declared_is_for_administrators():
    assert [role for role in Role if staff.may(role, "not-declared")] == [Role.ADMINISTRATOR]


def test_each_role_may_what_a_lesser_one_may():
    may = {role: {name for name in staff.LEAST if staff.may(role, name)} for role in Role}

    assert may[Role.COORDINATOR] < may[Role.CLINICIAN] < may[Role.ADMINISTRATOR]
    assert may[Role.ADMINISTRATOR] == set(staff.LEAST)

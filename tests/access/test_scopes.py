import pytest

from app.access import scopes
from app.access.scopes import NoScope, ScopeUnknown


@pytest.mark.parametrize(
    ("granted", "wanted", "opens"),
    [
        ("system/Patient.read", "system/Patient.read", True),
        ("system/Patient.read", "system/Patient.write", False),
        ("system/Patient.read", "system/Appointment.read", False),
        ("system/Patient.*", "system/Patient.write", True),
        ("system/*.read", "system/Communication.read", True),
        ("system/*.read", "system/Patient.write", False),
        ("system/*.*", "system/Patient.write", True),
        ("system/Patient.read system/Appointment.write", "system/Appointment.write", True),
        ("", "system/Patient.read", False),
        ("system/Patient.readme", "system/Patient.read", False),
        ("user/Patient.read", "system/Patient.read", False),
    ],
)
def test_a_scope_opens_what_it_names_and_no_more(granted, wanted, opens):
    assert scopes.covers(granted, wanted) is opens


def test_scopes_are_kept_once_each_and_in_order():
    asked = ["system/Patient.write", " system/Patient.read", "system/Patient.write"]

    assert scopes.written(asked) == "system/Patient.read system/Patient.write"


@pytest.mark.parametrize(
    "scope",
    ["patients", "system/Patient", "system/Observation.read", "system/Patient.rs", "user/*.read"],
)
def test_a_scope_that_opens_nothing_is_refused_by_its_name(scope):
    with pytest.raises(ScopeUnknown) as refused:
        scopes.written([scope, "system/Patient.read"])

    assert scope in refused.value.message


@pytest.mark.parametrize("asked", [[], [""]])
def test_a_key_that_opens_nothing_is_not_made(asked):
    with pytest.raises(NoScope):
        scopes.written(asked)

"""What a guard leaves behind: a page that knows the clinic, a cookie that travels as it should."""

import pytest
from starlette.responses import Response

from app.access.models import SessionKind
from app.people.models import Practitioner
from app.web import guards

NOWHERE = "0193b3c0-0000-7000-8000-000000000000"


def test_a_page_that_is_not_there_still_says_whom_to_call(signed_in, cast, database):
    with database.session() as db:
        db.get_one(Practitioner, cast.dr_okafor.id).clinic.phone = "+13125550110"
    desk = signed_in(cast.dr_okafor)

    missing = desk.get(f"/clinic/patients/{NOWHERE}")

    assert missing.status_code == 404
    assert "tel:+13125550110" in missing.text


@pytest.mark.parametrize("kind", SessionKind)
def test_a_desks_cookie_comes_from_no_other_site_and_a_phones_with_a_tapped_link(kind):
    answer = Response("")

    guards.set_session(answer, kind, "a-token", seconds=60)

    wanted = "strict" if kind is SessionKind.STAFF else "lax"
    assert f"samesite={wanted}" in answer.headers["set-cookie"].lower()

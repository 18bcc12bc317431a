"""What pressing the link beside a code does, and when it does nothing."""

import pytest

from app import clock
from app.access import codes, sign_in_links
from app.access.one_time_codes import NothingAsked
from app.access.sign_in_links import BirthDateWanted, Elsewhere
from app.links import magic_links
from app.links.models import LinkKind, LinkState
from tests.conftest import FRIDAY_NOON

PHONE, TABLET = "phone" * 4, "tablet" * 4


@pytest.fixture
def texted(db):
    """`texted(kind)`: Maya's code that waits in her phone, and the link beside it."""
    from tests.cast import gather

    maya = gather(db).maya

    def texted(kind=LinkKind.SIGN_IN):
        code = codes._new_code(maya, codes.hash_token(PHONE))
        link = magic_links.mint(
            db,
            kind,
            clinic_id=maya.clinic_id,
            patient_id=maya.id,
            expires_at=FRIDAY_NOON + 2 * codes.LIVES,
        )
        db.add(code)
        db.flush()
        code.link_id = link.id
        db.flush()
        return code, link

    return texted


@pytest.mark.parametrize("browser", [TABLET, None])
def test_elsewhere_it_shows_its_own_code_and_spends_nothing(db, texted, browser):
    texted()
    code, link = texted()

    assert sign_in_links.press(db, link, browser=browser) == Elsewhere(codes.digits_of(code))
    assert (code.spent_at, link.state) == (None, LinkState.MINTED)


def test_where_it_was_asked_for_it_is_spent_and_claimed(db, texted):
    code, link = texted()
    code.tries_left = 1

    assert sign_in_links.press(db, link, browser=PHONE) == BirthDateWanted()
    assert link.state is LinkState.CLAIMED


@pytest.mark.parametrize("why", ["spent", "no tries", "too old", "pulled back", "another kind"])
def test_a_code_that_is_over_is_not_even_shown(db, texted, why):
    code, link = texted(LinkKind.JOIN if why == "another kind" else LinkKind.SIGN_IN)
    if why == "spent":
        code.spent_at = clock.machine_now()
    elif why == "no tries":
        code.tries_left = 0
    elif why == "too old":
        clock.stand_still(FRIDAY_NOON, machine=code.expires_at)
    elif why == "pulled back":
        magic_links.revoke(link)
    db.flush()

    with pytest.raises(NothingAsked):
        sign_in_links.press(db, link, browser=TABLET)

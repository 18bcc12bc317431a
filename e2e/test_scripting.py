"""Words that would be a script are words: on every page, for patients and at the desk.

More of them, on both databases, are in `make bench`.
"""

import pytest

from bench.reliability.eye import Eye, Seen
from bench.reliability.payloads import payloads
from bench.reliability.scripting import SMALL, plant_and_look

TRAP = "http://localhost:1/trap"


def test_hostile_words_stay_words_wherever_they_come_in_and_are_shown(browser):
    came = plant_and_look("sqlite", SMALL, browser, "e2e-scripting")

    assert came.sentences() == []
    assert came.kept_pictures == 0
    assert len(came.planted) == len(came.seen.shown & came.planted) == SMALL.payloads
    assert came.verbatim == SMALL.payloads
    ways = {"journal", "text", "name by FHIR", "form by FHIR", "form /clinic/inbox/…/notes"}
    assert ways <= set(came.ways)


@pytest.mark.parametrize("number", [1, 6, 7, 12, 42, 55, 62, 75])
def test_the_eye_sees_words_that_a_page_takes_for_markup(browser, number):
    context, seen = browser.new_context(), Seen()
    words = payloads(number + 1)[number]
    context.route(
        "**/*", lambda route: route.fulfill(body=f"<p>{words}</p>", content_type="text/html")
    )

    Eye(context, seen).look(TRAP)
    context.close()

    assert seen.marked_up
    assert not seen.is_clean()

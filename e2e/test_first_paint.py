"""A question is itself at once: before its stylesheet is there it shows what it shows after."""

import pytest

from e2e.asked import link_of, open_link, shipped
from e2e.ehr import Ehr
from e2e.filling import go_on

NOA = "+17185550187"
LIGHTS = ("light", "dark", "gentle")


@pytest.fixture
def question(clinic) -> str:
    """The link to a form whose pages only ask to choose."""
    ehr = Ehr(clinic)
    ehr.wait_for_day()
    ehr.ask(ehr.patient("Noa", "Lind", NOA), shipped(ehr, "phq-9"))
    clinic.push("PT1M")
    return link_of(clinic, NOA)


def test_a_question_is_itself_before_its_stylesheet_is_there(clinic, question, new_phone):
    phone = new_phone(reduced_motion="reduce")
    open_link(phone, question)
    go_on(phone)
    phone.locator("main input[type=radio]").nth(1).check()
    go_on(phone)
    phone.locator("main input[type=radio]").first.wait_for()
    phone.go_back()
    phone.locator("main input[type=radio]:checked").wait_for()

    for light in LIGHTS:
        _compare(clinic, phone, light)


def _compare(clinic, phone, light: str) -> None:
    mood = "gentle" if light == "gentle" else "plain"
    address = clinic.url.replace("http://", "https://")
    phone.context.add_cookies([{"name": "__Host-ag_mood", "value": mood, "url": address}])
    phone.emulate_media(color_scheme="dark" if light == "dark" else "light")
    phone.reload(wait_until="networkidle")
    after = phone.screenshot()
    stopped = []
    phone.route("**/static/css/*", lambda asked: (stopped.append(asked), asked.abort()))
    phone.reload(wait_until="networkidle")
    before = phone.screenshot()
    phone.unroute("**/static/css/*")

    assert stopped, "no stylesheet was asked for: nothing was tried"
    assert before == after, light

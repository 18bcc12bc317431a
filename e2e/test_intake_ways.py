"""What goes wrong around a form: no signal, another window, another phone, another language."""

import re

from playwright.sync_api import Page, expect

from e2e import filling
from e2e.asked import link_of, open_link, shipped
from e2e.axe import violations
from e2e.ehr import Ehr

PHONE = "+17185550185"
WORDS = "To sleep through the night, and to laugh again."


def _asked(clinic, slug: str, **patient) -> str:
    """Noa is asked for one form; returns the link in the text."""
    ehr = Ehr(clinic)
    ehr.wait_for_day()
    ehr.ask(ehr.patient("Noa", "Lind", PHONE, **patient), shipped(ehr, slug))
    clinic.push("PT1M")
    return link_of(clinic, PHONE)


def _at_first_question(page: Page, link: str) -> str:
    """Open the link and start; returns the first question's link id."""
    open_link(page, link)
    if page.locator("main form [data-link-id]").count() == 0:
        filling.go_on(page)
    return str(page.locator("main form [data-link-id]").first.get_attribute("data-link-id"))


def test_without_signal_nothing_typed_is_lost_and_the_page_says_so(clinic, new_phone):
    page = new_phone()
    first = _at_first_question(page, _asked(clinic, "goals"))
    box = page.locator(f'[data-link-id="{first}"] textarea')
    box.fill(WORDS)

    page.context.set_offline(True)
    page.locator("main form [type=submit]:visible").last.click()

    expect(page.get_by_text("What you wrote is still on this page")).to_be_visible()
    expect(box).to_have_value(WORDS)
    assert violations(page) == []
    page.context.set_offline(False)
    expect(page.locator(f'[data-link-id="{first}"]')).to_have_count(0)
    page.go_back()
    expect(page.locator(f'[data-link-id="{first}"] textarea')).to_have_value(WORDS)


def test_back_and_reload_are_true(clinic, new_phone):
    page = new_phone()
    first = _at_first_question(page, _asked(clinic, "phq-9"))
    filling.answer(page.locator(f'[data-link-id="{first}"]'), "Several days")
    filling.go_on(page)
    second = page.url

    page.go_back()
    chosen = page.locator(f'[data-link-id="{first}"] input:checked')
    expect(chosen).to_have_count(1)
    page.reload()
    expect(chosen).to_have_count(1)
    page.go_forward()
    expect(page).to_have_url(second)


def test_two_windows_on_one_question_are_told_apart(clinic, new_phone):
    one = new_phone()
    first = _at_first_question(one, _asked(clinic, "goals"))
    two = one.context.new_page()
    two.goto(one.url)

    one.locator("textarea").fill("First words.")
    filling.go_on(one)
    two.locator("textarea").fill("Other words.")
    filling.go_on(two)

    expect(two.get_by_text("First words.")).to_be_visible()
    expect(two.get_by_text("Other words.").first).to_be_visible()
    assert violations(two) == []
    filling.go_on(two)
    two.goto(one.url)
    one.go_back()
    one.reload()
    expect(one.locator(f'[data-link-id="{first}"] textarea')).to_have_value(
        re.compile("First words.|Other words.")
    )


def test_another_phone_sees_no_answer_and_may_prove_or_begin_anew(clinic, new_phone):
    link = _asked(clinic, "goals", birthDate="1988-02-09")
    one, two = new_phone(), new_phone()
    first = _at_first_question(one, link)
    one.locator("textarea").fill(WORDS)
    filling.go_on(one)

    open_link(two, link)
    assert WORDS not in two.content()
    assert violations(two) == []
    two.get_by_role("button", name="Text me a code").click()
    two.get_by_label("Six digits").fill(_code(clinic))
    filling.go_on(two)
    two.get_by_label("Date of birth").or_(two.get_by_label("Your date of birth")).fill("1988-02-09")
    filling.go_on(two)
    two.go_back()

    three = new_phone()
    open_link(three, link)
    filling.go_on(three)
    asked = three.locator("main form [data-link-id]").first
    if asked.count() == 0:
        filling.go_on(three)
    expect(three.locator(f'[data-link-id="{first}"] textarea')).to_have_value("")
    filling.answer(three.locator(f'[data-link-id="{first}"]'), "Something else.")
    filling.go_on(three)
    one.reload()
    one.locator("main form").first.wait_for()
    assert violations(one) == []


def _code(clinic) -> str:
    for _ in range(20):
        clinic.push("PT1S")
        bodies = [text["body"] for text in clinic.texts(PHONE)]
        found = [re.search(r"code is (\d{6})", body) for body in bodies]
        if any(found):
            break
    return next(match for match in reversed(found) if match)[1]


def test_a_patient_who_speaks_spanish_reads_spanish_to_the_end(clinic, new_phone):
    spanish = [{"language": {"coding": [{"code": "es"}]}, "preferred": True}]
    page = new_phone(locale="es-US")
    _at_first_question(page, _asked(clinic, "phq-9", communication=spanish))

    expect(page.get_by_text("Ningún día").first).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "es"
    assert filling.to_the_end(page)
    expect(page.get_by_role("heading", name="Gracias").first).to_be_visible()


def test_a_narrow_phone_with_large_text_needs_no_sideways_scroll(clinic, new_phone):
    page = new_phone(viewport={"width": 320, "height": 640})
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => "
        "{ document.documentElement.style.fontSize = '200%' })"
    )
    _at_first_question(page, _asked(clinic, "gad-7"))

    def fits(shown: Page) -> None:
        assert shown.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    filling.to_the_end(page, on_page=fits)

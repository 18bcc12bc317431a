"""Filling in forms as a person does: what is on the page, one thing after the other."""

from collections.abc import Callable, Mapping
from pathlib import Path

from playwright.sync_api import Locator, Page

# A picture of one dot, for whatever asks for one.
PICTURE = Path(__file__).parent / "card.png"
_MOST_PAGES = 400
_TYPED = {
    "text": "Two words",
    "tel": "(718) 555-0190",
    "email": "robin@example.com",
    "url": "https://example.com/notes",
    "number": "7",
    "date": "1990-04-12",
    "datetime-local": "2026-11-20T09:30",
    "time": "09:30",
    "search": "word",
}

Answer = Callable[[Locator], None]


def to_the_end(
    page: Page,
    answers: Mapping[str, Answer | str] | None = None,
    *,
    stop_at: str = "",
    on_page: Callable[[Page], None] | None = None,
) -> list[str]:
    """Answer and go on until `main` holds no form. Returns the questions' link ids, in order.

    `answers` say what to do with some questions, by link id: a function of the question's group, or
    the words to choose or type. `stop_at`: leave when this question comes, before it is answered.
    """
    seen: list[str] = []
    for _ in range(_MOST_PAGES):
        if on_page is not None:
            on_page(page)
        if page.locator("main form").count() == 0:
            return seen
        questions = page.locator("main form [data-link-id]")
        asked = [str(each.get_attribute("data-link-id")) for each in questions.all()]
        if stop_at and stop_at in asked:
            return seen
        for link_id, question in zip(asked, questions.all(), strict=True):
            answer(question, (answers or {}).get(link_id))
            seen.append(link_id)
        go_on(page)
        refused = page.locator(".error-summary")
        if refused.count():
            raise AssertionError(f"{asked}: {refused.inner_text()}")
    raise AssertionError("the form has no end")


def once_a_kind(look: Callable[[Page], None]) -> Callable[[Page], None]:
    """Look at the first page of each kind: those that hold the same sorts of controls are alike."""
    seen: set[str] = set()

    def on_page(page: Page) -> None:
        kind = page.evaluate(_KIND)
        if kind not in seen:
            seen.add(kind)
            look(page)

    return on_page


_KIND = """
() => [...new Set([...document.querySelectorAll(
  "main :is(input:not([type=hidden]), select, textarea, button, fieldset, h1, h2, p, dl, ul, img)"
)].map((each) => [each.localName, each.type ?? "", each.className].join(".")))].sort().join(" ")
"""


def answer(question: Locator, how: Answer | str | None = None) -> None:
    """Answer one question: as told, else the first choice or something that fits."""
    if callable(how):
        how(question)
    elif question.locator("[data-link-id]").count():
        return  # what it holds is answered by itself
    elif how and question.get_by_label(how, exact=True).count():
        question.get_by_label(how, exact=True).first.check(force=True)
    else:
        _choose(question)
        _write(question, how)


def _choose(question: Locator) -> None:
    choices = question.locator("input[type=radio], input[type=checkbox]")
    if choices.count() and question.locator("input:checked").count() == 0:
        choices.first.check(force=True)
    for field in question.locator("select").all():
        if not field.input_value():
            field.select_option(index=1)


def _write(question: Locator, how: str | None) -> None:
    for field in question.locator("textarea").all():
        if field.is_editable() and not field.input_value():
            field.fill(how or "A few words.")
    for field in question.locator("input:not([type=radio], [type=checkbox], [type=hidden])").all():
        _fill(field, how)


def go_on(page: Page) -> None:
    """Press what goes on, and wait until the next page stands."""
    form = page.locator("main form").last
    form.evaluate("form => form.setAttribute('data-left', '')")
    form.locator("[type=submit]:visible").last.click()
    page.locator("main form[data-left]").wait_for(state="detached")
    page.wait_for_load_state("domcontentloaded")


def _fill(field: Locator, how: str | None) -> None:
    kind = field.get_attribute("type") or "text"
    if kind == "file":
        field.set_input_files(PICTURE)
        return
    if not field.is_visible() or not field.is_editable() or field.input_value():
        return
    value = how or _TYPED.get(kind, "Two words")
    if kind == "number":
        value = _within(field, value)
    if kind in ("date", "datetime-local", "time"):
        value = _not_outside(field, value)
    field.fill(value)


def _within(field: Locator, value: str) -> str:
    least, most = field.get_attribute("min"), field.get_attribute("max")
    number = float(value)
    if least and number < float(least):
        value = least
    if most and number > float(most):
        value = most
    return value


def _not_outside(field: Locator, value: str) -> str:
    least, most = field.get_attribute("min"), field.get_attribute("max")
    if least and value < least:
        value = least
    if most and value > most:
        value = most
    return value

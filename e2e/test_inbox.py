"""The inbox at a desk: live while somebody types, counted as carriers count, scripts or not."""

import pytest
from playwright.sync_api import Page, expect

from app.messaging import segments
from e2e.axe import violations
from e2e.test_console_desk import tab_to

SAM = "+17185550101"
ROBIN = "+19175550104"
STRANGER = "+15125550188"


def write(clinic, number: str, words: str) -> None:
    """A text from a patient's phone."""
    clinic.post("/demo/reply", {"from": number, "body": words})


def open_thread(clinic, desk: Page, name: str) -> None:
    desk.goto(f"{clinic.url}/clinic/inbox")
    desk.get_by_role("link", name=name).click()
    expect(desk.get_by_role("heading", name=name, level=1)).to_be_visible()


def test_a_new_text_appears_and_what_is_typed_stays(clinic, new_desk):
    write(clinic, SAM, "which entrance is it")
    desk = new_desk(clinic)
    open_thread(clinic, desk, "Sam Ellison")
    box = desk.get_by_label("Write to Sam")
    box.fill("The one on")
    desk.locator("summary", has_text="Español").click()

    write(clinic, SAM, "the blue one?")
    write(clinic, ROBIN, "where do I park")

    expect(desk.locator("#talk").get_by_text("the blue one?")).to_be_visible()
    expect(desk.locator(".threads").get_by_text("where do I park")).to_be_visible()
    expect(desk.locator("#inbox-count b")).to_have_text("2")
    expect(box).to_have_value("The one on")
    expect(desk.get_by_role("button", name="Send text")).to_be_visible()
    expect(desk.locator("details.more[open]")).to_have_count(1)
    assert violations(desk) == []


def test_a_question_is_answered_by_keyboard_alone(clinic, new_desk):
    write(clinic, SAM, "which entrance is it")
    desk = new_desk(clinic)
    desk.goto(f"{clinic.url}/clinic/inbox")

    desk.get_by_role("link", name="Sam Ellison").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Sam Ellison", level=1)).to_be_visible()
    tab_to(desk, "textbox", "Write to Sam")
    desk.keyboard.type("The blue door, on the left.")
    tab_to(desk, "button", "Send text")
    desk.keyboard.press("Enter")

    expect(desk.locator("#inbox-count b")).to_have_count(0)
    expect(desk.locator("#talk").get_by_text("by Dr. Patel, delivered")).to_be_visible()
    assert clinic.texts(SAM)[-1]["body"] == "The blue door, on the left."


def test_the_box_counts_as_carriers_do(clinic, new_desk):
    write(clinic, SAM, "which entrance is it")
    desk = new_desk(clinic)
    open_thread(clinic, desk, "Sam Ellison")
    box, said = desk.get_by_label("Write to Sam"), desk.locator(".talk__length")

    for body in (
        "",
        "x" * 160,
        "x" * 161,
        "[" * 80,
        "[" * 81,
        "“quoted” – and so on…",
        "mañana",
        "í" * 70,
        "í" * 71,
        "😀" * 35,
        "😀" * 36,
        "two\nlines",
    ):
        box.fill(body)
        sent = segments.plain(body)
        texts = segments.segments(sent)
        ends = "one text" if texts == 1 else f"sent as {texts} texts"
        shown = said.inner_text()
        assert shown.startswith(f"{segments.length(sent)} "), (body, shown)
        assert shown.endswith(ends), (body, shown)


def test_a_quick_reply_fills_the_box_and_gives_way_to_another(clinic, new_desk):
    write(clinic, SAM, "which entrance is it")
    desk = new_desk(clinic)
    open_thread(clinic, desk, "Sam Ellison")
    box = desk.get_by_label("Write to Sam")

    desk.get_by_role("button", name="No rush").click()
    desk.get_by_role("button", name="We'll phone you").click()
    expect(box).to_be_focused()
    expect(box).to_have_value("Northside: thank you for writing. One of us will phone you today.")

    box.fill("Dear Sam.")
    desk.get_by_role("button", name="No rush").click()
    expect(box).to_have_value(
        "Dear Sam. Northside: that's all right. Rest first. Your place is safe."
    )


@pytest.mark.parametrize("width", [320, 1280])
def test_the_inbox_works_without_scripts(clinic, new_desk, browser, width):
    write(clinic, SAM, "not today please")
    write(clinic, STRANGER, "is this the dentist")
    state = new_desk(clinic).context.storage_state()
    context = browser.new_context(
        storage_state=state, java_script_enabled=False, viewport={"width": width, "height": 800}
    )
    desk = context.new_page()
    desk.goto(f"{clinic.url}/clinic/inbox")
    desk.get_by_role("link", name="Sam Ellison").click()
    desk.locator(".times__time summary").first.click()
    desk.get_by_role("button", name="Move the visit to").first.click()
    expect(desk.locator(".times__time")).to_have_count(0)
    desk.get_by_role("button", name="No rush").click()
    expect(desk.get_by_label("Write to Sam")).not_to_be_empty()
    desk.get_by_role("button", name="Send text").click()
    expect(desk.locator("#talk").get_by_text("Rest first.")).to_be_visible()

    desk.goto(f"{clinic.url}/clinic/inbox")
    desk.get_by_role("link", name="(512) 555-0188").click()
    desk.get_by_role("button", name="Done").click()
    expect(desk.get_by_text("Nobody waits for an answer.")).to_be_visible()
    context.close()

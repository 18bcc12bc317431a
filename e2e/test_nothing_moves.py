"""Whoever is about to press something finds it where it was."""

from playwright.sync_api import expect

from e2e.visits import a_visit

WATCH = """
window.moved = []
new PerformanceObserver((list) => window.moved.push(...list.getEntries().map(({ value }) => value)))
  .observe({ type: "layout-shift", buffered: true })
"""


def test_nothing_in_the_waiting_room_moves_as_the_camera_comes_on(clinic, new_phone):
    phone = new_phone()
    phone.goto(a_visit(clinic).link)
    expect(phone.get_by_role("button", name="I am here")).to_be_visible()
    phone.add_init_script(WATCH)

    phone.reload()

    expect(phone.get_by_text("Your camera works.")).to_be_visible()
    expect(phone.get_by_role("button", name="I am here")).to_be_visible()
    assert phone.evaluate("window.moved") == []

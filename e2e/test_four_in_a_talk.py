"""A talk of four: patient, clinician and two whom they invited, each by a link of their own."""

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.axe import violations
from e2e.calls import LISTEN_IN
from e2e.visits import a_visit, open_room, tap

SISTER, FRIEND = "+17185550171", "+17185550172"
SLOW = 60_000
# How many of the others are seen to move and heard, from now on: as soon as it is so many, or else
# after a minute. A busy machine shows each of them, but not each within the same second.
_LIVELY = """async (others) => {
  const read = async () => {
    const found = new Map()
    for (const peer of window.__peers) {
      if (peer.connectionState !== "connected") continue
      let frames = 0, energy = 0
      for (const report of (await peer.getStats()).values()) {
        if (report.type !== "inbound-rtp") continue
        frames += report.kind === "video" ? report.framesDecoded : 0
        energy += report.kind === "audio" ? report.totalAudioEnergy : 0
      }
      found.set(peer, { frames, energy })
    }
    return found
  }
  const before = await read()
  for (let turn = 1; ; turn += 1) {
    await new Promise((done) => setTimeout(done, 500))
    const now = await read()
    const lively = [...now].filter(([peer, { frames, energy }]) => {
      const was = before.get(peer)
      if (!was) before.set(peer, { frames, energy })
      return was && frames > was.frames + 3 && energy > was.energy
    }).length
    if (lively === others || turn === 120) return lively
  }
}"""


# How wide the pictures are that come in, the narrowest first.
_WIDTHS = """async () => {
  const widths = []
  for (const peer of window.__peers) {
    if (peer.connectionState !== "connected") continue
    for (const report of (await peer.getStats()).values()) {
      if (report.type === "inbound-rtp" && report.kind === "video") widths.push(report.frameWidth)
    }
  }
  return widths.sort((one, other) => one - other)
}"""


def invite(desk: Page, name: str, number: str) -> None:
    desk.get_by_text("Invite somebody").click()
    desk.get_by_label("Name, as the others see it").fill(name)
    desk.get_by_label("Phone number").fill(number)
    desk.get_by_role("button", name="Invite and text").click()
    expect(desk.get_by_text(f"{name}, ")).to_be_visible()


def link_of(clinic, number: str) -> str:
    clinic.push("PT10S")
    found = [re.search(r"http://\S+/g#\w+", text["body"]) for text in clinic.texts(number)]
    return [match[0] for match in found if match][-1]


def expect_all_see_all(*pages: Page) -> None:
    others = len(pages) - 1
    for page in pages:
        assert page.evaluate(_LIVELY, others) == others


@pytest.fixture(scope="module")
def browser(launch_browser, browser_type_launch_args):
    """A browser of its own: its four cameras take few pictures, which two cores can send about."""
    arguments = [each.replace("fps=30", "fps=8") for each in browser_type_launch_args["args"]]
    browser = launch_browser(args=arguments)
    yield browser
    browser.close()


@pytest.fixture
def visit(clinic, new_desk):
    """Sam's sister and a friend are invited to Robin's talk; the desk stands in its room."""
    visit = a_visit(clinic)
    desk = new_desk(clinic)
    desk.goto(visit.room.replace("/visits/", "/appointments/"))
    invite(desk, "Sam", "718 555 0171")
    invite(desk, "Ada", "718 555 0172")
    expect(desk.get_by_text("Four take part: nobody else can be invited.")).to_be_visible()
    assert violations(desk) == []
    desk.add_init_script(LISTEN_IN)
    open_room(desk, visit)
    return visit, desk


def test_all_four_see_and_hear_each_other(clinic, visit, new_phone):
    visit, desk = visit
    patient, sister, friend = (new_phone(device_scale_factor=1) for _ in range(3))
    for phone, link in (
        (patient, visit.link),
        (sister, link_of(clinic, SISTER)),
        (friend, link_of(clinic, FRIEND)),
    ):
        phone.add_init_script(LISTEN_IN)
        phone.goto(link)
        tap(phone, None)
    assert violations(sister) == []

    for name in ("Sam", "Robin", "Ada"):
        row = desk.locator(".seat", has_text=name)
        expect(row).to_be_visible(timeout=SLOW)
        row.get_by_role("button", name="Admit").click()
    for phone in (patient, sister, friend):
        expect(phone.locator("[data-others] li")).to_have_count(2, timeout=SLOW)

    expect_all_see_all(desk, patient, sister, friend)
    beside = patient.evaluate(_WIDTHS)[:2]
    assert all(width <= 320 for width in beside), beside  # who is shown small is sent small
    names = sister.locator("[data-others] [data-name]").all_inner_texts()
    assert sorted(names) == ["Ada", "Robin"]
    assert violations(sister) == []

    friend.reload()
    tap(friend, None) if friend.get_by_role("button", name="I am here").is_visible() else None
    expect(friend.locator("[data-others] li")).to_have_count(2, timeout=SLOW)
    expect_all_see_all(desk, patient, sister, friend)

    sister.get_by_role("button", name="End the talk").tap()
    expect(patient.locator("[data-others] li")).to_have_count(1, timeout=SLOW)
    expect_all_see_all(desk, patient, friend)


def test_a_guest_whose_invitation_was_taken_back_learns_nothing(clinic, visit, new_phone):
    visit, desk = visit
    link, sister = link_of(clinic, SISTER), new_phone()
    desk.goto(visit.room.replace("/visits/", "/appointments/"))

    desk.get_by_role("button", name="Take back the invitation of Sam").click()
    expect(desk.get_by_text("Sam, ")).to_have_count(0)
    sister.goto(link)

    expect(sister.get_by_role("heading")).to_have_text("This link no longer opens anything.")

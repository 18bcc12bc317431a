"""The line goes and comes back: loss, another device, relays, a phone that was locked away."""

import json
import os
import shutil
import subprocess
import time

import pytest
from playwright.sync_api import expect

from e2e.calls import LISTEN_IN, expect_moving_pictures_and_sound
from e2e.conftest import free_port
from e2e.visits import a_visit, admit, open_room, tap

# Every connection goes through a relay, as behind the strictest networks.
RELAY_ONLY = """
const Listened = window.RTCPeerConnection
const relayed = (given) => ({ ...given, iceTransportPolicy: 'relay' })
window.RTCPeerConnection = class extends Listened {
  constructor(given) { super(relayed(given)) }
  setConfiguration(given) { super.setConfiguration(relayed(given)) }
}
"""
PAIR = """async () => {
  for (const peer of window.__peers) {
    if (peer.connectionState !== 'connected') continue
    const reports = await peer.getStats()
    for (const pair of reports.values()) {
      if (pair.type !== 'candidate-pair' || !pair.nominated) continue
      const ends = [pair.localCandidateId, pair.remoteCandidateId]
      return ends.map((id) => reports.get(id).candidateType)
    }
  }
}"""


def test_a_line_that_goes_altogether_heals_by_itself(clinic, new_phone, new_desk):
    visit, desk, phone = a_visit(clinic), new_desk(clinic), new_phone()
    for page in (desk, phone):
        page.context.add_init_script(LISTEN_IN)
    lose = losing(phone)
    lose(0)
    open_room(desk, visit)
    tap(phone, visit)
    admit(desk)
    expect_moving_pictures_and_sound(phone)

    lose(100)
    expect(phone.get_by_text("Finding you again. Stay here.")).to_be_visible()
    time.sleep(3)
    lose(0)

    expect_moving_pictures_and_sound(phone, within=30_000)
    expect_moving_pictures_and_sound(desk, within=30_000)
    expect(phone.get_by_text("Finding you again. Stay here.")).to_be_hidden()
    expect(desk.locator('[data-action="admit"]')).to_have_count(0)


def test_a_tap_on_admit_reaches_the_clinic_though_its_line_died_that_moment(
    clinic, new_phone, new_desk
):
    visit, desk, phone = a_visit(clinic), new_desk(clinic), new_phone()
    swallowed = swallowing(desk, "admit")
    open_room(desk, visit)
    tap(phone, visit)
    admit(desk)

    assert len(swallowed) == 1


def swallowing(page, kind):
    """The first message of a kind goes nowhere, and its line ends. → what was swallowed."""
    swallowed = []

    def carry(socket):
        clinic = socket.connect_to_server()

        def say(message):
            if swallowed or json.loads(message)["type"] != kind:
                clinic.send(message)
            else:
                swallowed.append(message)
                socket.close()

        socket.on_message(say)

    page.route_web_socket("**/socket", carry)
    return swallowed


def losing(page):
    """`lose(percent)`: so much of what the page sends and receives is lost."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    line = {"offline": False, "latency": 20, "downloadThroughput": 5e6, "uploadThroughput": 5e6}

    def lose(percent):
        session.send("Network.emulateNetworkConditions", {**line, "packetLoss": percent})

    return lose


def test_a_second_device_waits_marked_and_takes_over_only_when_admitted(
    clinic, new_phone, new_desk
):
    visit, desk, phone, tablet = a_visit(clinic), new_desk(clinic), new_phone(), new_phone()
    for page in (desk, phone, tablet):
        page.context.add_init_script(LISTEN_IN)
    open_room(desk, visit)
    tap(phone, visit)
    admit(desk)
    expect_moving_pictures_and_sound(phone)

    tap(tablet, visit)
    expect(desk.get_by_text("A second device")).to_be_visible()
    expect(tablet.get_by_role("heading", name="Dr. Patel is coming.")).to_be_visible()
    expect_moving_pictures_and_sound(phone)

    desk.locator('[data-action="admit"]').click()

    expect_moving_pictures_and_sound(tablet)
    expect(phone.get_by_role("heading", name="open on another screen")).to_be_visible()


def test_the_clinicians_page_may_be_loaded_again_in_the_middle(clinic, new_phone, new_desk):
    visit, desk, phone = a_visit(clinic), new_desk(clinic), new_phone()
    for page in (desk, phone):
        page.context.add_init_script(LISTEN_IN)
    open_room(desk, visit)
    tap(phone, visit)
    admit(desk)
    expect_moving_pictures_and_sound(phone)

    desk.reload()

    expect_moving_pictures_and_sound(desk)
    expect_moving_pictures_and_sound(phone)
    expect(desk.locator('[data-action="admit"]')).to_have_count(0)


def test_the_phone_may_be_offline_for_a_while(clinic, new_phone, new_desk):
    visit, desk, phone = a_visit(clinic), new_desk(clinic), new_phone()
    for page in (desk, phone):
        page.context.add_init_script(LISTEN_IN)
    open_room(desk, visit)
    tap(phone, visit)
    admit(desk)
    expect_moving_pictures_and_sound(phone)

    phone.context.set_offline(True)
    expect_moving_pictures_and_sound(phone)
    phone.context.set_offline(False)
    phone.get_by_role("button", name="Mute").tap()

    expect(desk.get_by_text("Robin is muted")).to_be_visible()


@pytest.fixture
def relayed_clinic(tmp_path, open_clinic):
    """A clinic with a relay of its own on loopback."""
    program = shutil.which("turnserver")
    assert program, "coturn is needed: install Debian's package"
    port = free_port()
    with (tmp_path / "turn.log").open("w") as log:
        relay = subprocess.Popen(
            [
                program,
                "-n",
                f"--listening-port={port}",
                "--listening-ip=127.0.0.1",
                "--relay-ip=127.0.0.1",
                "--use-auth-secret",
                "--static-auth-secret=a-secret-between-two",
                "--realm=clinic",
                "--allow-loopback-peers",
                "--no-tls",
                "--no-dtls",
                "--no-cli",
                f"--pidfile={tmp_path / 'turn.pid'}",
                f"--userdb={tmp_path / 'turn.db'}",
            ],
            stdout=log,
            stderr=log,
            cwd=tmp_path,
            env={**os.environ},
        )
    yield open_clinic(
        AFTERGLOW_TURN_URLS=f"turn:127.0.0.1:{port}?transport=udp",
        AFTERGLOW_TURN_SECRET="a-secret-between-two",
    )
    relay.terminate()
    relay.wait(10)


def test_a_talk_that_has_only_a_relay_passes(relayed_clinic, new_phone, new_desk):
    visit, desk, phone = a_visit(relayed_clinic), new_desk(relayed_clinic), new_phone()
    for page in (desk, phone):
        page.context.add_init_script(LISTEN_IN)
        page.context.add_init_script(RELAY_ONLY)
    open_room(desk, visit)
    tap(phone, visit)
    admit(desk)

    expect_moving_pictures_and_sound(phone)
    expect_moving_pictures_and_sound(desk)
    assert phone.evaluate(PAIR) == ["relay", "relay"]

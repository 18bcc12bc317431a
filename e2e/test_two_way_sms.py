"""What a patient writes back: understood, answered, and seen by a person."""

from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from e2e.axe import violations
from e2e.calls import LISTEN_IN, expect_moving_pictures_and_sound
from e2e.visits import PHONE, a_visit, admit, moved_to, open_room, tap


def say(clinic, words: str) -> str:
    """Robin texts; returns what came back at once, or nothing."""
    before = len(clinic.texts(PHONE))
    clinic.post("/demo/reply", {"from": PHONE, "body": words})
    clinic.push("PT1S")
    answers = [text["body"] for text in clinic.texts(PHONE)[before:] if text["to"] == PHONE]
    return answers[-1] if answers else ""


def address(body: str) -> str:
    return next(word for word in body.split() if word.startswith("http"))


def test_one_sentence_leads_to_a_new_time_and_the_talk_is_held(clinic, new_phone, new_desk):
    visit, phone, desk = a_visit(clinic), new_phone(), new_desk(clinic)
    desk.goto(f"{clinic.url}/clinic")

    answer = say(clinic, "Not ready today, can we try tomorrow?")
    expect(desk.get_by_text("Asked for another time").first).to_be_visible()

    asked = new_phone(permissions=[])
    asked.goto(address(answer))
    asked.locator('[data-action="pick-time"]').last.tap()
    asked.wait_for_url("**/chosen")
    expect(asked.get_by_text("We text you a fresh link just before.")).to_be_visible()
    starts_at = moved_to(clinic, visit)
    before = {text["id"] for text in clinic.texts(PHONE)}
    now = datetime.fromisoformat(clinic.get("/demo/clock")["now"])
    ahead = starts_at - timedelta(minutes=4) - now
    clinic.push(f"PT{int(ahead.total_seconds())}S")
    fresh = [each["body"] for each in clinic.texts(PHONE) if each["id"] not in before]
    [joining] = [body for body in fresh if "/j#" in body]
    phone.goto(visit.link)
    expect(phone.get_by_role("heading", name="Your talk has a new time.")).to_be_visible()

    for side in (phone, desk):
        side.add_init_script(LISTEN_IN)
    open_room(desk, visit)
    phone.goto(address(joining))
    tap(phone, None)
    admit(desk)
    expect_moving_pictures_and_sound(phone)
    expect_moving_pictures_and_sound(desk)


def test_a_question_goes_to_a_person_who_answers_it_from_the_inbox(clinic, new_desk):
    a_visit(clinic)
    desk = new_desk(clinic)
    desk.goto(f"{clinic.url}/clinic/inbox")

    line = say(clinic, "is it ok if my sister sits next to me")
    row = desk.get_by_role("link", name="is it ok if my sister sits next to me")
    expect(row).to_be_visible()
    row.click()
    desk.get_by_label("Write to Robin").fill("Of course. Whoever makes it easier for you.")
    desk.get_by_role("button", name="Send text").click()
    expect(desk.get_by_text("Of course. Whoever makes it easier for you.").first).to_be_visible()
    assert violations(desk) == []

    clinic.push("PT1S")
    newest = clinic.texts(PHONE)[-1]
    assert "988" in line
    assert newest["body"] == "Of course. Whoever makes it easier for you."
    desk.goto(f"{clinic.url}/clinic/inbox")
    row = desk.locator(".threads li", has_text="Robin Vale")
    expect(row).not_to_contain_text("Question")


def test_words_that_may_mean_danger_are_answered_at_once_and_call_somebody(clinic, new_desk):
    a_visit(clinic)
    desk = new_desk(clinic)
    desk.goto(f"{clinic.url}/clinic")

    answer = say(clinic, "i dont want to be here anymore")

    assert "988" in answer
    assert "911" in answer
    _acknowledge(desk)
    rung = [text for text in clinic.get("/demo/messages.json") if "alert needs you" in text["body"]]
    assert len(rung) == 1
    clinic.push("PT1H")
    again = [text for text in clinic.get("/demo/messages.json") if "alert needs" in text["body"]]
    assert again == rung


def test_whoever_wants_no_texts_gets_none_and_still_gets_the_talk(clinic, new_phone, new_desk):
    visit, phone, desk = a_visit(clinic), new_phone(), new_desk(clinic)

    say(clinic, "stop texting me")
    after = len(clinic.texts(PHONE))
    clinic.push("PT3M")

    assert len(clinic.texts(PHONE)) == after
    desk.goto(f"{clinic.url}/clinic")
    expect(desk.get_by_text("Wants no more texts").first).to_be_visible()
    open_room(desk, visit)
    tap(phone, visit)
    admit(desk)


def _acknowledge(desk: Page) -> None:
    expect(desk.get_by_text("wrote words that may mean danger").first).to_be_visible()
    desk.get_by_role("button", name="Acknowledge").first.click()
    expect(desk.get_by_text("wrote words that may mean danger")).to_have_count(0)

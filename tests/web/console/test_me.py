"""What a member of staff chooses for themselves."""


def test_ringing_aloud_is_switched_on_and_off(desk, cast):
    assert "data-ring" not in desk.get("/clinic").text

    desk.post("/clinic/me", data={"ring_aloud": "1"})
    assert "data-ring" in desk.get("/clinic").text

    desk.post("/clinic/me", data={})
    assert "data-ring" not in desk.get("/clinic").text


def test_signing_out_everywhere_ends_every_browser(signed_in, cast):
    here, there = signed_in(cast.dr_okafor), signed_in(cast.dr_okafor)

    answer = here.post("/clinic/me/sign-out")

    assert answer.headers["location"] == "/clinic/sign-in"
    assert there.get("/clinic").headers["location"] == "/clinic/sign-in"


def test_one_sees_where_one_is_signed_in(desk, cast):
    text = desk.get("/clinic/me").text

    assert "This one" in text

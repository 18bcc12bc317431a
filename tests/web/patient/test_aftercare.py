"""What better waits until the next day, with the time at which it ends, and a gentler light."""

import re
from datetime import timedelta

from app import clock

# On the page's own root: in the style that stands in each page the light is named too.
GENTLE = re.compile(r'<html[^>]* data-mood="gentle"')


def at(moment):
    clock.stand_still(moment, machine=moment)


def test_home_says_until_when_there_is_no_driving(signed_in, cast):
    page = signed_in(cast.maya).get("/").text

    # ended on Thursday at 2:00 pm
    assert "Until Friday, 2:00 pm, and a full night" in page
    assert 'href="/aftercare"' in page


def test_the_list_says_what_waits_and_until_when(signed_in, cast):
    page = signed_in(cast.maya).get("/aftercare").text

    assert "Take it easy until Friday, 2:00 pm." in page
    for words in (
        "drive",
        "machines",
        "heights",
        "children",
        "alcohol",
        "cannabis",
        "law",
        "sleep",
    ):
        assert words in page
    assert 'href="tel:911"' in page


def test_a_day_later_nothing_has_to_wait(signed_in, cast):
    at(cast.infusion.ends_at + timedelta(hours=24))
    phone = signed_in(cast.maya)

    assert "/aftercare" not in phone.get("/").text
    assert "Nothing to keep away from now." in phone.get("/aftercare").text


def test_nobody_in_particular_reads_no_time(client, cast):
    assert "2:00" not in client.get("/aftercare").text


def test_the_time_is_on_the_patients_own_clock_in_their_language(signed_in, cast):
    phone = signed_in(cast.maya)
    phone.cookies.set("__Host-ag_lang", "es", domain="afterglow.test")

    assert "viernes" in phone.get("/aftercare").text


def test_the_light_is_gentle_for_that_day_and_not_longer(signed_in, cast):
    assert GENTLE.search(signed_in(cast.maya).get("/").text)
    assert not GENTLE.search(signed_in(cast.theo).get("/").text)

    at(cast.infusion.ends_at + timedelta(hours=24))
    assert not GENTLE.search(signed_in(cast.maya).get("/").text)


def test_who_wants_the_bright_light_keeps_it(signed_in, cast):
    phone = signed_in(cast.maya)
    phone.post("/gentle", data={"on": "0", "to": "/"})

    assert not GENTLE.search(phone.get("/").text)


def test_the_page_says_to_the_phone_whose_it_is_and_nothing_more(signed_in, client, cast):
    mine, again = (signed_in(cast.maya).get("/").text for _ in range(2))
    owner = re.search(r'<html[^>]* data-owner="(\w+)"', mine)[1]

    assert f'data-owner="{owner}"' in again
    assert f'data-owner="{owner}"' not in signed_in(cast.theo).get("/").text
    assert "data-owner" not in client.post("/safety").text

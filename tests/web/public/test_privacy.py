"""Anybody may read what is kept, who sees it and the terms of the texts."""

import re

from app.people.models import Clinic


def words_of(response):
    return re.search(r"<main.*</main>", response.text, re.DOTALL)[0]


def test_anybody_can_read_what_is_kept_and_the_terms_of_texts(client, cast):
    response = client.get("/privacy")

    assert response.status_code == 200
    words = words_of(response)
    assert "not sold or shared for marketing" in words
    assert "Message and data rates may apply. Reply STOP" in words
    assert "no ads and no trackers" in words


def test_it_has_the_name_and_number_of_the_clinic_that_sent_them(client, cast):
    words = words_of(client.get("/privacy?clinic=northside"))

    assert "Northside Clinic" in words
    assert f'href="tel:{cast.clinic.phone}"' in words


def test_a_clinic_that_is_not_known_makes_no_difference(client, cast):
    response = client.get("/privacy?clinic=elsewhere")

    assert response.status_code == 200
    assert "your clinic" in words_of(response)


def test_it_speaks_spanish(client, cast):
    words = words_of(client.get("/privacy", headers={"accept-language": "es"}))

    assert "Quién lo ve" in words
    assert "Who sees it" not in words


def test_whoever_begins_finds_it(client, cast, database):
    with database.session() as db:
        db.get_one(Clinic, cast.clinic.id).takes_candidates = True

    assert 'href="/privacy?clinic=northside"' in client.get("/start?clinic=northside").text

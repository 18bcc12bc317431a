import pytest

from app.messaging import clinical_words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Your ketamine session is at ten.", ["ketamine"]),
        ("Tome su dosis a las diez.", ["dosis"]),
        ("Therapy, and therapy again.", ["Therapy", "therapy"]),
        ("The infusion helps with depression.", ["infusion", "depression"]),
        ("Su psiquiatra le llamará.", ["psiquiatra"]),
        ("Su infusión es mañana.", ["infusión"]),
    ],
)
def test_a_word_that_says_what_somebody_comes_for_is_found(body, words):
    assert clinical_words.found(body) == words


@pytest.mark.parametrize(
    "body",
    [
        "Would 4:30 this afternoon be kinder?",
        "Have a good trip, and bring your sister.",
        "The doctor will see you at ten.",
        "Please don't drive that day.",
        "¿Mejor mañana por la tarde?",
        "It is terrible weather; take your time.",
    ],
)
def test_plain_words_are_left_alone(body):
    assert clinical_words.found(body) == []


def test_a_word_is_named_once():
    assert clinical_words.found("ketamine and ketamine") == ["ketamine"]


def test_a_clinics_own_name_gives_nothing_away_that_it_has_not():
    body = "Hudson Ketamine Therapy: see you at ten."

    assert clinical_words.found(body, besides=("Hudson Ketamine Therapy", "")) == []
    assert clinical_words.found(body) == ["Ketamine", "Therapy"]

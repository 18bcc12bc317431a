"""Words that may mean danger, in anything patients write."""

import pytest

from app.safety import notation
from app.safety.words import tell_of_danger


@pytest.mark.parametrize(
    "written",
    [
        "Slept badly.\nThe music was lovely, then it turned. I do not want to be here anymore.",
        "Hoy fue un día largo. A ratos pienso que sería mejor estar muerta.",
        "I’M NOT GOING TO KILL MYSELF, I promise",
        "k1ll my self",
        "S U I C I D E",
        "ya no puedo más",
        "I took 30 tylenol",
    ],
)
def test_danger_is_heard_inside_a_longer_entry(written):
    assert tell_of_danger(written)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "My phone died and I was dying to hear the end of the song.",
        "Dr. Patel was killing it today, we drove 30 kms for this",
        "Me muero de risa con mi hermana, y me corté el pelo",
        "I took 2 tylenol and slept",
        "Tomé mis medicinas de siempre",
        "No estoy segura si puedo",
        "Not sure I feel anything yet, the garden was safe and warm",
    ],
)
def test_everyday_words_are_no_danger(written):
    assert not tell_of_danger(written)


def test_a_plea_counts_when_it_is_all_there_is():
    assert tell_of_danger("Help me!")
    assert not tell_of_danger("help me find the form")


@pytest.mark.parametrize("line", ["stop (texting [me]|calling)", "stop (texting|calling]", "a|b"])
def test_a_list_of_phrases_says_when_its_brackets_do_not_match(line):
    with pytest.raises(ValueError, match="do not match"):
        notation.phrases(line)

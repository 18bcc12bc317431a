import pytest

from app.messaging.segments import is_gsm, plain, segments, without_accents


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),  # each takes two
        ("€" * 81, 2),
        ("ñ" * 160, 1),
        ("é" * 160, 1),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("á" * 134, 2),
        ("á" * 135, 3),
        ("💛" * 35, 1),  # two units each
        ("💛" * 36, 2),
        ("a" * 159 + "“", 3),
    ],
)
def test_a_text_is_counted_as_carriers_count_it(body, count):
    assert segments(body) == count


def test_typographic_signs_become_plain_ones():
    assert plain("“We’ll – call…” \xa0\u202f—") == '"We\'ll - call..."   -'


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("Dr. García", "Dr. Garcia"),
        ("Núñez", "Nuñez"),
        ("Zoë", "Zoe"),
        ("Müller Åse", "Müller Åse"),
        ("código", "codigo"),
        ("¿Mañana, más té?", "¿Mañana, mas té?"),
        ("Łukasz", "Łukasz"),
        ("李 💛", "李 💛"),
        ("", ""),
    ],
)
def test_an_accent_that_carriers_do_not_know_is_left_out_where_a_letter_remains(written, sent):
    assert without_accents(plain(written)) == sent


def test_the_alphabet_is_the_one_of_the_standard():
    known = [chr(n) for n in range(0x2500) if is_gsm(chr(n))]

    assert len(known) == 127 + 9  # without the escape; the form feed is of no use in a text

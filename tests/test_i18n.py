from datetime import UTC, date, datetime
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app import catalogues, i18n
from app.i18n import gettext as _

EVENING = datetime(2026, 11, 19, 3, 5, tzinfo=UTC)  # still Wednesday at the clinic
ZONE = "America/New_York"


@pytest.mark.parametrize(
    ("tag", "known"),
    [("en", "en"), ("es-MX", "es"), ("ES", "es"), ("de", None), ("", None), (None, None)],
)
def test_a_language_is_known_by_its_first_part(tag, known):
    assert i18n.known(tag) == known


@pytest.mark.parametrize(
    "path", [*Path(i18n.__file__).parent.glob("locale/*/*/*.po")], ids=lambda path: path.parts[-3]
)
def test_the_words_are_read_as_babel_reads_them(path):
    wanted = BytesIO()
    write_mo(wanted, read_po(BytesIO(path.read_bytes())))
    wanted.seek(0)

    ours = GNUTranslations(catalogues.compiled(path))

    assert ours._catalog == GNUTranslations(wanted)._catalog


def test_words_that_are_missing_or_unsure_are_left_in_english(tmp_path):
    path = tmp_path / "some.po"
    path.write_text(
        'msgid "One\\n"\n"and \\"two\\""\nmsgstr "Uno\\ny \\"dos\\""\n\n'
        '#, fuzzy\nmsgid "Three"\nmsgstr "Trece"\n\nmsgid "Four"\nmsgstr ""\n'
    )

    said = GNUTranslations(catalogues.compiled(path))

    assert said.gettext('One\nand "two"') == 'Uno\ny "dos"'
    assert [said.gettext(word) for word in ("Three", "Four")] == ["Three", "Four"]


def test_a_language_holds_for_its_block_and_no_longer():
    with i18n.using("es"):
        assert i18n.language() == "es"
        with i18n.using("en"):
            assert i18n.language() == "en"
        assert i18n.language() == "es"
    assert i18n.language() == "en"


def test_an_unknown_language_is_english():
    with i18n.using("xx"):
        assert i18n.language() == "en"


def test_days_and_times_are_those_on_the_clinics_wall():
    assert i18n.local_day(EVENING, ZONE) == "Wednesday, November 18"
    assert i18n.local_clock(EVENING, ZONE) == "10:05 pm"
    assert i18n.local_weekday(EVENING, ZONE, short=True) == "Wed"
    assert i18n.local_short_day(EVENING, ZONE) == "Wed, Nov 18"
    assert i18n.local_date(date(2026, 11, 18)) == "Nov 18, 2026"
    assert i18n.local_month_day(EVENING, ZONE) == "November 18"
    assert i18n.local_month_day(EVENING, ZONE, short=True) == "Nov 18"


def test_days_and_times_are_spoken_in_spanish():
    with i18n.using("es"):
        assert i18n.local_day(EVENING, ZONE) == "miércoles, 18 de noviembre"
        assert "10:05" in i18n.local_clock(EVENING, ZONE)


def test_a_sentence_that_nobody_translated_stays_english():
    with i18n.using("es"):
        assert _("a sentence that nobody translated") == "a sentence that nobody translated"


def test_a_spanish_sentence_that_ends_with_an_hour_has_one_full_stop():
    assert i18n.one_stop("Abierta hasta las 6:00 p.m.. Gracias.") == (
        "Abierta hasta las 6:00 p.m. Gracias."
    )
    assert i18n.one_stop("Open until 6:00pm. Thanks.") == "Open until 6:00pm. Thanks."

import pytest

from app.messaging import clinical_words, quick_replies, writing
from app.messaging.segments import is_gsm, segments
from app.people.models import Clinic

NAMES = ["Northside", "Northside Wellness C", "Clínica Sol"]


@pytest.fixture(params=NAMES)
def clinic(request):
    return Clinic(name=request.param, short_name=request.param, phone="+13125550110")


def test_a_quick_reply_is_one_text_in_english_and_two_at_most_in_spanish(clinic):
    for reply in quick_replies.all_of(clinic, "en"):
        assert is_gsm(reply.body)
        assert segments(reply.body) == 1
    for reply in quick_replies.all_of(clinic, "es"):
        assert segments(reply.body) <= (1 if is_gsm(reply.body) else 2)


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_quick_reply_holds_no_clinical_word_and_does_not_shout(clinic, language):
    for reply in quick_replies.all_of(clinic, language):
        assert clinical_words.found(reply.body) == []
        assert "!" not in reply.body
        assert len(reply.body) <= writing.LONGEST


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_quick_reply_says_which_clinic_writes(language):
    clinic = Clinic(name="Northside Clinic", short_name="Northside", phone="+13125550110")

    for reply in quick_replies.all_of(clinic, language):
        assert reply.body.startswith("Northside: ")
        assert len(reply.title) <= 30

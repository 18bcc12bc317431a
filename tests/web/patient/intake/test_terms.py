"""Whoever signs can read the terms and what is kept, beside the page they sign on."""


def test_each_page_to_sign_has_the_way_to_the_terms(phone, asked):
    theos = phone().tap(asked("consents").token).press()

    page = theos.answer.text
    assert 'href="/privacy?clinic=northside" target="_blank"' in page
    assert page.count("<form") == page.count("</form>")


def test_other_pages_do_not(phone, asked):
    theos = phone().tap(asked("goals").token).press()

    assert "/privacy" not in theos.answer.text

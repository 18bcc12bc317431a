"""What a form's pages weigh on the wire: exact, so they are tests."""

import re

from tests.web.every_question import FREQUENCY, control

KB = 1000
ITEMS = (
    "Little interest or pleasure in doing things",
    "Feeling down, depressed, or hopeless",
    "Trouble falling or staying asleep, or sleeping too much",
    "Feeling tired or having little energy",
    "Poor appetite or overeating",
    "Feeling bad about yourself, or that you have let somebody down",
    "Trouble concentrating on things, such as reading",
    "Moving or speaking slowly, or being restless",
    "Thoughts that trouble you",
)
WHOLE_SCALE = {
    "url": "https://clinic.example/whole-scale",
    "item": [
        {
            "linkId": "scale",
            "type": "group",
            "text": "How often were you bothered by any of these?",
            "extension": [control("gtable")],
            "item": [
                {"linkId": f"s{at}", "type": "choice", "text": words, "answerOption": FREQUENCY}
                for at, words in enumerate(ITEMS)
            ],
        }
    ],
}


def wire(client, path):
    with client.stream("GET", path, headers={"accept-encoding": "br"}) as answer:
        assert answer.status_code == 200
        return sum(len(part) for part in answer.iter_raw())


def files_of(html):
    """Every file of ours that a page fetches by itself."""
    return re.findall(r'<(?:link|script)[^>]+(?:href|src)="(/static/[^"]+)"', html)


def test_a_question_weighs_no_more_than_it_may(phone, asked):
    theos = phone().tap(asked("phq-9").token).press()

    assert wire(theos.client, theos.path) <= 8 * KB


def test_a_whole_scale_weighs_no_more_than_it_may(phone, asked):
    theos = phone().tap(asked(WHOLE_SCALE).token).press()

    assert len(theos.page.options) == len(ITEMS)
    assert wire(theos.client, theos.path) <= 12 * KB


def test_a_first_visit_weighs_no_more_than_it_may_in_few_requests(app, phone, asked):
    theos = phone().tap(asked("phq-9").token).press()
    found = files_of(theos.answer.text)
    weights = {path: wire(theos.client, path) for path in found}
    scripts = sum(weight for path, weight in weights.items() if path.endswith(".js"))

    assert app.state.assets.size("css/patient.css") <= 12 * KB
    assert scripts <= 16 * KB
    assert len(found) + 1 <= 6
    assert wire(theos.client, theos.path) + sum(weights.values()) <= 40 * KB


def test_what_htmx_puts_in_is_lighter_than_a_page(phone, asked):
    theos = phone().tap(asked("phq-9").token).press()
    headers = {"accept-encoding": "br", "hx-request": "true"}

    with theos.client.stream("GET", theos.path, headers=headers) as answer:
        part = sum(len(piece) for piece in answer.iter_raw())

    assert part < wire(theos.client, theos.path)

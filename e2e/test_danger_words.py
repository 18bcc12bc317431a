"""A phone without a signal finds the same words of danger as the clinic does."""

import json
from itertools import product
from pathlib import Path

from app.safety import notation, words_en, words_es, words_for_phones
from app.safety.words import tell_of_danger
from tests.replies.phrasings import gathered

MODULE = Path(__file__).parents[1] / "static" / "js" / "danger_words.js"
_LOOK = """async ([source, list, texts]) => {
    const module = URL.createObjectURL(new Blob([source], { type: "text/javascript" }))
    const { meansDanger } = await import(module)
    return texts.map((text) => meansDanger(text, list))
}"""
_HURRIED = [
    "I’M NOT GOING TO KILL MYSELF, I promise",
    "k1ll my self",
    "S U I C I D E",
    "s.u.i.c.i.d.e",
    "suuuuicide 😭😭",
    "I wanna die:(",
    "“I can’t go on” she said",
    "Ya no quiero vivir…",
    "no puedo mâs",
    "I took 30 tylenol at 3:00pm",
    "i took 2 tylenol at 10 a.m. today",
    "Me muero de risa con mi hermana, y me corté el pelo",
    "My phone died and I was dying to hear the end :D",
    "Straße ﬁn ｓｕｉｃｉｄｅ",
    "",
    "💔",
    "\u200bsui\u200bcide",
]


def _said() -> list[str]:
    """One way of saying each phrase of both lists."""
    lines = [
        getattr(language, name)
        for language, name in product((words_en, words_es), ("ANYWHERE", "ALONE", "HARMLESS"))
    ]
    phrases = [phrase for each in lines for phrase in notation.phrases(each)]
    return [_spoken(phrase, place) for phrase in phrases for place in (0, -1)]


def _spoken(phrase: list[notation.Part], place: int) -> str:
    words = [word for part in phrase for word in part.ways[place]]
    written = {"..": "", "#": "3", "##": "30"}
    return " ".join(filter(None, (written.get(word, word.rstrip("*")) for word in words)))


def test_the_phone_finds_what_the_server_finds(browser):
    texts = [phrasing.body for phrasing in gathered()] + _said() + _HURRIED
    page = browser.new_page()
    page.goto("about:blank")

    told = page.evaluate(
        _LOOK, [MODULE.read_text(), json.loads(json.dumps(words_for_phones.listed())), texts]
    )

    page.close()
    expected = [tell_of_danger(text) for text in texts]
    differ = [
        text for text, ours, theirs in zip(texts, expected, told, strict=True) if ours is not theirs
    ]
    assert differ == []
    assert sum(expected) > 500
    assert not all(expected)

"""The lines offered on the phone are those the clinic knows: else a picked one would be refused."""

import random
from pathlib import Path

from app.journal import lines

MODULE = Path(__file__).parents[1] / "static" / "js" / "journal" / "lines.js"
_SPLIT = """async ([source, texts]) => {
    const module = URL.createObjectURL(new Blob([source], { type: "text/javascript" }))
    const { linesOf } = await import(module)
    return texts.map(linesOf)
}"""
_PIECES = [
    *("a", "Color and calm", "¿Qué fue?", "Wait... what?!", "no. 3", "💙", "e\u0301", "x" * 160),
    *(". ", "! ", "? ", "… ", ".", " ", "  ", "\n", "\r\n", "\r", "\t", "\v", "\f", "\n\n"),
    *("\x1c", "\x1d", "\x1e", "\x1f", "\x85", "\xa0", "\u2003", "\u2028", "\u2029", "\ufeff"),
    *("\u200b", "\u3000", "💙" * 151, "A long one, without an end, " * 14),
]


def _written() -> list[str]:
    chance = random.Random(5)
    return ["", *("".join(chance.choices(_PIECES, k=n % 12 + 1)) for n in range(3000))]


def test_the_phone_splits_words_into_lines_as_the_clinic_does(browser):
    texts = _written()
    page = browser.new_page()
    page.goto("about:blank")

    split = page.evaluate(_SPLIT, [MODULE.read_text(), texts])

    page.close()
    differ = [
        (text, lines.of(text), theirs)
        for text, theirs in zip(texts, split, strict=True)
        if [each for each in theirs if each] != [each for each in lines.of(text) if each]
    ]
    assert differ == []
    assert sum(map(len, split)) > len(texts)

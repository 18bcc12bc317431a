"""The rules that a first paint needs, out of the whole stylesheet."""

import re

from app.web.files import first_style
from app.web.files.assets import load

SHEET = load().body("css/patient.css").decode()


def test_every_rule_at_first_is_one_of_the_stylesheets():
    style = first_style.of(SHEET)
    written = re.sub(r"(?<![\w.])0\.(?=\d)", ".", SHEET)

    for rule in re.findall(r"[^{}]+\{[^{}]+\}", style):
        selector, said = rule.split("{")
        if ":root" not in selector and "data-mood" not in selector:
            assert said.rstrip("}").split(";")[0] in written


def test_colours_that_nothing_asks_for_are_left_out():
    sheet = ":root{--ink:red;--used:var(--ink);--room:blue}.page{color:var(--used)}.room{top:0.5px}"

    assert first_style.of(sheet) == ":root{--ink:red;--used:var(--ink);}.page{color:var(--used)}"


def test_of_alternatives_only_those_that_are_seen_are_kept():
    sheet = ".button:hover,.go>.button--go,.kept:is(.a,.b){top:0.5px}@media print{.page{top:0}}"

    assert first_style.of(sheet) == ".go>.button--go{top:.5px}"

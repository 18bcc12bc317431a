"""The guide for clinics tells the truth: its example is taken in, the extensions are ours."""

import json
import re
from pathlib import Path

from app.questionnaires.engine import extensions
from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.reading import read
from app.questionnaires.engine.values import Sheet, Slot

GUIDE = (Path(__file__).parents[2] / "docs" / "forms.md").read_text(encoding="utf-8")
EXAMPLE = json.loads(re.search(r"```json\n(.*?)```", GUIDE, re.DOTALL)[1])
SAID_IN_ANSWERS = {extensions.SIGNED_TEXT, extensions.ROW, extensions.LAST_ROW}


def test_the_example_is_accepted_without_a_warning():
    assert read(EXAMPLE).findings == ()


def test_the_example_does_what_the_guide_says_it_does():
    form = read(EXAMPLE).form
    asked = Slot("lenses-case")

    assert not evaluate(form, Sheet()).is_enabled(asked)
    state = evaluate(form, Sheet({Slot("lenses"): (True,)}))
    assert state.is_enabled(asked)
    assert [hit.rule.label.plain for hit in state.hits] == ["Wears contact lenses"]
    assert form.by_link_id["lenses"].help.plain == "You will lie with your eyes closed for an hour."
    assert form.by_link_id["lenses"].words.within("es") == "¿Usa lentes de contacto?"


def test_every_extension_of_ours_that_a_form_may_carry_is_in_the_guide():
    ours = {
        url
        for name in dir(extensions)
        if name.isupper()
        and name != "EXT"
        and isinstance(url := getattr(extensions, name), str)
        and url.startswith(extensions.EXT)
    }

    named = {f"{extensions.EXT}{name}" for name in re.findall(r"^\| `([a-z-]+)` \|", GUIDE, re.M)}
    assert ours - SAID_IN_ANSWERS == named

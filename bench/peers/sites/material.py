"""The words of the form, and who fills it in: handed over as a file beside this one.

And what the page is told of a question, by whichever ORM it was read.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_given = json.loads((Path(__file__).parent / "material.json").read_text())
QUESTIONS: list[str] = _given["questions"]
OPTIONS: list[tuple[int, str]] = list(enumerate(_given["answers"]))
STEM: str = _given["stem"]
TITLE = "A few questions"
SESSION = "a" * 32  # the patient's cookie


def filled_in(question: Any, choices: Iterable[Any], answers: Mapping[str, int]) -> dict[str, Any]:
    """A question's row as the page's template reads it, with what was answered so far."""
    name = f"q{question.place}"
    options = [
        {"value": each.value, "words": each.words, "chosen": answers.get(name) == each.value}
        for each in choices
    ]
    return {"name": name, "words": question.words, "options": options}

"""The words of the form, and who fills it in: handed over as a file beside this one."""

import json
from pathlib import Path

_given = json.loads((Path(__file__).parent / "material.json").read_text())
QUESTIONS: list[str] = _given["questions"]
OPTIONS: list[tuple[int, str]] = list(enumerate(_given["answers"]))
STEM: str = _given["stem"]
TITLE = "A few questions"
SESSION = "a" * 32  # the patient's cookie

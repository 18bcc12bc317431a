"""Words that would tell whoever glances at a phone why its owner comes to the clinic."""

import re
from collections.abc import Iterable

# Beginnings of words, English and Spanish. Precision before reach: a warning that comes for
# nothing is soon not read any more.
_BEGINNINGS = (
    "ketamin",
    "esketamin",
    "spravato",
    "psilocyb",
    "psilocib",
    "mdma",
    "psychedel",
    "psicod",
    "infusion",
    "infusión",
    "dosis",
    "dosing",
    "dosage",
    "therap",
    "terap",
    "psych",
    "psiqu",
    "psicol",
    "depress",
    "depresi",
    "anxiety",
    "ansiedad",
    "ptsd",
    "tept",
    "bipolar",
    "suicid",
    "overdos",
    "sobredosis",
    "addict",
    "adicci",
    "diagnos",
    "medicat",
    "medicament",
    "medicaci",
    "antidepres",
)
_WHOLE = ("dose", "doses", "treatment", "treatments", "tratamiento", "tratamientos")
_WORDS = re.compile(
    rf"\b(?:(?:{'|'.join(_BEGINNINGS)})\w*|(?:{'|'.join(_WHOLE)})\b)", re.IGNORECASE
)


def found(body: str, *, besides: Iterable[str] = ()) -> list[str]:
    """Each such word of a text once, as it was written.

    Names that stand in every text anyway (the clinic's) are no news: `besides` holds them.
    """
    for name in besides:
        if name:
            body = re.sub(re.escape(name), " ", body, flags=re.IGNORECASE)
    return list(dict.fromkeys(_WORDS.findall(body)))

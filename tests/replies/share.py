"""Prints how much of what patients text is understood: `python -m tests.replies.share`."""

import sys

from app.replies.meaning import Kind, understand
from tests.replies.phrasings import Phrasing, gathered


def lines() -> list[str]:
    """A line for each kind: understood of all, in both languages."""
    phrasings = gathered()
    named = [
        (kind, [phrasing for phrasing in phrasings if kind in phrasing.kinds])
        for kind in Kind
        if kind is not Kind.UNCLEAR
    ]
    meant = [phrasing for phrasing in phrasings if Kind.UNCLEAR not in phrasing.kinds]
    doubtful = [phrasing for phrasing in phrasings if Kind.UNCLEAR in phrasing.kinds]
    wronged = sum(phrasing.is_wronged(understand(phrasing.body)) for phrasing in phrasings)
    return [
        *(f"{kind:<8} understood {_share(some)}" for kind, some in named),
        f"all      understood {_share(meant)}",
        f"doubtful left to a person {_share(doubtful)}",
        f"wrong    actions {wronged} of {len(phrasings)}",
    ]


def _share(phrasings: list[Phrasing]) -> str:
    by_language = []
    for language in ("en", "es"):
        some = [phrasing for phrasing in phrasings if phrasing.language == language]
        right = sum(phrasing.is_understood(understand(phrasing.body)) for phrasing in some)
        by_language.append(f"{language} {right}/{len(some)}")
    right = sum(phrasing.is_understood(understand(phrasing.body)) for phrasing in phrasings)
    return f"{right}/{len(phrasings)} {right / len(phrasings):.1%} ({', '.join(by_language)})"


if __name__ == "__main__":
    sys.stdout.write("\n".join([*lines(), ""]))

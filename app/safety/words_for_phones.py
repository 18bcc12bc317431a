"""The words of danger as a phone can look for them without us: the server's own list, no other."""

from functools import cache
from typing import Any

from app.safety import plain_words, words


@cache
def listed() -> dict[str, Any]:
    """Searches as regular expressions, and how a text becomes plain words before them.

    What a phone does with it: static/js/danger_words.js.
    """
    anywhere, alone, harmless = words.searches()
    return {
        "anywhere": anywhere.pattern,
        "alone": alone.pattern,
        "harmless": harmless.pattern,
        **plain_words.listed(),
    }

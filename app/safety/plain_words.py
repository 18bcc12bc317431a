"""A text as plain words: what people mean by it, however their phone or their hurry spells it.

Case, accents, curly quotes, invisible signs, drawn-out letters and shorthand are evened out. What
is left: lower-case words, `.` where a sentence pauses, `?`, `👍` for a sign of yes, `☹` for any
other sign that is not plainly kind. Linear in the length of the text; never raises.
"""

import re
import unicodedata
from typing import Any

PAUSE, QUESTION, YES_SIGN, OTHER_SIGN = ".", "?", "👍", "☹"

_QUOTES = str.maketrans(
    {**dict.fromkeys("’‘`´ʼ′＇", "'"), **dict.fromkeys("“”„«»＂", '"'), "…": ".", "*": ""}
)
_YES_SIGNS = "👍👌✅✔☑🫡🆗"
_KIND_SIGNS = "🙏😊🙂😀😁😃😄😌☺🥰😍🤗🙌👏❤💜💙💚🧡💛🤍💕💖💗🌻🌸🌷🌈✨🌟🎉💯👋🤝💪🫶😅🤞☀"
_SPACE = re.compile(r"[^\S\n\r]+")
_SPELLED_OUT = re.compile(r"\b(?:[a-z][ .\-_]){2,}[a-z]\b")
_SMILE = re.compile(r"[:;=]-?\)|<3|(?<!\w)[:;=x]-?d(?!\w)")
_FROWN = re.compile(r"[:;=]'?-?[(/\\](?!/)")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1+")
_WORD = re.compile(
    r"\d{1,2}(?::\d\d)?\s?[ap]\.?m\b"  # 3pm, 10:30 a.m
    r"|\d+(?::\d\d)?(?![^\W_])"
    r"|[^\W_]+(?:'[^\W_]+)*"
    r"|[?¿👍☹]"
    r"|(?:[.!,;:()\n\r]|\s[-–—]+\s)+"
)
_SIGN_FOR_LETTER = str.maketrans("013457", "oieast")

_ENDINGS = (
    ("n't", " not"),
    ("'ll", " will"),
    ("'m", " am"),
    ("'re", " are"),
    ("'ve", " have"),
    ("'d", " would"),
)
_IS = {
    "it's",
    "that's",
    "what's",
    "who's",
    "he's",
    "she's",
    "there's",
    "here's",
    "where's",
    "today's",
}
_SHORTHAND = {
    # English without its apostrophes
    "aint": "am not",
    "arent": "are not",
    "cannot": "can not",
    "cant": "can not",
    "can't": "can not",
    "couldnt": "could not",
    "didnt": "did not",
    "doesnt": "does not",
    "dont": "do not",
    "havent": "have not",
    "hes": "he is",
    "id": "i would",
    "im": "i am",
    "isnt": "is not",
    "its": "it is",
    "ive": "i have",
    "shes": "she is",
    "shouldnt": "should not",
    "thats": "that is",
    "theyre": "they are",
    "wasnt": "was not",
    "whats": "what is",
    "wont": "will not",
    "won't": "will not",
    "wouldnt": "would not",
    "youre": "you are",
    # English in a hurry
    "2day": "today",
    "2moro": "tomorrow",
    "2morrow": "tomorrow",
    "2nite": "tonight",
    "appt": "appointment",
    "apt": "appointment",
    "asap": "as soon as possible",
    "bc": "because",
    "cuz": "because",
    "gonna": "going to",
    "gotta": "have to",
    "hafta": "have to",
    "l8r": "later",
    "l8ter": "later",
    "latr": "later",
    "lemme": "let me",
    "msg": "message",
    "msgs": "messages",
    "nite": "night",
    "np": "no problem",
    "pls": "please",
    "plz": "please",
    "plse": "please",
    "r": "are",
    "resched": "reschedule",
    "rescedule": "reschedule",
    "reschedual": "reschedule",
    "rn": "right now",
    "tday": "today",
    "tdy": "today",
    "thanx": "thanks",
    "thnx": "thanks",
    "thx": "thanks",
    "tks": "thanks",
    "tmr": "tomorrow",
    "tmrw": "tomorrow",
    "tmw": "tomorrow",
    "tomoro": "tomorrow",
    "tomorow": "tomorrow",
    "tonite": "tonight",
    "ty": "thanks",
    "txt": "text",
    "txting": "texting",
    "txts": "texts",
    "u": "you",
    "ur": "your",
    "wan": "want",
    "wnat": "want",
    "watn": "want",
    "wana": "want to",
    "wanna": "want to",
    "w": "with",
    "ya'll": "you",
    "yall": "you",
    # Spanish in a hurry
    "bn": "bien",
    "d": "de",
    "k": "ok",
    "ke": "que",
    "kiero": "quiero",
    "mnn": "manana",
    "mnna": "manana",
    "oi": "hoy",
    "pa": "para",
    "pfv": "por favor",
    "porfa": "por favor",
    "porfavor": "por favor",
    "porfis": "por favor",
    "pq": "porque",
    "q": "que",
    "qiero": "quiero",
    "tmb": "tambien",
    "tngo": "tengo",
    "x": "por",
    "xfa": "por favor",
    "xfavor": "por favor",
    "xq": "porque",
    "yamenme": "llamenme",
}


def plain_words(body: str) -> list[str]:
    """The words and the few marks that carry meaning, in order."""
    text = _SPACE.sub(" ", unicodedata.normalize("NFKC", body.translate(_QUOTES)).casefold())
    text = "".join(_plain_sign(sign) for sign in unicodedata.normalize("NFD", text))
    text = _FROWN.sub(f" {OTHER_SIGN} ", _SMILE.sub(" ", text))
    text = _SPELLED_OUT.sub(lambda found: re.sub(r"[ .\-_]", "", found[0]), text)
    words: list[str] = []
    for found in _WORD.finditer(text):
        words.extend(_as_words(found[0]))
    return words


def listed() -> dict[str, Any]:
    """What stands in the lists above, for whoever does the same elsewhere."""
    return {
        "quotes": {chr(sign): str(meant or "") for sign, meant in _QUOTES.items()},
        "yes_signs": _YES_SIGNS,
        "kind_signs": _KIND_SIGNS,
        "endings": _ENDINGS,
        "is": sorted(_IS),
        "shorthand": _SHORTHAND,
        "letters": {chr(sign): chr(letter) for sign, letter in _SIGN_FOR_LETTER.items()},
    }


def _plain_sign(sign: str) -> str:
    category = unicodedata.category(sign)
    if category in ("Mn", "Cf", "Cs", "Sk", "Me"):  # accents, invisible signs, skin tones
        return ""
    if sign in _YES_SIGNS:
        return f" {YES_SIGN} "
    if sign in _KIND_SIGNS:
        return " "
    return f" {OTHER_SIGN} " if category in ("So", "Cn", "Co") else sign


def _as_words(found: str) -> list[str]:
    if found in (QUESTION, "¿", YES_SIGN, OTHER_SIGN):
        return [QUESTION] if found == "¿" else [found]
    if not found[0].isalnum():
        return [PAUSE]
    if found[0].isdigit() and found not in _SHORTHAND:
        return [re.sub(r"[\s.]", "", found)]  # 10 a.m
    word = _SHORTHAND.get(found) or _SHORTHAND.get(_squeezed(found)) or _without_apostrophe(found)
    return [_squeezed(part) for part in word.split()]


def _without_apostrophe(word: str) -> str:
    for ending, meant in _ENDINGS:
        if word.endswith(ending):
            return word.removesuffix(ending) + meant
    if word in _IS:
        return word.removesuffix("'s") + " is"
    return word.replace("'", "")


def _squeezed(word: str) -> str:
    """Each letter once where it stands twice or more: `stoppp`, `tommorrow`, `soooo`.

    A digit between letters is read as the letter it looks like: `su1c1de`.
    """
    if word[0].isalpha() and not word.isalpha():
        word = word.translate(_SIGN_FOR_LETTER)
    return _DRAWN_OUT.sub(r"\1", word)

"""How many segments a text takes, by GSM 03.38."""

import unicodedata

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = "^{}\\[~]|€"
PLAIN = {
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    "–": "-",
    "—": "-",
    "…": "...",
    "\xa0": " ",
    "\u202f": " ",
}
_TABLE = {ord(sign): words for sign, words in PLAIN.items()}
# Signs that one text holds, and each of several.
SEVEN_BIT = (160, 153)
SIXTEEN_BIT = (70, 67)


def plain(body: str) -> str:
    """The body with typographic signs made plain: one of them would halve what fits."""
    return body.translate(_TABLE)


def without_accents(body: str) -> str:
    """The body without those accents that carriers do not know: `Garcia`; `mañana` stays."""
    return "".join(map(_known, body))


def _known(sign: str) -> str:
    bare = unicodedata.normalize("NFD", sign)[0]
    return sign if is_gsm(sign) or not is_gsm(bare) else bare


def is_gsm(body: str) -> bool:
    """Whether every sign is in the seven-bit alphabet."""
    return all(sign in BASIC or sign in EXTENDED for sign in body)


def length(body: str) -> int:
    """How much room it takes, in the units of the alphabet that it needs."""
    if is_gsm(body):
        return len(body) + sum(sign in EXTENDED for sign in body)
    return len(body.encode("utf-16-be")) // 2


def segments(body: str) -> int:
    """How many segments carriers will count."""
    alone, each = SEVEN_BIT if is_gsm(body) else SIXTEEN_BIT
    taken = length(body)
    return 1 if taken <= alone else -(-taken // each)

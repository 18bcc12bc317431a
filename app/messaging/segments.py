"""How many segments a text takes, by GSM 03.38."""

import unicodedata

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "^{}\\[~]|€"
_PLAIN = str.maketrans(
    {
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
)


def plain(body: str) -> str:
    """The body with typographic signs made plain: one of them would halve what fits."""
    return body.translate(_PLAIN)


def without_accents(body: str) -> str:
    """The body without those accents that carriers do not know: `Garcia`; `mañana` stays."""
    return "".join(map(_known, body))


def _known(sign: str) -> str:
    bare = unicodedata.normalize("NFD", sign)[0]
    return sign if is_gsm(sign) or not is_gsm(bare) else bare


def is_gsm(body: str) -> bool:
    """Whether every sign is in the seven-bit alphabet."""
    return all(sign in _BASIC or sign in _EXTENDED for sign in body)


def segments(body: str) -> int:
    """How many segments carriers will count."""
    if is_gsm(body):
        length = len(body) + sum(sign in _EXTENDED for sign in body)
        return 1 if length <= 160 else -(-length // 153)
    length = len(body.encode("utf-16-be")) // 2
    return 1 if length <= 70 else -(-length // 67)

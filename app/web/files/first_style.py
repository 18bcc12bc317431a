"""What a page's first paint needs of its stylesheet, small enough to stand in the page itself.

A poor phone that has nothing of ours then waits for no second answer. The whole stylesheet comes at
the page's end and says the same again, so that nothing moves once it is there.
"""

import base64
import hashlib
import re

# What the first screen of a patient's page is made of, by its classes.
_PARTS = """
    page page__main masthead masthead__row sky sky--tall ground foot
    stack stack--close stack--wide row row--close brand mark mark__light mark__line
    lamp lamp__on lamp__off back icon icon--small voice eyebrow soft fine lead
    horizon horizon__near horizon__far horizon__none horizon__haze horizon--low
    step step__place step--scale question question__stem question__hint answers answer tick
    reading reading--fact button button--plain button--wide button--second button--join
    go button--go elsewhere status status--good help help__way language
"""
# What comes with a hand, a pen or another screen, and is there by then.
_LATER = re.compile(
    r":hover|:focus|:disabled|aria-disabled|::|select|textarea|video|\[data-surface"
    r"|@keyframes|reduced-motion|forced-colors|@media print|@supports"
)
_KNOWN = frozenset(_PARTS.split())
_ZERO = re.compile(r"(?<![\w.])0\.(?=\d)")
_CLASS = re.compile(r"\.([a-z][\w-]*)")
_TOKEN = re.compile(r"(?<=[{;])(--[\w-]+):[^;{}]*;?")
_DOUBLE = re.compile(r"-webkit-mask[\w-]*:[^;{}]*;")  # the same is said without the prefix
_READ = re.compile(r"var\((--[\w-]+)")


def of(sheet: str) -> str:
    """The rules of a small stylesheet that a first paint needs, in their order."""
    rules, _ = _kept(sheet, 0)
    return _ZERO.sub(".", _without_unread(_DOUBLE.sub("", rules)))


def fingerprint(style: str) -> str:
    """By what a page's policy knows the style that stands in it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def _kept(sheet: str, at: int) -> tuple[str, int]:
    """What stands from there to the end of its block, and where that is."""
    kept, begin = [], at
    while at < len(sheet) and sheet[at] != "}":
        if sheet[at] == ";":
            kept.append(sheet[begin : at + 1])
            begin = at + 1
        elif sheet[at] == "{":
            inner, end = _kept(sheet, at + 1)
            selector = _wanted(sheet[begin:at])
            if selector and inner:
                kept.append(f"{selector}{{{inner}}}")
            at, begin = end, end + 1
        at += 1
    return "".join([*kept, sheet[begin:at]]), at


def _wanted(selector: str) -> str:
    """The selector, without those of its alternatives that nobody sees at first."""
    if selector.startswith("@"):
        return "" if _LATER.search(selector) else selector
    return ",".join(each for each in _parted(selector) if _is_seen(each))


def _is_seen(selector: str) -> bool:
    bare = selector.replace("::before", "")
    return _KNOWN.issuperset(_CLASS.findall(bare)) and not _LATER.search(bare)


def _parted(selector: str) -> list[str]:
    """A selector's alternatives; what stands in brackets stays together."""
    parts, depth = [""], 0
    for letter in selector:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _without_unread(style: str) -> str:
    """Without the colours and sizes that none of its rules asks for."""
    read = set(_READ.findall(style))
    less = _TOKEN.sub(lambda found: found[0] if found[1] in read else "", style)
    return less if less == style else _without_unread(less)

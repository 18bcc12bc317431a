"""The PHQ-9 as ODK wants it: an XForm."""

from xml.sax.saxutils import escape

from bench.peers import phq9

_HEAD = (
    '<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" '
    'xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa">'
)


def written() -> str:
    """The whole form."""
    names = [f"q{place}" for place in range(1, len(phq9.questions()) + 1)]
    empty = "".join(f"<{name}/>" for name in names)
    binds = "".join(f'<bind nodeset="/data/{name}" type="select1"/>' for name in names)
    items = "".join(
        f"<item><label>{escape(said)}</label><value>{value}</value></item>"
        for value, said in enumerate(phq9.ANSWERS)
    )
    controls = "".join(
        f'<select1 ref="/data/{name}"><label>{escape(words)}</label>{items}</select1>'
        for name, words in zip(names, phq9.questions(), strict=True)
    )
    return (
        f"{_HEAD}<h:head><h:title>PHQ-9</h:title><model><instance>"
        f'<data id="phq9">{empty}<meta><instanceID/></meta></data></instance>{binds}'
        f"</model></h:head><h:body>{controls}</h:body></h:html>"
    )

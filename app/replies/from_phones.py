"""What a phone writes by itself: reactions to our texts, answers while driving, signatures."""

import re

_REACTION = re.compile(
    r"\s*(?P<verb>liked|loved|disliked|laughed at|emphasi[sz]ed|questioned"
    r"|(?:reacted|reaccion[óo]|reaccionaste) (?:con |with )?[^\w\s]{1,8} (?:to|a)"
    r"|[^\w\s]{1,8} (?:to|a)"
    r"|(?:a \S{1,20} )?(?:no )?le (?:ha )?(?:gust[óo]|gustado|encant[óo]|encantado)"
    r"|(?:se (?:ha )?(?:ri[óo]|re[íi]do) (?:de|con))|enfatiz[óo]|cuestion[óo]|destac[óo]"
    r"|removed an? [\w ]{1,20} from|(?:quit[óo]|elimin[óo]) [\w ]{1,30} de)"
    r"\s*[\u200a-\u200f]*[“\"«](?P<quoted>[^”\"»]*)[”\"»]?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_YES = re.compile(
    r"liked|loved|.*[👍👌❤]|(?:a \S{1,20} )?le (?:ha )?(?:gust|encant)", re.IGNORECASE | re.DOTALL
)
_ASKS_FOR_OK = re.compile(r"\b(?:reply|responda|conteste) ok\b", re.IGNORECASE)
_OUR_WORDS = re.compile(r"[“\"«]([^“”\"«»]{20,})[”\"»]|^>.*$", re.MULTILINE)
_SIGNATURE = re.compile(
    r"^[ \t]*(?:[-–—]+[ \t]*)?(?:sent from (?:my|outlook)|enviado desde mi|get outlook for).*$",
    re.IGNORECASE | re.MULTILINE,
)
_AUTOMATIC = re.compile(
    r"do not disturb while driving|driving focus|with (?:do not disturb|driving)"
    r"|^\W*(?:sorry,? )?i(?: a|['’]?)m (?:currently )?driving"
    r"|^\W*(?:lo siento,? )?estoy (?:conduciendo|manejando)"
    r"|voy (?:conduciendo|manejando)|modo (?:conducci[óo]n|no molestar)"
    r"|not receiving notifications|no (?:estoy recibiendo|recibo) notificaciones"
    r"|(?:^|this is an? )\W*auto(?:matic|mated)?[- ]?(?:reply|response|text|message)"
    r"|out of (?:the )?office"
    r"|(?:respuesta|mensaje|contestaci[óo]n) autom[áa]tic|fuera de (?:la )?oficina"
    r"|^\W*free ?msg|message blocking is active|service access denied"
    r"|(?:number|n[úu]mero) (?:is |est[áa] )?(?:no longer in service|fuera de servicio)",
    re.IGNORECASE,
)


def agrees(body: str) -> bool | None:
    """Of a reaction to one of our texts: whether it says yes to one that asked for OK.

    None: it is no reaction. What a reaction quotes are our words, not theirs.
    """
    found = _REACTION.match(" ".join(body.split()))
    if found is None:
        return None
    return bool(_YES.match(found["verb"]) and _ASKS_FOR_OK.search(found["quoted"]))


def is_automatic(body: str) -> bool:
    """Whether a phone, not a person, seems to have written this."""
    return bool(_AUTOMATIC.search(" ".join(body.split())))


def own_words(body: str) -> str:
    """The body without signatures, and with what it quotes of us made one unknown word."""
    return _OUR_WORDS.sub(" quoted ", _SIGNATURE.sub("", re.sub(r"[ \t]+", " ", body)))

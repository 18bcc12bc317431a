"""What a notice says: the same to everybody, and nothing that a lock screen should not show."""

import json

from app import i18n
from app.i18n import gettext as _

OPENS = "/journal/write"


def payload(language: str) -> bytes:
    """The words of a journal notice, as the service worker reads them."""
    with i18n.using(language):
        words = {
            "title": _("A quiet minute, if you want it"),
            "body": _("Say or write a few words, or skip."),
            "lang": language,
            "opens": OPENS,
        }
    return json.dumps(words, ensure_ascii=False).encode()

"""What kind of device a browser runs on, said coarsely: enough to recognise one's own, no more."""

from app.i18n import gettext as _

COMPUTER = "computer"
_MARKS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Macintosh", "Mac"),
    ("Windows", "Windows computer"),
)


def label(user_agent: str) -> str:
    """The device of a user agent, as it is stored. The user agent itself is kept nowhere."""
    for mark, device in _MARKS:
        if mark in user_agent:
            if device == "Android":
                return "Android phone" if "Mobile" in user_agent else "Android tablet"
            return device
    return COMPUTER


def spoken(device: str) -> str:
    """A stored device, in the language in use."""
    names = {
        "Android phone": _("Android phone"),
        "Android tablet": _("Android tablet"),
        "Windows computer": _("Windows computer"),
        COMPUTER: _("Computer"),
    }
    return names.get(device, device or _("Computer"))

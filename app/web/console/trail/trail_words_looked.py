"""The words of the trail for what was looked at, taken out, and for ways in and out."""

from app.i18n import gettext as _


def words() -> dict[str, str]:
    """By action."""
    return {
        "view": _("Opened the page"),
        "view-course": _("Looked at scores, sessions and hopes"),
        "view-visit": _("Opened the visit's page, with the lines that were brought"),
        "view-row": _("Saw their line behind a figure"),
        "read-answers": _("Read the answers of a form"),
        "read-file": _("Opened a file that answers a question"),
        "read-shared": _("Read for the first time what was shared"),
        "read-review": _("Looked through the review list"),
        "read-course": _("Looked at their own course"),
        "play-recording": _("Listened to a shared note, or saw a drawing"),
        "open-room": _("Opened the room of the visit"),
        "print-answers": _("Took out the answers of a form, as a paper"),
        "print-copy": _("Took out a signed copy"),
        "export-answers": _("Took out answers, as a table"),
        "export-record": _("Took out the whole record"),
        "export-accounting": _("Took out an account of who saw what"),
        "export-metrics": _("Took out figures, as a table"),
        "export-schedule": _("Took out the schedule, as a table"),
        "print-journal": _("Took out their own journal, as a paper"),
        "export-journal": _("Took out their own journal, as a file"),
        "sign-in": _("Signed in"),
        "sign-out": _("Signed out"),
        "sign-out-everywhere": _("Was signed out everywhere"),
        "switch-clinic": _("Went on at another clinic"),
        "invite": _("Was invited"),
        "withdraw-invitation": _("Invitation withdrawn"),
        "join-staff": _("Joined the team"),
        "join-person": _("Became one person with a row at another clinic"),
        "disable": _("Left the team"),
        "enable": _("Came back to the team"),
        "add-passkey": _("Added a passkey"),
        "remove-passkey": _("Removed a passkey"),
        "remove-passkeys": _("All passkeys ended"),
        "refuse-passkey": _("A passkey was refused"),
        "refuse-code": _("A wrong code was refused"),
        "refuse-birth-date": _("A wrong birth date was refused"),
        "prove-browser": _("Showed by code that it is them"),
        "create-api-key": _("Made a key for another system"),
        "revoke-api-key": _("Revoked the key of another system"),
    }

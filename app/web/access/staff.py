"""The console, route by route: the least that somebody has to be.

Coordinators book, phone and look after the day. Clinicians also read what patients answered, scored
and recorded, keep the forms, and decide what staff have to see. Administrators also change the
clinic: team, hours, protocols, keys.
"""

from app.people.models import Role

RANKS = {Role.COORDINATOR: 1, Role.CLINICIAN: 2, Role.ADMINISTRATOR: 3}

C, D, A = Role.COORDINATOR, Role.CLINICIAN, Role.ADMINISTRATOR

LEAST = {
    # the day
    "today": C,
    "now": C,
    "live": C,
    "offer-times": C,
    "on-call": C,
    "on-call-now": C,
    "note": C,
    "note-number": C,
    "replies": C,
    "add-reply": C,
    "reply": C,
    "change-reply": C,
    "retire-reply": C,
    "schedule": C,
    "complete-task": C,
    "alerts": C,
    "alert": C,
    "acknowledge": C,
    "close-alert": C,
    "clear-alarm": A,
    # texts
    "inbox": C,
    "inbox-list": C,
    "inbox-number": C,
    "inbox-number-now": C,
    "number-done": C,
    "own-number": C,
    "inbox-thread": C,
    "inbox-thread-now": C,
    "send-text": C,
    "need-no-answer": C,
    "own-thread": C,
    "move-visit": C,
    # appointments
    "closures": C,
    "add-closure": A,
    "keep-holidays": A,
    "remove-closure": A,
    "locations": C,
    "new-location": A,
    "add-location": A,
    "location": A,
    "change-location": A,
    "close-location": A,
    "reopen-location": A,
    "name-escort": C,
    "withdraw-escort": C,
    "book-window": C,
    "schedule-file": C,
    "import-schedule": C,
    "look-at-schedule": C,
    "take-schedule": C,
    "book": C,
    "book-now": C,
    "appointment": C,
    "reschedule": C,
    "call-off": C,
    "arrive": C,
    "confirm": C,
    "fresh-link": C,
    "miss": C,
    "record-end": C,
    "open-hour": C,
    "close-hour": C,
    "say-outcome": C,
    "leave-out": A,
    # numbers
    "metrics": C,
    "metric": C,
    "metric-rows": C,
    "metrics-table": C,
    "metrics-settings": A,
    "metrics-freeze": A,
    "metrics-minutes": A,
    "invite-guest": C,
    "withdraw-guest": C,
    # patients
    "patients": C,
    "add-patient": C,
    "new-patient": C,
    "patient": C,
    "change-patient": C,
    "edit-patient": C,
    "lock-out-patient": C,
    "find-patient": C,
    "pull-back-link": C,
    "send-link-again": C,
    "make-link-anew": C,
    "patient-number": C,
    "change-number": C,
    "doubles": C,
    "tell-apart": C,
    "choose-double": D,
    "compare-patients": D,
    "join-patients": D,
    "put-away-patient": C,
    "bring-back-patient": C,
    "patient-record": D,
    "take-record": D,
    "erase-patient": A,
    "candidates": C,
    "accept-candidate": C,
    "decline-candidate": C,
    # what patients answered, scored and recorded
    "course": D,
    "plan-course": D,
    "end-course": D,
    "response": D,
    "response-paper": D,
    "response-copy": D,
    "response-table": D,
    "response-file": D,
    "journal-file": D,
    "review": C,  # that something waits for a clinician, nobody may miss
    "clear-flag": D,
    "withdraw-consent": C,
    "form-answers": A,
    # forms that were asked for
    "ask-patient": C,
    "send-packet-again": C,
    "complete-packet": C,
    "pull-back-packet": C,
    "forms-progress": C,
    # the forms themselves
    "forms": C,
    "form": C,
    "form-preview": C,
    "form-pages": C,
    "form-file": C,
    "new-form": D,
    "import-form": D,
    "retire-form": D,
    "resume-form": D,
    "form-rules": C,
    "new-form-rule": D,
    "add-form-rule": D,
    "remove-form-rule": D,
    # visits
    "visit": C,
    "visit-socket": C,
    "visit-lines": C,
    "visit-reopen": C,
    "visit-outcome": C,
    # the clinic
    "hours": C,
    "save-hours": A,
    "clinician-hours": C,
    "save-clinician-hours": A,
    "before-infusions": C,
    "save-before-infusions": A,
    "keeping": A,
    "save-keeping": A,
    "companion": C,
    "save-companion": A,
    "add-sound": A,
    "hear-sound": C,
    "retire-sound": A,
    # protocols
    "protocols": C,
    "make-protocol": A,
    "offer-protocol": A,
    "usual-protocol": A,
    "protocol": C,
    "rename-protocol": A,
    "protocol-step": A,
    "change-protocol": A,
    "protocol-dry-run": C,
    # the team
    "team": C,
    "new-member": A,
    "add-member": A,
    "member": A,
    "change-member": A,
    "invite": A,
    "withdraw-invitation": A,
    "recover": A,
    "disable-member": A,
    "enable-member": A,
    "new-key": A,
    "create-key": A,
    "revoke-key": A,
    "other-systems": A,
    "pause-subscription": A,
    "resume-subscription": A,
    "replay-subscription": A,
    "end-subscription": A,
    # the trail
    "trail": A,
    "trail-patient": A,
    "trail-member": A,
    "disclosures-csv": A,
    "disclosures-json": A,
    # oneself
    "me": C,
    "choose-for-me": C,
    "sign-out-everywhere": C,
    "sign-out-one": C,
    "passkey-challenge-for-me": C,
    "add-passkey-for-me": C,
    "remove-passkey-for-me": C,
    "switch-clinic": C,
}

# What outlasts the session, or takes out much at once: whoever came upon an open desk must not do
# it. It asks for a passkey shown within a quarter of an hour.
NEEDS_PROOF = {
    "add-member",
    "change-member",
    "invite",
    "recover",
    "enable-member",
    "create-key",
    "change-number",
    "take-record",
    "erase-patient",
}

# Whoever signs in or out is nobody yet: these know no role.
BEFORE_SIGNING_IN = {"sign-in", "passkey-challenge", "passkey-sign-in", "sign-out"}


def least(name: str) -> Role:
    """The least role that opens a route of the console. What nobody declared is nobody else's."""
    return LEAST.get(name, Role.ADMINISTRATOR)


def may(role: Role, name: str) -> bool:
    """Whether somebody in this role gets in."""
    return RANKS[role] >= RANKS[least(name)]

"""A session that has prompts, its link, and the phones it is opened on."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app import clock
from app.journal import owners, planning, prompts
from app.links import magic_links
from app.people.models import Patient
from app.scheduling.models import Appointment

AFTER = timedelta(hours=1)  # the end of Maya's session is 22 hours ago: this is the next day


@dataclass
class Planned:
    """The link of a session, its token, the prompt of this moment and whose it is."""

    link_id: UUID
    token: str
    prompt_id: UUID
    owner: str


@pytest.fixture
def planned(database, cast):
    """Maya's session of yesterday with its prompts; it is the morning's turn."""
    with database.session() as db:
        infusion = db.get_one(Appointment, cast.infusion.id)
        planning.plan(db, infusion)
        db.flush()
        prompt = prompts.current(db, db.get_one(Patient, cast.maya.id))
        return Planned(
            prompt.link_id,
            magic_links.token_of(prompt.link),
            prompt.id,
            owners.owner_of(prompt.patient),
        )


@pytest.fixture
def tapped(browser, planned):
    """`tapped()`: a browser that opened the link, and what it was told."""

    def tapped(token=None, from_=None):
        phone = from_ or browser()
        answer = phone.post("/x", json={"t": token or planned.token, "kind": "write"})
        phone.opened = answer.json()
        return phone

    return tapped


@pytest.fixture
def sent(planned):
    """`sent(phone, words=…)`: what a device sends; gives the answer."""

    def sent(phone, words="The river.", *, uuid=None, base=0, owner=None, **differs):
        body = {
            "owner": planned.owner if owner is None else owner,
            "prompt": str(planned.prompt_id),
            "kind": "words",
            "question": "What has stayed with you?",
            "words": words,
            "written_at": clock.now().isoformat(),
            "revision": base + 1,
            "lines": [],
            "shared": False,
            "apart_from": None,
        }
        return phone.put(
            f"/journal/entries/{uuid or uuid4()}",
            json=body | differs,
            headers={"If-Match": f'"{base}"', "X-Owner": body["owner"]},
        )

    return sent

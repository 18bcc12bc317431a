import itertools
import os
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select

from app import clock, i18n
from app.people.models import Patient
from app.push import delivery, notices, subscriptions, vapid
from app.push.encryption import encoded, point
from app.push.models import PushNotice, PushSubscription


@pytest.fixture
def browser_keys():
    """`browser_keys()`: what a browser makes when it subscribes: private, p256dh, auth."""

    def browser_keys():
        private = ec.generate_private_key(ec.SECP256R1())
        return private, encoded(point(private.public_key())), encoded(os.urandom(16))

    return browser_keys


class StandInService:
    """A push service that stays in the house: keeps what it is handed, answers as it is told."""

    def __init__(self):
        self.taken = []
        self.answers = []

    def post(self, endpoint, headers, body):
        self.taken.append((endpoint, headers, body))
        return self.answers.pop(0) if self.answers else 201


@pytest.fixture
def service():
    return StandInService()


@pytest.fixture
def subscribe(database, cast, browser_keys):
    """`subscribe()`: a browser of Maya's takes notices; gives its row, and what it keeps itself."""
    made = itertools.count()

    def subscribe(patient=None, *, language="en", endpoint=None, **differs):
        private, p256dh, auth = browser_keys()
        values = {
            "endpoint": endpoint or f"https://fcm.googleapis.com/fcm/send/{next(made)}",
            "p256dh": p256dh,
            "auth": auth,
            "device": "iPhone",
            "hosts": ("fcm.googleapis.com", "*.push.apple.com"),
        }
        with database.session() as db, i18n.using(language):
            vapid.public_key(db)
            row = subscriptions.subscribe(
                db, db.get_one(Patient, (patient or cast.maya).id), **(values | differs)
            )
        return row, private, auth

    return subscribe


@pytest.fixture
def queue(database, cast):
    """`queue()`: a notice for Maya, due now, worth reading until tonight."""

    def queue(patient=None, *, once_key="evening:1", due_at=None, lasts=timedelta(hours=3)):
        due_at = due_at or clock.now()
        with database.session() as db:
            notices.queue(
                db,
                db.get_one(Patient, (patient or cast.maya).id),
                due_at=due_at,
                expires_at=due_at + lasts,
                once_key=once_key,
            )

    return queue


@pytest.fixture
def send(database, service, settings):
    """Let a worker send one notice; False when none is due."""

    def send():
        return delivery.send_one(database, service, settings)

    return send


@pytest.fixture
def kept(database):
    """Every notice as it stands."""

    def kept():
        with database.session(write=False) as db:
            return list(db.scalars(select(PushNotice).order_by(PushNotice.made_at, PushNotice.id)))

    return kept


@pytest.fixture
def browsers(database):
    """Every subscription as it stands."""

    def browsers():
        with database.session(write=False) as db:
            return list(
                db.scalars(
                    select(PushSubscription).order_by(PushSubscription.made_at, PushSubscription.id)
                )
            )

    return browsers

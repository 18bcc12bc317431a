"""A receiver that speaks HTTP, and a clinic's system that asks to be told."""

import json
import socketserver
import threading
from http.server import BaseHTTPRequestHandler

import pytest
from sqlalchemy import select

from app import clock
from app.people.models import Clinic
from app.subscriptions import delivering, keeping
from app.subscriptions.keeping import Wish
from app.subscriptions.models import Subscription, SubscriptionEvent
from app.subscriptions.receiver import NetReceiver


class Receiver:
    """Listens on this machine, keeps what it is told, answers as it is bidden."""

    def __init__(self):
        self.taken = []  # (headers, body), as they came
        self.answers = []  # statuses for what comes next; then 200
        self.handler = None  # instead of an answer: a function of the request
        keeper = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                keeper.taken.append((dict(self.headers), body))
                if keeper.handler is not None:
                    keeper.handler(self)
                    return
                self.send_response(keeper.answers.pop(0) if keeper.answers else 200)
                self.send_header("location", "http://169.254.169.254/")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/told?by=afterglow"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def told(self):
        """What it was told, in order: (number, type, id)."""
        return [read(body) for _, body in self.taken]

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def read(body):
    """The number of a notice, and what it is about."""
    first, *others = json.loads(body)["entry"]
    parts = {each["name"]: each for each in first["resource"]["parameter"]}
    event = {each["name"]: each for each in parts["notification-event"]["part"]}
    focus = others[0]["fullUrl"] if others else ""
    return (int(event["event-number"]["valueString"]), *focus.split("/")[-2:])


@pytest.fixture
def receiver():
    listening = Receiver()
    yield listening
    listening.close()


@pytest.fixture
def here(settings):
    """Settings under which a receiver on this machine may be told."""
    return settings.model_copy(update={"demo": True})


@pytest.fixture
def subscribe(database, cast, here, receiver):
    """`subscribe("Appointment")`: the clinic's system wants to hear of these; its row and key."""

    def subscribe(resource_type="Appointment", *, clinic=None, **differs):
        values = {"endpoint": receiver.address, "reason": "the record", **differs}
        with database.session() as db:
            row = db.get_one(Clinic, (clinic or cast.clinic).id)
            return keeping.create(db, row, Wish(resource_type, **values), here, by=cast.ada)

    return subscribe


@pytest.fixture
def deliver(database, here):
    """Let a worker tell one thing; False when there is nothing to tell now."""
    net = NetReceiver(here, seconds=1)
    return lambda: delivering.deliver_one(database, net, here)


@pytest.fixture
def deliver_all(deliver):
    def deliver_all():
        while deliver():
            pass

    return deliver_all


@pytest.fixture
def later():
    """`later(hours=2)`: it is that much later, on both clocks."""

    def later(by):
        at, machine = clock.now() + by, clock.machine_now() + by
        clock.stand_still(at, machine=machine)

    return later


@pytest.fixture
def events(database):
    """Everything that was written down to be told, in order."""

    def events():
        with database.session(write=False) as db:
            return list(db.scalars(select(SubscriptionEvent).order_by(SubscriptionEvent.position)))

    return events


@pytest.fixture
def standing(database):
    """A subscription as it stands now."""

    def standing(subscription):
        with database.session(write=False) as db:
            return db.get_one(Subscription, subscription.id)

    return standing

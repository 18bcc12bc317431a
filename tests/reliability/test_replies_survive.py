"""Real workers killed while they understand what came in: each reply is taken in, and once."""

import random
import time
from collections import Counter

from sqlalchemy import func, select

from app.messaging import inbound
from app.messaging.inbound import Raw
from app.messaging.models import InboundText, Message, Purpose
from app.tasks.models import StaffTask, TaskCode
from bench.reliability.stage import stage
from tests import databases

PATIENTS, REPLIES, KILLS = 20, 60, 2
WORKERS = 2
_PATIENCE = 90  # seconds


def come_in(scene):
    """Each patient asks to be phoned, wonders about something, and asks to be phoned again."""
    with scene.database.session() as db:
        for number in range(REPLIES):
            patient = scene.patients[number % PATIENTS]
            words = "CALL" if number // PATIENTS != 1 else f"What is {number}?"
            inbound.store(db, f"SM{number:032d}", Raw(patient.phone, "", words))


def left(scene):
    """How many are still not understood."""
    waiting = select(func.count()).where(InboundText.understood_at.is_(None))
    with scene.database.session(write=False) as db:
        return db.scalar(waiting)


def wait_until(scene, most):
    end = time.monotonic() + _PATIENCE
    while (still := left(scene)) > most:
        assert time.monotonic() < end, f"{still} are not understood: {scene.told()}"
        time.sleep(0.005)


def test_a_killed_worker_loses_no_reply_and_none_takes_effect_twice(worker_id):
    chance = random.Random(7)
    with stage(databases.chosen_kind(), patients=PATIENTS, hurry=30, worker_id=worker_id) as scene:
        come_in(scene)
        crew = [scene.start("worker") for _ in range(WORKERS)]
        try:
            for number in range(KILLS):
                wait_until(scene, REPLIES * (KILLS - number) // (KILLS + 1))
                time.sleep(chance.uniform(0, 0.01))
                place = chance.randrange(WORKERS)
                crew[place].kill()
                crew[place].wait(20)
                crew[place] = scene.start("worker")
            wait_until(scene, 0)
        finally:
            for worker in crew:
                worker.kill()
                worker.wait(20)

        with scene.database.session(write=False) as db:
            taken_in = Counter(
                message.provider_sid
                for message in db.scalars(select(Message).where(Message.purpose == Purpose.REPLY))
            )
            tasks = Counter((task.patient_id, task.code) for task in db.scalars(select(StaffTask)))
            lines = Counter(
                message.patient_id
                for message in db.scalars(select(Message).where(Message.purpose == Purpose.ANSWER))
            )
        assert taken_in == Counter(f"SM{number:032d}" for number in range(REPLIES))
        codes = (TaskCode.CALL_BACK, TaskCode.ANSWER)
        assert tasks == Counter((each.id, code) for each in scene.patients for code in codes)
        assert set(lines.values()) == {3}  # twice when they are phoned, once when somebody reads

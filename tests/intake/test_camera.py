from app import clock
from app.intake import camera, following, packets, taking_along
from app.intake.models import TaskKind


def _checks(db, *packets_):
    return [
        task
        for packet in packets_
        for task in packets.tasks_of(db, packet)
        if task.kind is TaskKind.CAMERA_CHECK
    ]


def test_only_whoever_was_asked_and_never_passed_has_not_tried(db, cast):
    maya, theo = db.merge(cast.maya), db.merge(cast.theo)
    everybody = [maya.id, theo.id]
    assert camera.untried(db, everybody) == set()

    asked = packets.ask(db, maya, [], with_camera_check=True, by=None)
    assert camera.untried(db, everybody) == {maya.id}

    (check,) = _checks(db, asked)
    following.completed(db, check)
    packets.ask(db, maya, [], with_camera_check=True, by=None)
    assert camera.untried(db, everybody) == set()
    assert asked.done_at == clock.now()


def test_what_was_pulled_back_was_not_asked(db, cast):
    maya = db.merge(cast.maya)
    asked = packets.ask(db, maya, [], with_camera_check=True, by=None)

    taking_along.cancel(db, asked, by=None)
    db.flush()

    assert camera.untried(db, [maya.id]) == set()

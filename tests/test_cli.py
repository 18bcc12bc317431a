"""The operator's commands, run as an operator runs them."""

import json
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from app import clock
from app.access import api_keys
from app.cli import keys
from app.db import beats
from app.links import magic_links
from app.links.models import LinkKind
from app.messaging import alarms, outbox
from app.messaging.models import Purpose
from app.people.models import Clinic, Patient
from app.questionnaires.models import Questionnaire
from app.subscriptions import keeping as subscriptions
from app.subscriptions.keeping import Wish
from app.subscriptions.models import EventStatus, SubscriptionEvent
from tests import commands

ROOT = Path(__file__).resolve().parents[1]
KEYS = {"AFTERGLOW_SECRET_KEYS": "s" * 40, "AFTERGLOW_ENCRYPTION_KEYS": "e" * 40}


@pytest.fixture
def afterglow(tmp_path, tmp_path_factory):
    """`afterglow("serve", NAME="value")`: run a command in an empty folder."""
    kept = tmp_path_factory.mktemp("said")

    def afterglow(*arguments, **settings):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("AFTERGLOW_")}
        known = clean | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "200"} | settings
        done = commands.run(arguments, known, tmp_path, kept)
        assert "Traceback" not in done.stderr
        assert "Traceback" not in done.stdout
        return done

    return afterglow


@pytest.fixture
def installed(database):
    url = database.engine.url.render_as_string(hide_password=False)
    return KEYS | {"AFTERGLOW_DATABASE_URL": url, "AFTERGLOW_BASE_URL": "https://care.example.org"}


@pytest.fixture
def at_work(database):
    """A worker, seen just now. Commands live by the machine's own clock, and so does this test."""
    clock.stand_still(None)
    with database.session() as db:
        beats.beat(db, "one")


def test_serve_names_every_missing_setting_at_once(afterglow):
    done = afterglow("serve")

    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    for name in ("DATABASE_URL", "BASE_URL", "SECRET_KEYS", "ENCRYPTION_KEYS", "SMS"):
        assert f"AFTERGLOW_{name}" in done.stderr


def test_serve_does_not_start_on_a_database_that_was_not_migrated(afterglow, tmp_path):
    done = afterglow(
        "serve",
        **KEYS,
        AFTERGLOW_DATABASE_URL=f"sqlite:///{tmp_path}/new.sqlite3",
        AFTERGLOW_BASE_URL="https://care.example.org",
        AFTERGLOW_SMS="demo",
    )

    assert done.returncode == 1
    assert "afterglow migrate" in done.stderr


@pytest.mark.parametrize(
    "settings",
    [
        {"AFTERGLOW_SMS": "pigeon"},
        {"AFTERGLOW_DATABASE_URL": "nonsense"},
        {"AFTERGLOW_DATABASE_URL": "oracle://x"},
        {"AFTERGLOW_DATABASE_URL": "sqlite:////nowhere/at/all.sqlite3"},
    ],
)
def test_a_wrong_setting_is_one_clear_line_and_no_secret_is_shown(afterglow, settings):
    complete = KEYS | {"AFTERGLOW_BASE_URL": "https://care.example.org", "AFTERGLOW_SMS": "demo"}

    done = afterglow("serve", **(complete | settings))

    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("afterglow: ")
    assert "s" * 40 not in done.stderr
    assert "e" * 40 not in done.stderr


def test_wrong_usage_is_told_apart_from_failure(afterglow):
    assert afterglow("nonsense").returncode == 2
    assert afterglow("clinic", "create").returncode == 2


def test_a_clinic_is_opened_staff_invited_and_a_key_made(afterglow, installed):
    opened = afterglow(
        "clinic",
        "create",
        "Southside Clinic",
        "--clinic=southside",
        "--zone=America/Chicago",
        "--phone=312 555 0160",
        **installed,
    )
    invited = afterglow("staff", "invite", "Dr. Patel", "--clinic=southside", **installed)
    key = afterglow("apikey", "create", "EHR", "--clinic=southside", **installed)

    assert (opened.returncode, opened.stdout) == (0, "Opened Southside Clinic.\n")
    assert invited.stdout.startswith("https://care.example.org/invitation#")
    assert key.returncode == 0
    assert len(key.stdout.strip()) >= 22


def test_a_key_opens_no_more_than_its_scopes(afterglow, installed, cast, database):
    key = ("apikey", "create", "EHR", "--clinic=northside")
    made = afterglow(
        *key, "--scope=system/Patient.read", "--scope=system/Appointment.write", **installed
    )
    refused = afterglow(*key, "--scope=patients", **installed)

    with database.session() as db:
        found = api_keys.find(db, made.stdout.strip())
        assert found.scopes == "system/Appointment.write system/Patient.read"
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "“patients” opens nothing" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("staff", "invite", "Ada", "--clinic=nowhere"), "there is no clinic nowhere"),
        (("apikey", "create", "EHR", "--clinic=nowhere"), "there is no clinic nowhere"),
        (
            ("clinic", "create", "N", "--clinic=n", "--zone=Mars/Olympus", "--phone=3125550160"),
            "time zone",
        ),
        (
            ("clinic", "create", "N", "--clinic=n", "--zone=America/Chicago", "--phone=12"),
            "phone number",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(afterglow, installed, arguments, said):
    done = afterglow(*arguments, **installed)

    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_migrating_twice_is_safe(afterglow, tmp_path):
    url = f"sqlite:///{tmp_path}/new.sqlite3"
    for _ in range(2):
        done = afterglow("migrate", AFTERGLOW_DATABASE_URL=url)
        assert (done.returncode, done.stdout) == (0, "The database is up to date.\n")


def test_the_doctor_says_what_is_wrong_and_when_all_is_well(afterglow, installed, at_work):
    ill = afterglow("doctor")
    well = afterglow("doctor", "--inside", **installed, AFTERGLOW_SMS="demo")

    assert ill.returncode == 1
    assert "AFTERGLOW_BASE_URL" in ill.stderr
    assert (well.returncode, well.stderr) == (0, "")
    *lines, last = well.stdout.splitlines()
    assert last.startswith("All is well")
    for line in ("schema         the database is migrated", "worker         seen "):
        assert any(each.startswith(f"ok    {line}") for each in lines)
    assert not [each for each in lines if not each.startswith(("ok ", "warn "))]


def test_the_doctor_also_speaks_to_programs(afterglow, installed):
    told = afterglow("doctor", "--inside", "--json", **installed, AFTERGLOW_SMS="demo")

    found = {each["check"]: each for each in json.loads(told.stdout)}
    assert told.returncode == 1  # nobody works here
    assert found["worker"]["state"] == "fail"
    assert "none has ever worked here" in found["worker"]["words"]
    assert found["trail"]["state"] == "ok"


def test_the_doctor_says_how_late_texts_are(afterglow, installed, database, cast, at_work):
    with database.session() as db:
        maya, due_at = db.get_one(Patient, cast.maya.id), clock.now() - timedelta(minutes=7)
        outbox.enqueue(db, Purpose.NOTICE, "…", patient=maya, due_at=due_at)

    done = afterglow("doctor", "--inside", **installed, AFTERGLOW_SMS="demo")

    assert done.returncode == 1
    assert re.search(r"a text is 4\d\d s late: is the worker stuck", done.stderr)


def test_the_doctor_finds_a_database_that_does_not_answer(afterglow):
    nowhere = {"AFTERGLOW_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none"}
    done = afterglow("doctor", "--inside", **KEYS, **nowhere)

    assert done.returncode == 1
    assert "fail  database       does not answer (OperationalError)" in done.stdout


def test_the_doctor_names_an_open_alarm_until_it_is_cleared(
    afterglow, installed, database, at_work
):
    with database.session() as db:
        alarms.raise_(db, alarms.AlarmCode.UNREGISTERED)
    settings = installed | {"AFTERGLOW_SMS": "demo"}

    ill = afterglow("doctor", "--inside", **settings)
    listed = afterglow("alarm", "list", **settings)
    cleared = afterglow("alarm", "clear", "unregistered", **settings)

    assert (ill.returncode, ill.stderr) == (1, "afterglow: open alarm: unregistered\n")
    assert listed.stdout.startswith("unregistered  since ")
    assert cleared.returncode == 0
    with database.session(write=False) as db:
        assert alarms.open_alarms(db) == []


def test_the_doctor_counts_what_another_system_did_not_take(
    afterglow, installed, cast, database, settings
):
    wish = Wish("Appointment", "https://record.example.org/told", "the record")
    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        subscription, _ = subscriptions.create(db, clinic, wish, settings, by=cast.ada)
        for position in (1, 2):
            db.add(
                SubscriptionEvent(
                    clinic_id=clinic.id,
                    subscription_id=subscription.id,
                    resource_type="Appointment",
                    resource_id=cast.integration_visit.id,
                    is_new=True,
                    status=EventStatus.DEAD,
                    position=position,
                    attempts=9,
                    made_at=clock.now(),
                )
            )

    ill = afterglow("doctor", "--inside", **installed, AFTERGLOW_SMS="demo")

    assert ill.returncode == 1
    assert "2 changes at northside were not taken by another system" in ill.stderr


def test_a_form_is_imported_and_what_is_odd_is_printed(afterglow, installed, cast, database):
    example = str(ROOT / "tests" / "fhir_examples" / "01-layout-paginated.json")

    done = afterglow("questionnaire", "import", example, "--clinic", "northside", **installed)

    assert (done.returncode, done.stderr) == (0, "")
    *warnings, last = done.stdout.strip().splitlines()
    assert "warning: It has no status, which FHIR requires." in warnings
    assert any(line.startswith("warning: 10.1: ") for line in warnings)
    with database.session(write=False) as db:
        row = db.scalars(select(Questionnaire)).one()
        assert last == f"Imported {row.url}|{row.version}"
        assert row.clinic_id == cast.clinic.id
    again = afterglow("questionnaire", "import", example, "--clinic", "northside", **installed)
    assert again.returncode == 0
    assert "Here already" in again.stdout


def test_a_clinic_that_is_alone_need_not_be_named(afterglow, installed):
    example = str(ROOT / "tests" / "fhir_examples" / "03-repeated-group.json")
    southside = ("--clinic=southside", "--zone=America/Chicago", "--phone=3125550160")
    assert afterglow("clinic", "create", "Southside", *southside, **installed).returncode == 0

    done = afterglow("questionnaire", "import", example, **installed)

    assert (done.returncode, done.stderr) == (0, "")
    assert "Imported" in done.stdout


TWICE = {"linkId": "2", "type": "string"}


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("{", ["afterglow: refused: The file is not JSON."]),
        (
            json.dumps(
                {
                    "resourceType": "Questionnaire",
                    "status": "active",
                    "item": [{"linkId": "1", "type": "hue"}, TWICE, TWICE],
                }
            ),
            [
                "afterglow: refused: 1: “hue” is not one of R4's item types.",
                "afterglow: refused: 2: Two items have this linkId.",
            ],
        ),
    ],
)
def test_a_refused_form_is_a_line_for_each_reason_and_leaves_nothing(
    afterglow, installed, cast, database, tmp_path, content, lines
):
    (tmp_path / "form.json").write_text(content)

    done = afterglow("questionnaire", "import", "form.json", "--clinic", "northside", **installed)

    assert done.returncode == 1
    assert sorted(done.stderr.strip().splitlines()) == sorted(lines)
    with database.session(write=False) as db:
        assert db.scalars(select(Questionnaire)).all() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.json", "--clinic", "northside"), "No such file"),
        ((".", "--clinic", "northside"), "directory"),
        (("pyproject.toml", "--clinic", "elsewhere"), "there is no clinic elsewhere"),
        (("pyproject.toml",), "say for which clinic: --clinic"),
    ],
)
def test_a_form_that_is_not_there_is_one_line(
    afterglow, installed, cast, tmp_path, arguments, said
):
    (tmp_path / "pyproject.toml").write_text("{}")

    done = afterglow("questionnaire", "import", *arguments, **installed)

    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert said in done.stderr


def test_somebody_works_at_a_further_clinic(afterglow, installed, cast):
    joined = afterglow(
        "staff", "join", "Dr. Okafor", "--clinic", "northside", "--to", "lakeview", **installed
    )
    again = afterglow(
        "staff", "join", "Dr. Okafor", "--clinic", "northside", "--to", "lakeview", **installed
    )
    listed = afterglow("clinic", "list", **installed)

    # Without a passkey yet, they are invited there too.
    assert joined.stdout.startswith("https://care.example.org/invitation#")
    assert (again.returncode, again.stderr) == (
        1,
        "afterglow: They work at this clinic already.\n",
    )
    assert "lakeview  Lakeview Practice  2 on the team" in listed.stdout


def test_a_clinic_is_given_a_sender_of_its_own_that_no_other_gets(afterglow, installed, cast):
    given = afterglow("clinic", "sender", "northside", "+1 312 555 0901", **installed)
    taken = afterglow("clinic", "sender", "lakeview", "+13125550901", **installed)
    listed = afterglow("clinic", "list", **installed)
    back = afterglow("clinic", "sender", "northside", "default", **installed)
    after = afterglow("clinic", "list", **installed)

    assert (given.returncode, given.stdout) == (0, "northside texts by +13125550901.\n")
    assert taken.returncode == 1
    assert "Others text by this one" in taken.stderr
    assert "3 on the team  texts by +13125550901\n" in listed.stdout
    assert back.stdout == "northside texts by the installation's sender.\n"
    assert "texts by" not in after.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["northside", "soon"], "Messaging Service"), (["nowhere", "+13125550901"], "no clinic")],
)
def test_a_sender_that_is_none_is_refused_in_one_line(afterglow, installed, cast, arguments, said):
    refused = afterglow("clinic", "sender", *arguments, **installed)

    assert refused.returncode == 1
    assert len(refused.stderr.strip().splitlines()) == 1
    assert said in refused.stderr


def test_the_doctor_names_the_first_link_that_was_changed(afterglow, installed, cast, database):
    tampered = text("UPDATE audit_event SET action = 'nothing' WHERE seq = 2")
    with database.session() as db:
        if database.is_sqlite:
            db.execute(text("DROP TRIGGER audit_event_stays"))
            db.execute(tampered)
        else:
            db.execute(text("ALTER TABLE audit_event DISABLE TRIGGER USER"))
            db.execute(tampered)
            db.execute(text("ALTER TABLE audit_event ENABLE TRIGGER USER"))

    done = afterglow("doctor", "--inside", **installed)

    assert done.returncode == 1
    assert "the trail of northside is broken: event 2 was changed" in done.stderr
    assert "the trail of lakeview is broken: event 2 was changed" in done.stderr


def test_keys_are_turned_and_their_state_is_told(afterglow, installed, cast):
    everything = installed | {"AFTERGLOW_ENCRYPTION_KEYS": f"{'n' * 40},{'e' * 40}"}
    turned = afterglow("keys", "rotate", "--clinic", "northside", **everything)
    told = afterglow("keys", "status", **everything)

    assert turned.stdout.splitlines() == [
        "master: 2 wrapped anew",
        "data: 1 made",
        "house: 1 made",
        "index: 2 made",
    ]
    lines = told.stdout.splitlines()
    assert lines[0].endswith("8 keys stand under it")
    assert lines[1].endswith("2 keys stand under it")  # the neighbour's: it may not go yet
    [data] = [line for line in lines if line.startswith("northside: data key 2")]
    assert int(data.split(": ")[2].split()[0]) > 10
    assert "sessions need no key" in lines


def test_doctor_misses_a_key_that_is_needed_and_names_none(database, settings, cast):
    url = database.engine.url.render_as_string(hide_password=False)
    others = {"encryption_keys": (SecretStr("n" * 40),), "secret_keys": (SecretStr("n" * 40),)}
    with database.session() as db:
        magic_links.mint(
            db,
            LinkKind.JOIN,
            clinic_id=cast.clinic.id,
            patient_id=cast.maya.id,
            expires_at=clock.now() + timedelta(days=1),
        )

    assert keys.wrong(settings.model_copy(update={"database_url": url})) == []
    assert keys.wrong(settings.model_copy(update={"database_url": url, **others})) == [
        "4 keys need a key that AFTERGLOW_ENCRYPTION_KEYS lacks",
        "1 links and codes need a key that AFTERGLOW_SECRET_KEYS lacks",
    ]


def test_keys_in_a_file_that_others_may_read_are_no_secret(database, settings, tmp_path):
    file = tmp_path / "keys"
    file.write_text("e" * 40)
    file.chmod(0o644)
    url = database.engine.url.render_as_string(hide_password=False)
    opened = settings.model_copy(update={"database_url": url, "encryption_keys_file": str(file)})

    assert keys.wrong(opened) == ["AFTERGLOW_ENCRYPTION_KEYS_FILE can be read by others"]


def test_a_key_program_that_fails_is_one_line_and_shows_nothing(afterglow, installed):
    settings = {name: value for name, value in installed.items() if "ENCRYPTION" not in name}
    done = afterglow("keys", "status", **settings, AFTERGLOW_ENCRYPTION_KEYS_COMMAND="ls /nowhere")

    assert done.returncode == 1
    assert done.stderr.startswith("afterglow: AFTERGLOW_ENCRYPTION_KEYS: ")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "nowhere" not in done.stderr

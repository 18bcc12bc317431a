"""What we ship to run Afterglow with fits what Afterglow is, and is taken by who reads it."""

import configparser
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from starlette.testclient import TestClient

from app import cli, clock, serving
from app.backups.models import DataCopy
from app.db import beats
from app.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
LASTING = [unit for unit in UNITS if "doctor" not in unit.name]
ENVIRONMENT = (DEPLOY / "afterglow.env").read_text()


def program(name):
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/lib/systemd")
    assert found, f"{name} is needed: make test installs it"
    return found


def run(*command, **more):
    """What a program told, which has to end well."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def blamed(*command, **more):
    """What a program finds wrong; empty when all is well."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    return (done.stdout + done.stderr or "it failed") if done.returncode else ""


def section(unit, name):
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(unit)
    return parser[name]


# --- settings


def test_the_sample_names_every_setting_and_none_that_is_gone():
    named = set(re.findall(r"^#?AFTERGLOW_([A-Z_]+)=", ENVIRONMENT, re.MULTILINE))

    assert named == {n.upper() for n, field in Settings.model_fields.items() if not field.exclude}


def test_every_setting_of_the_sample_has_a_word_above_it_and_its_default_beside_it():
    lines = ENVIRONMENT.splitlines()
    for number, line in enumerate(lines):
        if not (found := re.match(r"#AFTERGLOW_([A-Z_]+)=(.+)", line)):
            continue
        default = Settings.model_fields[found[1].lower()].default
        if isinstance(default, tuple):
            default = ",".join(default)
        if found[1] not in ("TURN_URLS", "DATA_DIR"):  # an example; where a service may write
            assert found[2] == str(getattr(default, "value", default)), line
        above = [each for each in lines[:number] if each]
        assert any(each.startswith("# ") for each in above[-6:])


def test_the_sample_once_filled_in_is_all_that_serve_asks_for(tmp_path):
    keys = tmp_path / "keys"
    keys.write_text("k" * 40)
    filled = ENVIRONMENT.replace("BASE_URL=", "BASE_URL=https://care.example.org")
    filled = re.sub(r"/etc/afterglow/\w+\.keys", str(keys), filled)
    (tmp_path / ".env").write_text(filled)

    assert Settings(_env_file=tmp_path / ".env").missing_for_production() == []


# --- systemd


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_may_touch_little(unit):
    service = section(unit, "Service")

    for name in (
        "NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "PrivateUsers",
        "ProtectKernelTunables", "ProtectKernelModules", "ProtectControlGroups", "LockPersonality",
        "RestrictNamespaces", "RestrictSUIDSGID", "MemoryDenyWriteExecute",
    ):  # fmt: skip
        assert service[name] == "yes", name
    assert (service["ProtectSystem"], service["CapabilityBoundingSet"]) == ("strict", "")
    assert (service["User"], service["UMask"]) == ("afterglow", "0077")


@pytest.mark.parametrize("unit", LASTING, ids=lambda unit: unit.name)
def test_a_service_comes_back_and_may_take_its_leave(unit):
    service = section(unit, "Service")
    leaves_within = Settings.model_fields["leave_seconds"].default + serving._GRACE_SECONDS + 10

    assert service["Restart"] == "always"
    assert section(unit, "Unit")["StartLimitIntervalSec"] == "0"
    assert int(service["TimeoutStopSec"]) >= leaves_within
    assert int(service["LimitNOFILE"]) >= serving._MOST_FILES
    assert service["KillMode"] == "mixed"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_runs_a_command_that_there_is(unit):
    start = section(unit, "Service")["ExecStart"].split()
    known = {each.name or each.callback.__name__ for each in _commands(cli.app)}

    assert start[0] == "/opt/afterglow/current/.venv/bin/afterglow"
    assert start[1] in known


def _commands(app):
    yield from app.registered_commands
    for group in app.registered_groups:
        yield from group.typer_instance.registered_commands if not group.name else ()


def test_systemd_takes_the_units_and_finds_little_exposed(tmp_path):
    place = tmp_path / "opt/afterglow/current/.venv/bin/afterglow"
    place.parent.mkdir(parents=True)
    place.write_text("#!/bin/sh\n")
    place.chmod(0o755)
    for unit in (DEPLOY / "systemd").iterdir():
        text = unit.read_text().replace(
            "/opt/afterglow/current", f"{tmp_path}/opt/afterglow/current"
        )
        (tmp_path / unit.name.replace("@", "@8001")).write_text(text)
    analyze = program("systemd-analyze")
    files = sorted(tmp_path.glob("afterglow*"))
    least = (analyze, "security", "--offline=true", "--threshold=20", "--no-pager")

    assert blamed(analyze, "verify", "--man=no", *files) == ""
    services = [file for file in files if file.suffix == ".service"]
    assert {file.name: blamed(*least, file) for file in services} == {
        file.name: "" for file in services
    }
    assert len(services) == len(UNITS)


# --- proxies and relay


def test_caddy_takes_its_file(tmp_path):
    environment = {
        "AFTERGLOW_SITE": "care.example.org",
        "AFTERGLOW_UPSTREAMS": "127.0.0.1:8001 127.0.0.1:8002",
        "HOME": str(tmp_path),
    }
    told = run(program("caddy"), "adapt", "--config", DEPLOY / "Caddyfile", env=environment)

    made = json.loads(told)
    [server] = made["apps"]["http"]["servers"].values()
    assert "logs" not in server  # no access log
    assert "127.0.0.1:8002" in told
    assert "/readyz?only=pages" in told.replace("\\u003f", "?") or "only=pages" in told


# --- containers


def instructions():
    text = (DEPLOY / "container" / "Dockerfile").read_text()
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if line and not line.startswith("#"):
            yield tuple(line.split(None, 1))


def test_the_image_is_made_from_the_lock_and_runs_as_nobody_special():
    steps = list(instructions())
    words = [word for word, _ in steps]

    assert set(words) <= {
        "ARG", "FROM", "WORKDIR", "RUN", "COPY", "ENV", "USER", "EXPOSE", "STOPSIGNAL",
        "HEALTHCHECK", "ENTRYPOINT", "CMD",
    }  # fmt: skip
    assert words.count("FROM") == 2
    last_from = len(words) - 1 - words[::-1].index("FROM")
    user = words.index("USER")
    assert last_from < user < words.index("ENTRYPOINT")
    assert steps[user][1] == "10001:10001"
    for _, said in (step for step in steps if step[0] == "RUN" and "pip install" in step[1]):
        assert "--require-hashes" in said or "--no-deps --no-build-isolation" in said
    for _, said in (step for step in steps if step[0] == "COPY"):
        source = said.split()[0]
        assert source.startswith("--from=build") or (ROOT / source).exists(), said


def test_the_image_holds_every_folder_that_the_application_reads():
    copied = " ".join(said for word, said in instructions() if word == "COPY")
    wanted = [path.name for path in ROOT.iterdir() if path.name in _read_from_the_root()]

    assert len(wanted) == 4
    for folder in wanted:
        assert f"{folder}/" in copied


def _read_from_the_root():
    source = (ROOT / "pyproject.toml").read_text()
    assert "templates/, static/ and service_worker/ are read from the repository root" in source
    return {"app", "templates", "static", "service_worker"}


def test_the_containers_are_as_careful_as_the_units():
    made = yaml.safe_load((DEPLOY / "container" / "compose.yaml").read_text())
    ours = {name: each for name, each in made["services"].items() if each["image"] == "afterglow"}

    assert set(ours) == {"migrate", "web", "worker", "copies"}
    for each in ours.values():
        assert each["read_only"] is True
        assert each["cap_drop"] == ["ALL"]
        assert each["security_opt"] == ["no-new-privileges:true"]
        assert each["stop_grace_period"] == "35s"
    for each in made["services"].values():
        assert not each.get("privileged")
        assert set(each.get("depends_on", {})) <= set(made["services"])
        assert ":latest" not in each["image"]
    assert made["services"]["web"]["depends_on"]["migrate"]["condition"].endswith("successfully")


# --- figures


@pytest.fixture
def client(app):
    """Prometheus on the same machine."""
    return TestClient(app, base_url="https://afterglow.test", client=("127.0.0.1", 50000))


def exposed(client):
    """Every figure there may be: those of /metrics now, those that have no line yet."""
    text = client.get("/metrics").text
    return {re.sub(r"_(bucket|sum|count)$", "", line.split()[2]) for line in text.splitlines()
            if line.startswith("# TYPE")}  # fmt: skip


def named_in(expressions):
    for expression in expressions:
        for name in re.findall(r"\b(?:afterglow|process)_[a-z_]+", expression):
            yield re.sub(r"_(bucket|sum|count)$", "", name)


def rules():
    made = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())
    return [rule for group in made["groups"] for rule in group["rules"]]


def panels():
    made = json.loads((DEPLOY / "grafana" / "afterglow.json").read_text())
    return [panel for panel in made["panels"] if panel["type"] != "row"]


def test_alerts_and_dashboard_name_figures_that_there_are(client, cast, database):
    with database.session() as db:
        beats.beat(db, "one")
        now = clock.machine_now()
        db.add(DataCopy(folder="x", count=1, size=1, began_at=now, made_at=now))
    there = exposed(client)
    shown = [target["expr"] for panel in panels() for target in panel["targets"]]

    assert set(named_in([rule["expr"] for rule in rules()])) <= there
    assert set(named_in(shown)) <= there
    # And nothing of ours that nobody looks at.
    ours = {
        name for name in there if name.startswith("afterglow_") and not name.endswith("_created")
    }
    assert ours - set(named_in(shown)) == set()


def test_every_alert_says_what_happened_what_to_do_and_whom_to_wake():
    for rule in rules():
        assert set(rule["annotations"]) == {"summary", "do"}
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["for"]


def test_panels_do_not_lie_upon_each_other():
    places = [panel["gridPos"] for panel in panels()]
    cells = [
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_prometheus_takes_configuration_rules_and_figures(client, cast, tmp_path):
    check = (program("promtool"), "check")
    assert blamed(*check, "config", DEPLOY / "prometheus" / "prometheus.yml") == ""
    assert blamed(*check, "rules", DEPLOY / "prometheus" / "alerts.yml") == ""
    assert blamed(*check, "metrics", input=client.get("/metrics").text) == ""
    queries = [target["expr"] for panel in panels() for target in panel["targets"]]
    written = {"groups": [{"name": "panels", "rules": [
        {"record": f"panel:{number}", "expr": each} for number, each in enumerate(queries)
    ]}]}  # fmt: skip
    (tmp_path / "panels.yml").write_text(yaml.safe_dump(written))
    assert blamed(*check, "rules", tmp_path / "panels.yml") == ""


def test_alerts_ring_when_they_should_and_are_silent_otherwise():
    told = Path(__file__).parent / "alerts_test.yml"

    assert blamed(program("promtool"), "test", "rules", told) == ""


def test_every_alert_was_heard_to_ring():
    heard = (Path(__file__).parent / "alerts_test.yml").read_text()
    names = {rule["alert"] for rule in rules()}
    rings = r"alertname=\"{0}\"|alertname: {0}\n +exp_alerts"

    assert {name for name in names if re.search(rings.format(name), heard)} == names

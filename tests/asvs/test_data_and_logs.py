"""What lies in the house: keys, logs, and what it is built of."""

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select
from structlog.testing import capture_logs

from app import logs
from app.access import invitations
from app.audit.models import AuditEvent
from bench import supply
from tests.access.authenticator import Authenticator

ROOT = Path(__file__).parents[2]
# What a secret looks like: keys of vendors, private keys, our own bearer keys.
SECRETS = (
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    r"\bAKIA[0-9A-Z]{16}\b",
    r"\bgh[pousr]_[A-Za-z0-9]{36}\b",
    r"\bxox[abp]-[0-9A-Za-z-]{20,}",
    r"\bsk_live_[0-9a-zA-Z]{20,}",
    r"\bag_[1-9A-HJ-NP-Za-km-z]{22}\b",
)


def test_asvs_11_1_1_a_page_tells_of_every_key_and_how_it_is_changed():
    page = (ROOT / "README.md").read_text()

    for said in ("ENCRYPTION_KEYS", "SECRET_KEYS", "keys rotate", "keys status"):
        assert said in page


def test_asvs_11_3_2_nothing_is_sealed_but_with_aes_gcm():
    used = set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            # TURN signs under an MD5 of user, realm and password (RFC 8489, 9.2.2): not ours to
            # choose, and nothing is sealed by it.
            if isinstance(node, ast.ImportFrom) and "ciphers" in (node.module or ""):
                used |= {f"{node.module}.{each.name}" for each in node.names}
            assert not (isinstance(node, ast.ImportFrom) and (node.module or "").endswith("fernet"))
            refused = ("ECB", "CBC") if path.name == "stun.py" else ("md5", "ECB", "CBC")
            assert not (isinstance(node, ast.Attribute) and node.attr in refused), path

    assert used == {"cryptography.hazmat.primitives.ciphers.aead.AESGCM"}


def test_asvs_13_3_1_no_secret_lies_among_the_sources():
    named = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    found = []
    for name in filter(None, named):
        path = ROOT / name
        if path.suffix in (".png", ".mp3", ".woff2", ".opus") or not path.is_file():
            continue
        words = path.read_text(errors="replace")
        found += [f"{name}: {pattern}" for pattern in SECRETS if re.search(pattern, words)]

    assert found == []
    assert not [name for name in named if Path(name).name in (".env", "demo-keys")]


def test_asvs_15_1_2_the_bill_of_materials_names_all_that_is_built_in():
    bill = supply.bill_of_materials()

    named = {each["purl"] for each in bill["components"]}
    assert bill["bomFormat"] == "CycloneDX"
    assert {f"pkg:pypi/{name}@{version}" for name, version in supply.pins("runtime")} <= named
    assert any(each.startswith("pkg:npm/htmx.org@") for each in named)
    assert all(each["hashes"] for each in bill["components"])
    assert json.loads(json.dumps(bill)) == bill


def test_asvs_16_2_2_every_line_of_the_log_tells_its_time_in_utc(capsys):
    logs.configure("json")
    structlog.get_logger("house").info("open")

    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["timestamp"])


def test_asvs_16_3_1_who_came_in_and_whose_passkey_was_refused_is_written_down(
    client, database, cast
):
    with database.session() as db:
        token = invitations.invite(db, cast.dr_okafor, by=cast.ada)
    device = Authenticator()
    options = client.post("/invitation/challenge", json={"t": token}).json()["options"]
    answer = {"t": token, "credential": device.create(options)}
    client.post("/invitation/passkey", json=answer)
    device.verifies_user = False
    options = client.post("/clinic/sign-in/challenge").json()["options"]
    with capture_logs() as lines:
        client.post("/clinic/sign-in/passkey", json={"credential": device.get(options)})
        client.post("/sign-in/code", data={"code": "000000"})

    with database.session(write=False) as db:
        acts = set(db.scalars(select(AuditEvent.action)))
    assert {"add-passkey", "sign-in", "refuse-passkey"} <= acts
    tries = {(line["route"], line["status"]) for line in lines if line["event"] == "request"}
    assert ("/clinic/sign-in/passkey", 422) in tries
    assert any(route == "/sign-in/code" for route, _ in tries)


@pytest.mark.parametrize("path", ["/clinic/keys/new", "/clinic/team/new"])
def test_asvs_16_3_2_whoever_was_not_let_in_stands_in_the_log(signed_in, cast, path):
    with capture_logs() as lines:
        assert signed_in(cast.jordan).get(path).status_code == 403

    refused = [line for line in lines if line["event"] == "request"]
    assert [(line["route"], line["status"]) for line in refused] == [(path, 403)]
    assert str(cast.jordan.id) not in json.dumps(refused)

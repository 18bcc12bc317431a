"""`docs/deploy.md`, word by word: a newcomer's commands, played in a folder of their own.

What only root may do on a whole machine (packages, accounts, owners, starting services) is done by
small programs that stand in for those; everything else is real: keys, settings, migrations, the
service with its unit's command and environment, Caddy with an authority of its own, coturn, the
doctor, copies, a restore, an upgrade and the way back.
"""

import http.client
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from bench.reliability.installation import free_port

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "deploy.md").read_text()
PLACES = ("/opt/afterglow", "/etc", "/var/lib", "/var/backups", "/usr/local")

STAND_INS = {
    "apt-get": "exit 0",
    "adduser": "exit 0",
    "chown": "exit 0",
    "chgrp": "exit 0",
    "update-ca-certificates": "exit 0",
    # Owners need root; the rest of it is done.
    "install": """
for each; do case $each in --owner=*|--group=*) ;; *) set -- "$@" "$each" ;; esac; shift; done
exec /usr/bin/install -D "$@" 2>/dev/null || exec /usr/bin/install "$@"
""",
    "runuser": """
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
""",
    # Nothing is fetched and nothing installed: the environment that runs this test is lent.
    "python3": """
if [ "$1 $2" = "-m venv" ]; then
    mkdir -p "$3/bin"
    printf '#!/bin/sh\\nexit 0\\n' > "$3/bin/pip"
    printf '#!/bin/sh\\nPYTHONPATH=%s exec @PYTHON@ -c "@MAIN@" "$@"\\n' \\
        "$(dirname "$(realpath "$3")")" > "$3/bin/afterglow"
    chmod +x "$3/bin/pip" "$3/bin/afterglow"
    exit 0
fi
exec @PYTHON@ "$@"
""",
    "git": """
[ "$1" = clone ] || exit 1
for each; do last=$each; done
mkdir -p "$last"
cp -r @ROOT@/tmp/source/. "$last"
""",
    "systemctl": 'exec @PYTHON@ @HERE@/services.py @ROOT@ "$@"',
}


def blocks(*, until="## Several processes"):
    """The shell blocks of the guide, in their order."""
    return re.findall(r"^```sh\n(.*?)^```$", GUIDE.partition(until)[0], re.MULTILINE | re.DOTALL)


@pytest.fixture
def machine(tmp_path):
    """A folder that stands for a clean Debian, and what was started there is ended."""
    for place in ("bin", "tmp", *(each[1:] for each in PLACES)):
        (tmp_path / place).mkdir(parents=True)
    for place in ("etc/caddy", "etc/systemd/system", "usr/local/bin", "var/lib/caddy"):
        (tmp_path / place).mkdir(parents=True, exist_ok=True)
    (tmp_path / "usr/local/share/ca-certificates").mkdir(parents=True)
    for name, words in STAND_INS.items():
        for old, new in {
            "@MAIN@": "from app.cli import main; main()",
            "@PYTHON@": sys.executable,
            "@HERE@": str(Path(__file__).parent),
            "@ROOT@": str(tmp_path),
        }.items():
            words = words.replace(old, new)
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{words.strip()}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    _put_source(tmp_path)
    yield tmp_path
    for file in (tmp_path / "tmp").glob("*.pid"):
        try:
            os.killpg(int(file.read_text()), signal.SIGKILL)
        except ProcessLookupError:
            continue


def _put_source(root):
    """What a clone brings: this tree, whose files name places of the folder."""
    source = root / "tmp" / "source"
    shutil.copytree(ROOT / "deploy", source / "deploy")
    for file in (source / "deploy").rglob("*"):
        if file.is_file():
            file.write_text(placed(file.read_text(), root))
    for name in ("app", "requirements", "service_worker", "static", "templates"):
        (source / name).symlink_to(ROOT / name)


def placed(text, root):
    """Words that name places of a machine, with those of the folder."""
    for place in PLACES:
        text = re.sub(rf"(?<![\w.]){place}(?=[/\s\"'|;:]|$)", f"{root}{place}", text)
    return text


def as_played_there(text, root, ports):
    """The guide's words, with the places of the folder and ports that are free."""
    text = placed(text, root)
    for old, new in {
        "SITE=care.example.org": "SITE=localhost",
        "https://$SITE": f"https://localhost:{ports['https']}",
        ":3478": f":{ports['turn']}",
    }.items():
        text = text.replace(old, new)
    return text


def test_a_newcomer_ends_with_a_green_doctor_and_finds_the_way_back(machine):
    assert shutil.which("caddy"), "caddy is needed: make test installs it"
    ports = {name: free_port() for name in ("http", "https", "web", "turn", "admin")}
    script = as_played_there("\n".join(blocks()), machine, ports)
    clean = {k: v for k, v in os.environ.items() if not k.startswith("AFTERGLOW_")}
    done = subprocess.run(
        ["bash", "-euo", "pipefail"],
        input=script,
        cwd=machine,
        env=clean
        | {
            "PATH": f"{machine}/bin:{machine}/usr/local/bin:{os.environ['PATH']}:/usr/sbin",
            "SSL_CERT_FILE": f"{machine}/usr/local/share/ca-certificates/afterglow-trial.crt",
            "PLAYED_PORTS": " ".join(f"{name}={port}" for name, port in ports.items()),
            "NO_COLOR": "1",
        },
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    told = done.stdout + done.stderr
    logs = "".join(file.read_text()[-3000:] for file in sorted((machine / "tmp").glob("*.log")))

    assert done.returncode == 0, told + logs
    looks = done.stdout.split("All is well")
    assert len(looks) == 4, told  # at first, after the upgrade, after the way back
    for line in (
        "ok    certificate",
        "ok    pages",
        "ok    sockets",
        "ok    relay",
        "ok    worker",
    ):
        assert all(line in look for look in looks[:-1]), told
    assert "/invitation#" in done.stdout
    assert "rows restored" in done.stdout
    assert "fail " not in done.stdout
    _a_proxy_without_pages_is_kind_and_says_nothing(machine, ports)
    # Keys and settings are for those they belong to.
    assert (machine / "etc/afterglow/secret.keys").stat().st_mode & 0o777 == 0o400
    assert (machine / "etc/afterglow/afterglow.env").stat().st_mode & 0o777 == 0o640


def _a_proxy_without_pages_is_kind_and_says_nothing(machine, ports):
    trusted = machine / "usr/local/share/ca-certificates/afterglow-trial.crt"
    here = http.client.HTTPSConnection(
        "localhost", ports["https"], context=ssl.create_default_context(cafile=trusted)
    )
    os.killpg(int((machine / "tmp/afterglow.pid").read_text()), signal.SIGKILL)
    here.request("GET", "/visits/5550142?name=Maya", headers={"Cookie": "a=Maya"})
    answer = here.getresponse()
    words = answer.read()
    here.close()

    assert (answer.status, answer.headers["cache-control"]) == (503, "no-store")
    assert b"988" in words
    assert "h3=" in answer.headers["alt-svc"]
    told = (machine / "tmp/caddy.log").read_text()
    assert "dial tcp" in told  # it did say what is wrong
    for word in ("5550142", "Maya", "/visits/"):
        assert word not in told


def test_every_file_that_the_guide_names_is_there():
    for link in re.findall(r"\]\(\.\./([\w./-]+)", GUIDE):
        assert (ROOT / link).exists(), link
    for named in re.findall(r"(?:cp|--mode=\d+|sed \"[^\"]*\") (deploy/[\w./*-]+)", GUIDE):
        assert list(ROOT.glob(named)), named


def test_every_service_that_the_guide_starts_is_shipped():
    shipped = {file.name for file in (ROOT / "deploy" / "systemd").iterdir()}
    for named in re.findall(r"afterglow(?:-\w+)?(?:@\w*)?\.(?:service|timer|target)", GUIDE):
        assert re.sub(r"@\w+\.", "@.", named) in shipped, named

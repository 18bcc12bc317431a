"""Stands in for systemctl: starts what a unit says, as it says it, in a folder of its own.

services.py ROOT restart afterglow caddy
"""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path


def main(root, verb, *names):
    ports = dict(each.split("=") for each in os.environ["PLAYED_PORTS"].split())
    for name in (each.removesuffix(".service") for each in names if not each.startswith("-")):
        if name.endswith(".timer") or verb == "daemon-reload":
            continue
        if verb == "restart" or (verb == "enable" and "--now" in names):
            stop(root, name)
            start(root, name, ports)


def stop(root, name):
    file = root / "tmp" / f"{name}.pid"
    if not file.exists():
        return
    number = int(file.read_text())
    try:
        os.kill(number, signal.SIGTERM)
        while Path(f"/proc/{number}").exists():
            time.sleep(0.05)
    except ProcessLookupError:
        pass
    file.unlink()


def start(root, name, ports):
    command, environment = COMMANDS[name](root, ports)
    with (root / "tmp" / f"{name}.log").open("ab") as told:
        running = subprocess.Popen(
            command,
            cwd=root / "var/lib/afterglow",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            start_new_session=True,
        )
    (root / "tmp" / f"{name}.pid").write_text(str(running.pid))
    if name == "afterglow":
        wait(f"http://127.0.0.1:{ports['web']}/readyz")
    if name == "caddy":
        time.sleep(3)  # it looks at its upstreams each second


def afterglow(root, ports):
    """By the unit's own command and environment file."""
    unit = (root / "etc/systemd/system/afterglow.service").read_text()
    line = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)[1]
    command = line.replace("8001", ports["web"]).split()
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "SSL_CERT_FILE")}
    for each in (root / "etc/afterglow/afterglow.env").read_text().splitlines():
        if each and not each.startswith("#"):
            name, _, value = each.partition("=")
            kept[name] = value
    return command, kept


def caddy(root, ports):
    """By the file as it was copied, on ports that anybody may take."""
    file = root / "etc/caddy/Caddyfile"
    text = file.read_text()
    own = f"{{\n\thttp_port {ports['http']}\n\thttps_port {ports['https']}\n"
    own += f"\tadmin localhost:{ports['admin']}\n\tskip_install_trust\n"
    (root / "tmp/Caddyfile").write_text(text.replace("{\n", own, 1))
    kept = {"PATH": os.environ["PATH"], "HOME": str(root / "var/lib/caddy")}
    kept["AFTERGLOW_UPSTREAMS"] = f"127.0.0.1:{ports['web']}"
    written = (root / "etc/systemd/system/caddy.service.d/afterglow.conf").read_text()
    kept |= dict(re.findall(r'^Environment="?(\w+)=(.*?)"?$', written, re.MULTILINE))
    return ["caddy", "run", "--config", str(root / "tmp/Caddyfile")], kept


def coturn(root, ports):
    """By the file as it was written, on loopback."""
    text = (root / "etc/turnserver.conf").read_text()
    text = text.replace("listening-port=3478", f"listening-port={ports['turn']}")
    text += f"listening-ip=127.0.0.1\nrelay-ip=127.0.0.1\nno-tls\nno-dtls\npidfile={root}/tmp/t\n"
    (root / "tmp/turnserver.conf").write_text(text + f"userdb={root}/tmp/turn.db\n")
    return ["turnserver", "-c", str(root / "tmp/turnserver.conf")], dict(os.environ)


def wait(address):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{address} does not answer")


COMMANDS = {"afterglow": afterglow, "caddy": caddy, "coturn": coturn}

if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])

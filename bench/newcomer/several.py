"""Part three: PostgreSQL on a machine of its own, and two with pages and workers before it."""

import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

from bench.newcomer import guide
from bench.newcomer.machine import Machine, Told
from bench.rows import Row, at_most, seen
from e2e.hosts.network import Network

Judge = Callable[[str, Told, int], Iterator[Row]]
_PART = "Several processes, several hosts"
_KEYS = ("secret.keys", "encryption.keys")
_LEFT_ALONE = "systemctl restart coturn afterglow"  # part three names what is restarted instead
_RESTARTED = "systemctl restart coturn afterglow-web.target afterglow-worker.service"
_AUTHORITY = "usr/local/share/ca-certificates/afterglow-trial.crt"
# As "Upgrade without a gap" says: one after the other, the next when the last is ready.
_RENEWED = """
for port in 8001 8002; do
  systemctl restart afterglow-web@$port
  until curl --silent --fail --output /dev/null "http://$HERE:$port/readyz?only=pages"; do
    sleep 0.2
  done
done
systemctl restart afterglow-worker
"""
_ASKS = """
for number in $(seq 240); do
  curl --silent --output /dev/null --max-time 20 --write-out '%{http_code}\\n' \\
    "https://$SITE/j" || true
  sleep 0.25
done | sort | uniq -c
"""


class Hosts:
    """Three machines, each prepared by the guide's words."""

    def __init__(
        self, folder: Path, base: Path, bound: dict[str, str], own: dict[str, str]
    ) -> None:
        self.network = Network("database", "one", "two")
        self.own = own
        self._stack = ExitStack()
        self._where = (folder, base, bound)

    def __enter__(self) -> "Hosts":
        enter = self._stack.enter_context
        enter(self.network)
        folder, base, bound = self._where
        self.database, self.one, self.two = (
            enter(Machine(folder, base, self.network, name, bound))
            for name in ("database", "one", "two")
        )
        for each in (self.database, self.one, self.two):
            each.knows(db_example_org=self.database.address)
            each.knows(**{self.own["SITE"].replace(".", "_"): self.one.address})
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def typed(self, machine: Machine, *parts: list[guide.Block], more: str = "") -> Told:
        """These blocks on that machine, with what step 1 exports before them."""
        begin = guide.blocks("One machine")[:1]
        words = guide.filled(guide.script([*begin, *chain(*parts)]), self._own(machine))
        return machine.run(words.replace(_LEFT_ALONE, _RESTARTED) + more)

    def _own(self, machine: Machine) -> dict[str, str]:
        upstreams = [f"{each.address}:{port}" for each in (self.one, self.two)
                     for port in (8001, 8002)]  # fmt: skip
        return {
            **self.own,
            "DATABASE": "db.example.org",
            "NETWORK": self.network.range,
            "HERE": machine.address,
            "PROXY": self.one.address,
            "UPSTREAMS": f'"{" ".join(upstreams)}"',
        }


def steps(*numbers: int, without: str = "\0") -> list[guide.Block]:
    """The blocks of these steps of part one."""
    starts = tuple(f"{number}." for number in numbers)
    found = guide.blocks("One machine")
    return [each for each in found if each.heading.startswith(starts) and without not in each.words]


def of(heading: str) -> list[guide.Block]:
    """The blocks under a heading of part three."""
    return [each for each in guide.blocks(_PART) if each.heading == heading]


def played(hosts: Hosts, judged: Judge) -> Iterator[Row]:
    """Rows for each stretch of it."""
    began = time.monotonic()
    one, two = hosts.one, hosts.two
    with ThreadPoolExecutor(3) as hands:
        stretches = {
            "the database": hands.submit(hosts.typed, hosts.database, of("The database")),
            "first host": hands.submit(hosts.typed, one, steps(2, 3, 4)),
            "second host": hands.submit(hosts.typed, two, steps(2, 3, 4, without="token_urlsafe")),
        }
    for name, told in stretches.items():
        yield from judged(f"three machines, {name}", told.result(), 0)
    _carry(hosts)
    each, copies = of("Each host")[:-1], of("Each host")[-1:]
    yield from judged("three machines, first host starts", hosts.typed(one, each, copies), 0)
    yield from judged("three machines, second host starts", hosts.typed(two, each), 0)
    last = (steps(6), of("The proxy"), steps(7), steps(8))
    yield from judged("three machines, proxy, relay and clinic", hosts.typed(one, *last), 0)
    _carry_settings(hosts)
    well = "update-ca-certificates >/dev/null; systemctl restart afterglow-web.target "
    well += "afterglow-worker; afterglow doctor --wait 60; systemctl start afterglow-doctor"
    yield from judged("three machines, second host is well", two.run(well), 1)
    yield from judged(
        "three machines, first host is well", one.run("afterglow doctor --wait 60"), 1
    )
    yield from _renewed(hosts)
    yield seen("newcomer: three machines, whole guide", time.monotonic() - began, "s")


def _carry(hosts: Hosts) -> None:
    """What the guide lets a person bring from one host to another."""
    here = hosts.database.root / "etc/postgresql/15/main"
    for machine in (hosts.one, hosts.two):
        there = machine.root / "etc/afterglow"
        for file in (here / "password", here / "afterglow.crt"):
            shutil.copy(file, there / file.name)
    for name in _KEYS:
        shutil.copy(hosts.one.root / "etc/afterglow" / name, hosts.two.root / "etc/afterglow")
    hosts.two.run("cd /etc/afterglow; chown afterglow: *.keys; chmod 0400 *.keys")


def _carry_settings(hosts: Hosts) -> None:
    shutil.copy(hosts.one.root / _AUTHORITY, hosts.two.root / _AUTHORITY)
    file = hosts.two.root / "etc/afterglow/afterglow.env"
    first = (hosts.one.root / "etc/afterglow/afterglow.env").read_text().splitlines()
    turn = [line for line in first if line.startswith("AFTERGLOW_TURN_")]
    file.write_text("\n".join([file.read_text(), *turn, ""]))


def _renewed(hosts: Hosts) -> Iterator[Row]:
    """Somebody asks for a page from the second host while all processes are renewed."""
    site = f"SITE={hosts.own['SITE']}\n"
    with ThreadPoolExecutor(1) as hands:
        asked = hands.submit(hosts.two.run, site + _ASKS)
        renewals = [machine.run(f"HERE={machine.address}\n{_RENEWED}")
                    for machine in (hosts.one, hosts.two)]  # fmt: skip
    told = {code: int(count) for count, code in map(str.split, asked.result().words.splitlines())}
    print("pages asked for while processes were renewed:", told, flush=True)
    bad = sum(count for code, count in told.items() if code != "200")
    yield at_most("newcomer: three machines, renewals that failed",
                  sum(each.code != 0 for each in renewals), "", 0)  # fmt: skip
    yield at_most("newcomer: three machines, pages lost in renewals", bad, "", 0)
    yield seen("newcomer: three machines, pages asked for in renewals", sum(told.values()), "")

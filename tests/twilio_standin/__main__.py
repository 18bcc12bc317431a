"""`python -m tests.twilio_standin --port 8090 --ledger texts.jsonl`: Twilio on this machine."""

import argparse
import json
import signal
import threading
from pathlib import Path

from tests.twilio_standin import Calls, Fault, StandIn, Turn


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for Twilio's Messages resource.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--account", default="AC" + "b" * 32)
    parser.add_argument("--token", default="current-token")
    parser.add_argument("--service", default="MG" + "c" * 32)
    parser.add_argument("--ledger", type=Path, help="file that every text is written to")
    parser.add_argument("--instead", help="where calls really go, such as http://127.0.0.1:8000")
    parser.add_argument("--script", type=Path, help="JSON list of turns for the first texts")
    said = parser.parse_args()
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    with StandIn(
        account=said.account,
        token=said.token,
        service=said.service,
        port=said.port,
        ledger=said.ledger,
        instead=said.instead,
    ) as standin:
        if said.script:
            standin.turns.extend(_turn(one) for one in json.loads(said.script.read_text()))
        print(standin.url, flush=True)  # noqa: T201  whoever started it reads the port here
        stopped.wait()


def _turn(said: dict[str, object]) -> Turn:
    values = dict(said)
    values["fault"] = Fault(values.get("fault", Fault.NONE))
    values["calls"] = Calls(values.get("calls", Calls.IN_ORDER))
    values["words"] = tuple(values.get("words", Turn.words))
    return Turn(**values)


main()

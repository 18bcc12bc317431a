"""Every request that leaves for Twilio, against the shape that Twilio documents.

Texts of every kind and length, with letters of every alphabet, long and short lives, go through
the real gateway over HTTP. The stand-in holds each to the documented table, and what it took is
compared with what was meant. So are the questions that are asked about texts.
"""

import random
import string
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.messaging.gateway import Accepted, Outgoing
from app.messaging.gateway_twilio import TwilioGateway
from bench.reliability import kept
from bench.reliability.kept import Run
from bench.reliability.stage import BASE_URL, settings_for
from bench.rows import Row, at_most
from tests.twilio_standin import Calls, StandIn, Turn

_ALPHABETS = (
    string.ascii_letters + string.digits,
    string.punctuation + " \n",
    "áéíóúñ¿¡ü€£àèìòùÄÖÑÜ§",
    "日本語 العربية עברית ไทย",
    "🙂👩‍⚕️🇺🇸‎‏\u202e\u200b",
    "%&=+;?#/\\\"'<>",
)
_LONGEST = 1600
_LONGEST_LIFE = 36_000  # seconds, as documented
_LIVES = (-1, 0, 0.4, 1, 59.9, 3600, 35_999, 36_000, 36_001, 10**7)


@dataclass(frozen=True)
class Outcome:
    """What was asked, and what was wrong with it."""

    requests: int
    out_of_shape: int
    altered: int  # the stand-in was told something else than was meant
    not_taken: int

    @property
    def is_clean(self) -> bool:
        """Whether every request was as documented, and said what was meant."""
        return not (self.out_of_shape or self.altered or self.not_taken)


def measure(*, full: bool) -> list[Row]:
    """Ten thousand of them. No database has a part in it."""
    seed = kept.seed()
    outcome = send(10_000 if full else 2_000, seed=seed)
    wrong = outcome.out_of_shape + outcome.altered + outcome.not_taken
    size, figures = {"requests": outcome.requests}, {"wrong": wrong}
    kept.keep("outgoing", seed, [Run("none", size, figures, passed=outcome.is_clean)])
    return [
        at_most(f"to Twilio: out of shape of {outcome.requests}", outcome.out_of_shape, "", 0),
        at_most("to Twilio: other than was meant", outcome.altered, "", 0),
        at_most("to Twilio: not taken", outcome.not_taken, "", 0),
    ]


def send(count: int, *, seed: int) -> Outcome:
    """So many requests: three texts, and then a question about one of them."""
    chance = random.Random(seed)
    wrong: Counter[str] = Counter()
    with StandIn(deliver=lambda *_: 204) as twilio:
        twilio.usual = lambda _: Turn(calls=Calls.NEVER)
        gateway = TwilioGateway(settings_for(twilio))
        last: tuple[Outgoing, str] | None = None
        for number in range(count):
            if number % 4 == 3 and last is not None:
                wrong["altered"] += not _is_known(gateway, last, number)
                continue
            text = _text(chance)
            answer = gateway.send(text)
            wrong["altered"] += not _says(twilio.posts[-1], text, gateway.name)
            if isinstance(answer, Accepted):
                last = (text, answer.sid)
            else:
                wrong["not taken"] += 1
        return Outcome(count, len(twilio.faults_seen), wrong["altered"], wrong["not taken"])


def _text(chance: random.Random) -> Outgoing:
    length = chance.choice((1, 2, 69, 70, 71, 159, 160, 161, chance.randint(1, _LONGEST), _LONGEST))
    letters = "".join(chance.sample(_ALPHABETS, chance.randint(1, 3)))
    life = chance.choice((None, *_LIVES, chance.uniform(0, _LONGEST_LIFE)))
    return Outgoing(
        UUID(int=chance.getrandbits(128)),
        f"+1{chance.randint(200, 999)}{chance.randint(2_000_000, 9_999_999)}",
        "".join(chance.choices(letters, k=length)),
        None if life is None else timedelta(seconds=life),
    )


def _says(form: dict, text: Outgoing, service: str) -> bool:
    """Whether that form says this text, and nothing that was not meant."""
    meant = {
        "To": text.to,
        "Body": text.body,
        "MessagingServiceSid": service,
        "StatusCallback": f"{BASE_URL}/hooks/twilio/status/{text.message_id}",
    }
    if text.valid_for is not None:
        seconds = int(text.valid_for.total_seconds())
        meant["ValidityPeriod"] = str(max(1, min(seconds, _LONGEST_LIFE)))
    return dict(form) == meant


def _is_known(gateway: TwilioGateway, last: tuple[Outgoing, str], number: int) -> bool:
    """Whether the list, or the text's own page, tells of a text that was taken."""
    text, sid = last
    if number % 8 == 3:
        return sid in gateway.find(text.to, text.body, datetime.now(UTC) - timedelta(minutes=1))
    report = gateway.fetch(sid)
    return report is not None and report.sid == sid

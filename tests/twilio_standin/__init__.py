"""A stand-in for Twilio that speaks HTTP: the Messages resource, its callbacks and its webhook.

    with StandIn(account="AC…", token="…", service="MG…", now=clock.machine_now) as twilio:
        settings(twilio_api_url=twilio.url)
        twilio.turns.append(Turn(Fault.ERROR_AFTER, calls=Calls.NEVER))
        …
        assert twilio.faults_seen == []

It knows nothing of the `twilio` package, so that an error of that package is seen here.
"""

from tests.twilio_standin.shelf import Text
from tests.twilio_standin.signature import sign
from tests.twilio_standin.standin import StandIn
from tests.twilio_standin.turns import Calls, Fault, Turn

__all__ = ["Calls", "Fault", "StandIn", "Text", "Turn", "sign"]

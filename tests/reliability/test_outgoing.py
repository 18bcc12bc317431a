"""What leaves for Twilio has the shape that Twilio documents. `make bench` sends thousands."""

from bench.reliability.outgoing import send


def test_every_request_is_as_documented_and_says_what_was_meant():
    outcome = send(120, seed=7)

    assert outcome.is_clean, outcome

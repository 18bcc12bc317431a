"""How fast, how heavy: measured beside the limit or the peer in the same run. Never part of the tests."""

"""How fast, how heavy: beside the limit or the peer in the same run. Never part of the tests."""

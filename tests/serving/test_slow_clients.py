"""Who does not get on is let go, and holds up nobody. The same with real patience: E12."""

import time
from contextlib import ExitStack
from dataclasses import replace

from app.serving.state import Patience
from tests.serving.conftest import HURRIED, Served, all_of

HEAD = b"POST /take HTTP/1.1\r\nhost: clinic\r\ncontent-length: %d\r\n\r\n"


def test_a_head_that_trickles_in_is_answered_408_and_closed(serve):
    with serve() as served, served.line(b"GET / HTTP/1.1\r\nhost: clinic\r\n") as line:
        end = time.monotonic() + 5
        while time.monotonic() < end:
            try:
                line.sendall(b"x-more: 1\r\n")
            except OSError:
                break
            time.sleep(0.05)
        else:
            raise AssertionError("it could trickle for ever")
        assert b"hello" in served.answer(b"GET / HTTP/1.0\r\n\r\n")


def test_who_says_nothing_at_all_is_let_go_without_a_word(serve):
    with serve() as served, served.line() as line:
        assert all_of(line) == b""


def test_a_body_that_trickles_in_is_answered_408(serve):
    with serve() as served:
        assert served.answer(HEAD % 50 + b"a few").startswith(b"HTTP/1.1 408 Request Timeout")


def test_a_body_that_moves_is_taken_however_long_it_takes(serve):
    with serve(replace(HURRIED, least_body=2)) as served, served.line(HEAD % 40) as line:
        for _ in range(10):
            line.sendall(b"abcd")
            time.sleep(0.08)
        assert b"took 40" in line.recv(1000)


def test_as_many_slow_senders_as_there_are_hands_hold_up_nobody(app, cast):
    said = (
        b"POST /sign-in/number HTTP/1.1\r\nhost: afterglow.test\r\nsec-fetch-site: same-origin\r\n"
        b"content-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\nphone="
    )
    with Served(app, Patience()) as served, ExitStack() as slow:
        for _ in range(25):  # of threads there are twenty
            slow.enter_context(served.line(said))
        time.sleep(0.3)
        with served.line(b"GET /sign-in HTTP/1.0\r\nhost: afterglow.test\r\n\r\n") as quick:
            quick.settimeout(5)
            assert quick.recv(100).startswith(b"HTTP/1.1 200")


def test_who_does_not_read_the_answer_is_let_go(serve):
    with serve() as served, served.line(b"GET /large HTTP/1.1\r\nhost: clinic\r\n\r\n") as line:
        line.recv(10)
        while served.server.server_state.connections:
            time.sleep(0.02)
        assert len(all_of(line)) < 20_000_000


def test_a_body_too_large_is_refused_at_once_and_not_heard_out(serve):
    with serve() as served, served.line(HEAD % 100_000_000) as line:
        assert line.recv(1000).startswith(b"HTTP/1.1 413")
        began = time.monotonic()
        while time.monotonic() - began < 5:
            try:
                line.sendall(b"x" * 10_000)
            except OSError:
                break
            time.sleep(0.01)
        else:
            raise AssertionError("it was heard out")


def test_a_head_too_large_is_refused(serve):
    many = b"".join(b"x-%d: %s\r\n" % (number, b"a" * 100) for number in range(500))
    one = b"x: " + b"a" * 400_000
    trailers = (
        b"POST /take HTTP/1.1\r\nhost: clinic\r\ntransfer-encoding: chunked\r\n\r\n0\r\n" + many
    )
    with serve() as served:
        for said in (b"GET / HTTP/1.1\r\n" + many, b"GET / HTTP/1.1\r\n" + one, trailers):
            assert served.answer(said).startswith(b"HTTP/1.1 431")
        assert served.answer(b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\n\r\n").startswith(
            b"HTTP/1.1 431"
        )


def test_when_all_places_are_taken_those_go_who_hold_one_for_nothing(serve):
    patience = replace(HURRIED, head=10, connections=3)
    with serve(patience) as served, served.line() as first, served.line(), served.line():
        assert b"hello" in served.answer(b"GET / HTTP/1.0\r\n\r\n")
        assert all_of(first) == b""


def test_when_all_are_busy_a_newcomer_reads_503_and_when_to_come_back(serve):
    said = b"GET /slow HTTP/1.0\r\n\r\n"
    with serve(replace(HURRIED, connections=1)) as served, served.line(said) as busy:
        time.sleep(0.1)
        answer = served.answer(b"")
        assert answer.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 5" in answer
        assert b"done" in all_of(busy)

"""How a process takes its leave: nobody in hand is dropped."""

import time
from signal import SIGTERM

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.serving.conftest import all_of


def test_a_request_in_hand_is_answered_and_a_half_sent_one_as_well(serve):
    with (
        serve() as served,
        served.line(b"GET /slow HTTP/1.1\r\nhost: clinic\r\n\r\n") as slow,
        served.line(b"POST /take HTTP/1.1\r\nhost: clinic\r\ncont") as half,
    ):
        time.sleep(0.05)
        served.leave()
        time.sleep(0.15)
        half.sendall(b"ent-length: 4\r\n\r\n")
        time.sleep(0.05)
        half.sendall(b"word")

        for line, said in ((slow, b"done"), (half, b"took 4")):
            answer = all_of(line)
            assert said in answer
            assert b"connection: close" in answer


def test_a_socket_is_told_to_come_back(serve):
    with serve() as served, connect(f"ws://127.0.0.1:{served.port}/talk") as line:
        served.leave()
        with pytest.raises(ConnectionClosed) as closed:
            line.recv(timeout=5)
    assert closed.value.rcvd.code == 1012


def test_while_it_says_that_it_leaves_it_goes_on_and_keeps_no_connection(serve):
    with serve() as served:
        served.server.linger = 0.4
        with served.line(b"GET / HTTP/1.1\r\nhost: clinic\r\n\r\n") as kept:
            assert b"connection: close" not in kept.recv(1000)
            served.leave()
            time.sleep(0.2)
            assert served.app.state.leaving
            kept.sendall(b"GET / HTTP/1.1\r\nhost: clinic\r\n\r\n")
            assert b"connection: close" in all_of(kept)
        assert b"hello" in served.answer(b"GET / HTTP/1.0\r\n\r\n")


def test_a_second_signal_ends_the_wait(serve):
    with serve() as served:
        served.server.linger = 60
        for _ in range(2):
            served.server.handle_exit(SIGTERM, None)
        served.thread.join(5)
        assert not served.thread.is_alive()

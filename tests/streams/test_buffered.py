"""Bytes come through in their order, and the socket is asked only when the buffer is empty."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.buffered import ROOM, Buffered


@given(st.binary(min_size=1, max_size=2000), st.lists(st.integers(1, 500), min_size=1))
def test_what_is_read_in_any_pieces_is_what_was_sent(sent: bytes, pieces: list[int]) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(0)
        theirs.sendall(sent)
        buffered, heard = Buffered(ours), b""
        for turn in range(len(sent)):
            heard += buffered.recv(min(pieces[turn % len(pieces)], len(sent) - len(heard)))
            assert buffered.pending() == len(sent) - len(heard)
            if len(heard) == len(sent):
                break
        assert heard == sent
        with pytest.raises(BlockingIOError):
            buffered.recv(1)


def test_more_than_the_buffer_holds_comes_too_and_then_the_end() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sent = bytes(range(256)) * (ROOM // 128)
        ours.settimeout(5)
        theirs.settimeout(5)
        buffered, heard = Buffered(ours), b""
        for at in range(0, len(sent), ROOM):
            theirs.sendall(sent[at : at + ROOM])
            while len(heard) < min(at + ROOM, len(sent)):
                heard += buffered.recv(2 * ROOM)
        theirs.shutdown(socket.SHUT_WR)
        assert (heard, buffered.recv(1), buffered.pending()) == (sent, b"", 0)
        assert buffered.fileno() == ours.fileno()

"""Randomness drawn in pieces: every byte is the source's, and none is given out twice."""

import os

import pytest

from gateway.log.random_stock import PIECE_BYTES, RandomStock


def test_the_bytes_of_the_source_come_in_order_and_once() -> None:
    drawn: list[bytes] = []

    def source(length: int) -> bytes:
        drawn.append(os.urandom(length))
        return drawn[-1]

    stock = RandomStock(source)
    given = b"".join(stock(length) for length in (16, 32, 10, 100))
    assert len(drawn) == 1
    assert drawn[0].startswith(given)
    assert len(given) == 158


@pytest.mark.parametrize("length", [PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
def test_what_the_piece_no_longer_holds_is_drawn_anew(length: int) -> None:
    stock = RandomStock(os.urandom)
    pieces = [stock(length) for _ in range(4)] + [stock(2)]
    assert {len(piece) for piece in pieces[:-1]} == {length}
    assert len(set(pieces)) == len(pieces)
    assert len(pieces[-1]) == 2

"""Randomness drawn in larger pieces: each call to the system gives the interpreter's lock away within a group."""

from typing import Final

from schemas.randomness import RandomSource

PIECE_BYTES: Final = 1_024


class RandomStock:
    """A `RandomSource` over another one, for one group of leaves; not to be used by two threads, or across a fork.

    No byte is given out twice. What is left over is thrown away with the stock.
    """

    def __init__(self, random: RandomSource) -> None:
        self._random = random
        self._piece = b""
        self._at = 0

    def __call__(self, length: int) -> bytes:
        """Return `length` random bytes."""
        if self._at + length > len(self._piece):
            self._piece, self._at = self._random(max(length, PIECE_BYTES)), 0
        start, self._at = self._at, self._at + length
        return self._piece[start : self._at]

"""The marks on the board's rows: each office sets its own in turn, and makes every row look new.

A row has two marks: one if an office states anything of the person, one if an office states that the person is
dead or missing. Setting a mark that is set already changes nothing, so the last state is the OR of all offices: it
holds neither how many they were nor which. An office does the same work on a row whether or not it sets a mark.
"""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple, Self

from keys.crypto.errors import DeserializeError, InvalidInputError
from keys.crypto.ristretto255 import Element, Scalar, multiply_base
from keys.private_or.ciphertext import CIPHERTEXT_BYTES, PLAIN_ZERO, Ciphertext, plain, plus, refresh
from schemas.parental_status import ParentStatus
from schemas.randomness import RandomSource

MARKS_BYTES: Final = 2 * CIPHERTEXT_BYTES
DEFAULT_WORKERS: Final = os.cpu_count() or 1

_CHUNK_ROWS: Final = 256
_ONE: Final = Scalar((1).to_bytes(32, "little"))


class RowMarks(NamedTuple):
    """The hidden marks of one row."""

    either: Ciphertext
    dead: Ciphertext

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the marks in 128 bytes.

        Raises:
            DeserializeError: wrong length, not elements, or marks that no office has touched.
        """
        if len(data) != MARKS_BYTES:
            raise DeserializeError(f"the marks of a row have {MARKS_BYTES} bytes, not {len(data)}")
        return cls(Ciphertext.from_bytes(data[:CIPHERTEXT_BYTES]), Ciphertext.from_bytes(data[CIPHERTEXT_BYTES:]))

    def to_bytes(self) -> bytes:
        """Return the 128 bytes."""
        return self.either.to_bytes() + self.dead.to_bytes()

    def status(self) -> Ciphertext:
        """Return a ciphertext of the status: 0, 1 or 2 as in `ParentStatus`."""
        return plus(self.either, self.dead)


NO_MARKS: Final = RowMarks(PLAIN_ZERO, PLAIN_ZERO)
"""What the first office begins with, and what stands for a parent whom nobody could name."""


def mark_rows(
    marks: Sequence[RowMarks],
    statuses: Mapping[int, ParentStatus],
    sealing_key: Element,
    random: RandomSource,
    *,
    workers: int = DEFAULT_WORKERS,
) -> list[RowMarks]:
    """Return the marks of all rows after this office's turn.

    Args:
        marks: of every row, in the board's order, after the office before; `NO_MARKS` for the first.
        statuses: by row, what this office states; a row that is not there is stated nothing of.
        sealing_key: from `opening_share.join_shares`.
        random: source of randomness that threads may share, such as `os.urandom`.
        workers: number of threads.

    Raises:
        InvalidInputError: a status of a row that the board doesn't have.
        DeserializeError: the sealing key or a mark is not an element.
    """
    if not statuses.keys() <= set(range(len(marks))):
        raise InvalidInputError("a status is stated of a row that the board doesn't have")
    set_mark = plain(multiply_base(_ONE))

    def mark(row: int) -> RowMarks:
        status, old = statuses.get(row, ParentStatus.NONE), marks[row]
        either = old.either if status is ParentStatus.NONE else set_mark
        dead = set_mark if status is ParentStatus.DEAD_OR_MISSING else old.dead
        return RowMarks(refresh(either, sealing_key, random), refresh(dead, sealing_key, random))

    def mark_chunk(start: int) -> list[RowMarks]:
        return [mark(row) for row in range(start, min(start + _CHUNK_ROWS, len(marks)))]

    with ThreadPoolExecutor(workers) as pool:
        chunks = pool.map(mark_chunk, range(0, len(marks), _CHUNK_ROWS))
        return [row for chunk in chunks for row in chunk]

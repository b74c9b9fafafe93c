"""Which rows of the board are persons of an office: found by hashes, evaluated blindly in lists of one size.

The resolver evaluates the numbers of all adults of its register and publishes the index hashes as the board's rows.
Every other office has its own persons evaluated blindly under the same key. Its list is filled up to a size that is
agreed beforehand, so that not even the number of its persons shows.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeVar

from keys.private_or.errors import TooManyPersonsError
from keys.protocol.possession import index_hash_of
from schemas.randomness import RandomSource

_FILLER: Final = b"filler\x1f"
_FILLER_BYTES: Final = 32

Status = TypeVar("Status")


def board_rows(outputs: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return the index hashes of the resolver's evaluations, 16 bytes each, in their own order, which is random."""
    return tuple(sorted({index_hash_of(output) for output in outputs}))


def padded_inputs(inputs: Sequence[bytes], size: int, random: RandomSource) -> list[bytes]:
    """Return the inputs of the VOPRF, followed by as many random ones as it takes to have `size`.

    Raises:
        TooManyPersonsError: there are more than `size`.
    """
    if len(inputs) > size:
        raise TooManyPersonsError(f"lists are filled up to {size} persons, and here are {len(inputs)}")
    return [*inputs, *(_FILLER + random(_FILLER_BYTES) for _ in range(size - len(inputs)))]


def find_rows(rows: Sequence[bytes], statuses: Iterable[Status], outputs: Iterable[bytes]) -> Mapping[int, Status]:
    """Return the status for each row that is one of the office's persons.

    Args:
        rows: the board's index hashes.
        statuses: of each person, in the order in which they were evaluated.
        outputs: of the evaluation, 64 bytes each; those of fillers follow the persons' and are left.
    """
    places = {index_hash: place for place, index_hash in enumerate(rows)}
    found = ((places.get(index_hash_of(output)), status) for status, output in zip(statuses, outputs, strict=False))
    return {place: status for place, status in found if place is not None}

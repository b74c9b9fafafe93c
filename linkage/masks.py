"""Key types as bits: bit `code` of a mask stands for a key type, bit `32 + code` for its flagged form."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.key_set import FLAG_MARK, KeySet

FLAGGED_BITS: Final = 32
UNFLAGGED: Final = (1 << FLAGGED_BITS) - 1


def mask_of(key_set: KeySet, references: Iterable[str]) -> int:
    """Return the bits of key types, flagged forms (`type!flag`) and groups of them.

    Raises:
        KeyError: a reference names no key type of the key set.
    """
    codes = {defined.name: defined.code for defined in key_set.key_types}
    mask = 0
    for reference in key_set.expand(tuple(references)):
        name, mark, _flag = reference.partition(FLAG_MARK)
        mask |= 1 << (codes[name] + (FLAGGED_BITS if mark else 0))
    return mask


def evidence_mask(key_set: KeySet) -> int:
    """Return the bits of all key types that are evidence, without flags: relations are none."""
    return mask_of(key_set, (defined.name for defined in key_set.evidence))


def settling_mask(key_set: KeySet) -> int:
    """Return the bits of the keys that settle a row together."""
    return mask_of(key_set, key_set.settled_by)


def of_mask(key_type: NDArray[np.uint8], mask: int) -> NDArray[np.bool_]:
    """Return which key types are in a mask."""
    return np.asarray((np.uint64(mask) >> key_type.astype(np.uint64)) & np.uint64(1) != 0)

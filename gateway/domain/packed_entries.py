"""Entries of an index as they arrive, as arrays: a part is so many rows of 36 bytes, one after the other."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from schemas.formats import HANDLE_BYTES

WORDS: Final = np.dtype((">u8", 2))
PACKED: Final = np.dtype([("handle", WORDS), ("county", "u1", 3), ("code", "u1"), ("index_hash", WORDS)])
"""An entry as `schemas.messages.index.pack_entry` packs it."""

_ROW: Final = np.dtype(f"V{PACKED.itemsize}")

OPAQUE: Final = np.dtype(f"V{HANDLE_BYTES}")
"""A handle, or an index hash of as many bytes."""


def unpack(part: bytes) -> NDArray[np.void]:
    """Return the entries of a part, as `PACKED`; nothing is copied."""
    return np.frombuffer(part, PACKED)


def take(entries: NDArray[np.void], chosen: NDArray[np.int64] | NDArray[np.bool_]) -> NDArray[np.void]:
    """Return the chosen entries, copied as whole rows: numpy would copy column by column, ten times as slowly."""
    return entries.view(_ROW)[chosen].view(PACKED)


def native(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return big-endian words in the byte order of this machine, in one piece."""
    return np.ascontiguousarray(words, np.uint64)


def differs(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    """Return for each row of a table [rows, columns] whether it differs from the one before it; the first one does."""
    return np.concatenate([np.ones(min(1, len(ordered)), np.bool_), (ordered[1:] != ordered[:-1]).any(axis=1)])

"""Pairs that share a hash, on their way from where the hashes are to where the left record is."""

from collections.abc import Iterable, Mapping

import numpy as np

from linkage.agreement import Pairs, Shared, combine
from linkage.split.pieces import SHARED, Rows, rows_of, unpack
from schemas.key_set import KeySet


def shared_rows(shared: Mapping[int, Shared], right_records: int) -> Rows:
    """Return as rows what pairs share, whatever the key type; `right_records` as in `linkage.agreement.Shared`."""
    width = max(right_records, 1)
    return np.concatenate(
        [
            rows_of(
                SHARED,
                part.pair // width,
                part.pair % width,
                np.full(len(part.pair), code, np.uint8),
                part.is_flagged,
                part.group,
            )
            for code, part in shared.items()
        ]
    )


def pairs_of(pieces: Iterable[bytes], tag: bytes, right_records: int, key_set: KeySet) -> Pairs:
    """Return the pairs of such rows; of each pair all rows must be among the pieces."""
    rows = unpack(tag, SHARED, pieces)
    pair = rows["left"].astype(np.int64) * max(right_records, 1) + rows["right"]
    shared = {}
    for defined in key_set.evidence:
        chosen = rows["code"] == defined.code
        group = rows["group"][chosen].astype(np.int32)
        shared[defined.code] = Shared(pair[chosen], rows["is_flagged"][chosen], group)
    return combine(shared, right_records, key_set)

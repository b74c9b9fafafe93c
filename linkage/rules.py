"""What counts as a match where no model can be fitted and none is kept: few rules, of which each is sure."""

import numpy as np
from numpy.typing import NDArray

from linkage.agreement import Pairs
from linkage.masks import mask_of
from schemas.key_set import KeySet


def is_sure(pairs: Pairs, levels: NDArray[np.int8], key_set: KeySet) -> NDArray[np.bool_]:
    """Return which pairs meet a line of `without_model`, aren't contradicted, and are the only ones of both records.

    Args:
        pairs: the candidates.
        levels: the comparison vector of each pair.
        key_set: whose rules count.
    """
    met = np.zeros(len(pairs), np.bool_)
    for line in key_set.without_model:
        masks = [np.uint64(mask_of(key_set, group)) for group in line]
        met |= np.all([(pairs.agreed & mask) != 0 for mask in masks], axis=0)
    component = [part.name for part in key_set.comparison].index(key_set.contradicted_by.component)
    met &= levels[:, component] != key_set.contradicted_by.level
    return np.asarray(met & _only_one(pairs.left, met) & _only_one(pairs.right, met))


def _only_one(record: NDArray[np.int32], met: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(np.bincount(record, met, record.max(initial=0) + 1)[record] == 1)

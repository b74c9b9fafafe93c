"""Counting keys: one more record than may share a hash, and it is found; the counter knows no text."""

import os
from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from connectors.publisher.common_keys import MAX_GROUP_PUBLISHED, KeyCounter
from schemas.linkage_keys import KeyType, LinkageKey

COUNTS = st.lists(st.integers(0, 2 * MAX_GROUP_PUBLISHED + 2), max_size=12)


@given(COUNTS, st.randoms())
def test_exactly_the_keys_of_more_records_than_may_share_one_are_common(counts: list[int], random: Random) -> None:
    keys = [LinkageKey(KeyType.N_R6, f"{place}") for place in range(len(counts))]
    occurrences = [key for key, count in zip(keys, counts, strict=True) for _ in range(count)]
    random.shuffle(occurrences)
    counter = KeyCounter(os.urandom)
    for key in occurrences:
        counter.add([key])
    common = counter.find_common()
    assert {key for key in keys if key in common} == {
        key for key, count in Counter(occurrences).items() if count > MAX_GROUP_PUBLISHED
    }
    assert len(common) == sum(count > MAX_GROUP_PUBLISHED for count in counts)


def test_a_flagged_key_counts_with_the_unflagged_one_since_their_hash_is_one() -> None:
    counter = KeyCounter(os.urandom)
    for place in range(MAX_GROUP_PUBLISHED + 1):
        counter.add([LinkageKey(KeyType.P_D, "zhao.shu20150507", is_flagged=place % 2 == 0)])
    common = counter.find_common()
    assert LinkageKey(KeyType.P_D, "zhao.shu20150507") in common
    assert LinkageKey(KeyType.P_YM, "zhao.shu20150507") not in common


def test_a_counter_holds_nothing_of_the_text() -> None:
    counter = KeyCounter(os.urandom)
    counter.add([LinkageKey(KeyType.N_R6, "赵小树990101")] * (MAX_GROUP_PUBLISHED + 1))
    held = bytes(counter._digests)
    assert len(held) == 8 * (MAX_GROUP_PUBLISHED + 1)
    other = KeyCounter(os.urandom)
    other.add([LinkageKey(KeyType.N_R6, "赵小树990101")])
    assert bytes(other._digests) not in held

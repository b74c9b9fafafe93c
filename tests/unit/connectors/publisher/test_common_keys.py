"""Counting keys: one more record than may share a hash, and it is found; the counter knows no text."""

import os
from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from connectors.publisher.common_keys import MAX_GROUP_PUBLISHED, KeyCounter

COUNTS = st.lists(st.integers(0, 2 * MAX_GROUP_PUBLISHED + 2), max_size=12)


@given(COUNTS, st.randoms())
def test_exactly_the_keys_of_more_records_than_may_share_one_are_common(counts: list[int], random: Random) -> None:
    keys = [b"n.r6\x1f%d" % place for place in range(len(counts))]
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


def test_a_counter_holds_nothing_of_the_text() -> None:
    counter, key = KeyCounter(os.urandom), "n.r6\x1f赵小树990101".encode()
    counter.add([key] * (MAX_GROUP_PUBLISHED + 1))
    held = bytes(counter._digests)
    assert len(held) == 8 * (MAX_GROUP_PUBLISHED + 1)
    other = KeyCounter(os.urandom)
    other.add([key])
    assert bytes(other._digests) not in held

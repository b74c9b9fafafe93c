"""Mixing: every entry once, by handle, whatever order the records came in; what too many share is left out."""

from collections import Counter
from itertools import islice
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.publisher import mix_entries
from connectors.publisher.mix_entries import LEFT_OUT, EntryMixer, MixedIndex
from schemas.base64url import encode_base64url
from schemas.formats import ENTRY_BYTES
from schemas.messages.index import IndexEntry, unpack_entries

HASH = st.binary(min_size=16, max_size=16)
KEYED = st.lists(st.tuples(st.integers(1, 255), HASH), max_size=20)
RECORDS = st.dictionaries(st.binary(min_size=16, max_size=16), st.tuples(st.integers(0, 999_999), KEYED), max_size=12)
Keyed = list[tuple[int, bytes]]
Listed = list[tuple[bytes, int, Keyed]]


def mix(records: Listed, max_group: int = 1_000) -> MixedIndex:
    mixer = EntryMixer()
    places: dict[bytes, int] = {}
    for handle, county, keyed in records:
        hashes = [index_hash for code, index_hash in keyed if code != LEFT_OUT]
        new = [index_hash for index_hash in dict.fromkeys(hashes) if index_hash not in places]
        places |= {index_hash: place for place, index_hash in enumerate(new, len(places))}
        mixer.add(handle, county, bytes(code for code, _ in keyed), [places[index_hash] for index_hash in hashes])
        mixer.add_hashes(b"".join(new))
    return mixer.mix(max_group)


def entries_of(parts: list[bytes]) -> list[IndexEntry]:
    return list(unpack_entries(encode_base64url(b"".join(parts))))


@given(RECORDS, st.integers(1, 30), st.integers(1, 5), st.randoms())
def test_every_entry_comes_once_by_handle_and_the_order_of_the_records_does_not_show(
    records: dict[bytes, tuple[int, Keyed]], entries_a_part: int, records_a_slice: int, random: Random
) -> None:
    listed = [(handle, county, keyed) for handle, (county, keyed) in records.items()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mix_entries, "_RECORDS_A_SLICE", records_a_slice)
        parts = list(mix(listed).packed_parts(entries_a_part))
    unpacked = entries_of(parts)
    assert sorted(unpacked) == sorted(IndexEntry(handle, county, *key) for handle, county, of in listed for key in of)
    assert [entry.handle for entry in unpacked] == sorted(entry.handle for entry in unpacked)
    assert all(len(part) == entries_a_part * ENTRY_BYTES for part in islice(parts, max(len(parts) - 1, 0)))
    shuffled = [(handle, county, random.sample(keyed, len(keyed))) for handle, county, keyed in listed]
    random.shuffle(shuffled)
    assert list(mix(shuffled).packed_parts(entries_a_part)) == parts


FEW_HASHES = st.sampled_from([bytes([place]) * 16 for place in range(4)])
MARKED = st.lists(st.tuples(st.integers(0, 3), FEW_HASHES), max_size=6, unique_by=lambda key: key[1])


@given(st.lists(MARKED, max_size=12), st.integers(1, 4))
def test_what_more_records_share_than_may_is_left_out_and_marked_so(records: list[Keyed], max_group: int) -> None:
    listed = [(bytes([255 - place]) * 16, 990101, keyed) for place, keyed in enumerate(records)]
    published = [[key for key in keyed if key[0] != LEFT_OUT] for keyed in records]
    counts = Counter(index_hash for keyed in published for _, index_hash in keyed)
    mixed = mix(listed, max_group)
    kept = {
        IndexEntry(handle, county, *key)
        for (handle, county, _), keyed in zip(listed, published, strict=True)
        for key in keyed
        if counts[key[1]] <= max_group
    }
    assert set(entries_of(list(mixed.packed_parts(7)))) == kept
    assert mixed.too_common == sum(count for count in counts.values() if count > max_group)
    told = [(number, handle, list(marks)) for number, handle, marks in mixed.records()]
    assert told == [
        (number, handle, [LEFT_OUT if counts[one] > max_group else code for code, one in keyed])
        for number, (handle, _, keyed) in reversed(list(enumerate(listed)))
    ]

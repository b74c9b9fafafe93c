"""Mixing: every entry once, in the order of the handles, whatever order the records came in."""

from itertools import islice
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from connectors.publisher.mix_entries import EntryMixer
from schemas.base64url import encode_base64url
from schemas.formats import ENTRY_BYTES
from schemas.messages.index import IndexEntry, unpack_entries

HASH = st.binary(min_size=16, max_size=16)
KEYED = st.lists(st.tuples(st.integers(1, 255), HASH), max_size=20)
RECORDS = st.dictionaries(st.binary(min_size=16, max_size=16), st.tuples(st.integers(0, 999_999), KEYED), max_size=12)


def _parts(records: list[list[IndexEntry]], entries_a_part: int) -> list[bytes]:
    mixer = EntryMixer()
    for entries in records:
        mixer.add(entries)
    return list(mixer.packed_parts(entries_a_part))


@given(RECORDS, st.integers(1, 30), st.randoms())
def test_every_entry_comes_once_by_handle_and_the_order_of_the_records_does_not_show(
    records: dict[bytes, tuple[int, list[tuple[int, bytes]]]], entries_a_part: int, random: Random
) -> None:
    listed = [[IndexEntry(handle, county, *keyed) for keyed in rest] for handle, (county, rest) in records.items()]
    parts = _parts(listed, entries_a_part)
    unpacked = list(unpack_entries(encode_base64url(b"".join(parts))))
    assert sorted(unpacked) == sorted(entry for entries in listed for entry in entries)
    assert [entry.handle for entry in unpacked] == sorted(entry.handle for entry in unpacked)
    assert all(len(part) == entries_a_part * ENTRY_BYTES for part in islice(parts, max(len(parts) - 1, 0)))
    shuffled = [random.sample(entries, len(entries)) for entries in random.sample(listed, len(listed))]
    assert _parts(shuffled, entries_a_part) == parts

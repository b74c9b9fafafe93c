"""The profile of a file: who holds what, and how two different children of it look beside each other."""

import json

import numpy as np
import pytest
import rfc8785

from linkage.profile import MAX_PROFILE_BYTES, IndexProfile, profile_of
from schemas.message import MessageError
from tests.unit.linkage.population import CODES, KEY_SET, draw_children, file_of, table_of

PROFILE = profile_of(file_of(draw_children(300, seed=5)), KEY_SET)


def test_who_holds_what():
    profile = profile_of(table_of([("id", "1"), ("guardian", "9")], [("id", "2")], [("p.d", "a")]), KEY_SET)
    assert profile.records == 3
    assert dict(zip(profile.holds.tolist(), profile.holders.tolist(), strict=True)) == {
        1 << CODES["id"]: 2,
        1 << CODES["p.d"]: 1,
    }


def test_certain_duplicates_are_counted_and_are_no_decoys():
    child = [("id", "1"), ("p.d", "a")]
    profile = profile_of(table_of(child, child, child, [("p.d", "a")]), KEY_SET)
    assert (profile.duplicates, int(profile.decoys.count.sum())) == (2, 3)


def test_decoys_are_counted_by_cell():
    assert int(PROFILE.decoys.count.sum()) > 10
    assert len(PROFILE.decoys) < int(PROFILE.decoys.count.sum())


def test_it_does_not_depend_on_the_order_of_the_records():
    table = file_of(draw_children(300, seed=5))
    order = np.random.default_rng(1).permutation(table.records).astype(np.int32)
    assert profile_of(table.renumbered(order, table.records), KEY_SET).to_json() == PROFILE.to_json()


def test_it_survives_being_stored():
    stored = PROFILE.to_json()
    read = IndexProfile.from_json(stored)
    assert read.to_json() == stored
    assert (read.decoys.levels == PROFILE.decoys.levels).all()
    assert (read.records, read.duplicates, read.key_set) == (PROFILE.records, PROFILE.duplicates, "G/1")


def test_an_empty_index_has_a_profile():
    stored = profile_of(table_of(), KEY_SET).to_json()
    assert IndexProfile.from_json(stored).records == 0


def changed(**members: object) -> bytes:
    return rfc8785.dumps(json.loads(PROFILE.to_json()) | members)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        PROFILE.to_json() + b" ",
        b" " + PROFILE.to_json(),
        changed(records=PROFILE.records + 1),
        changed(duplicates=PROFILE.records + 1),
        changed(records=float(PROFILE.records) + 0.5),
        changed(records=str(PROFILE.records)),
        changed(counts=[1]),
        changed(available=[1]),
        changed(components=3),
        changed(levels=[[99] * PROFILE.decoys.levels.shape[1]] * len(PROFILE.decoys)),
        changed(holders=[[0, -1], [1, PROFILE.records + 1]]),
        changed(comment="x"),
        b"0" * (MAX_PROFILE_BYTES + 1),
    ],
)
def test_what_is_no_profile_is_refused(body: bytes):
    with pytest.raises(MessageError):
        IndexProfile.from_json(body)


def test_its_repr_shows_counts_alone():
    assert repr(PROFILE) == "IndexProfile(key_set='G/1', records=300, duplicates=0)"

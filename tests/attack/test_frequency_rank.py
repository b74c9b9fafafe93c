"""A gateway that has another agency's whole plaintext names next to no index hash by how often it occurs."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from connectors.agencies import agency_of
from connectors.data_sets import read_rows
from connectors.publisher.common_keys import MAX_GROUP_PUBLISHED
from connectors.sources.mapping import load_mapping
from connectors.sources.source import Row
from demo.province import Agency
from demo.province.agencies import Agencies
from demo.province.agency_files import write_mappings
from demo.province.households import draw_households
from linkage.hash_table import HashTable
from quality.holdings import hash_table
from quality.leakage import SINGLE_ATTRIBUTES, Leakage, measure_leakage, single_attributes, without_common
from schemas.identity import ChildIdentity
from schemas.key_set import load_key_set
from schemas.linkage_keys import linkage_keys

CHILDREN = 20_000
SEED = 1
TODAY = date(2026, 11, 21)
MOST_NAMED = 0.005
LOCAL_KEY = bytes(32)
KEY_TYPES = {defined.code: defined.name for defined in load_key_set("G").evidence}


def draw_rows() -> dict[Agency, list[Row]]:
    """Return the rows of both registers; no file is written, since their columns are called as the fields are."""
    rows: dict[Agency, list[Row]] = {Agency.EDUCATION: [], Agency.PUBLIC_SECURITY: []}
    agencies = Agencies(TODAY)
    for household, rng in draw_households(SEED, CHILDREN, TODAY):
        for child in household.children:
            for agency, record in agencies.draw_records(child, household, rng).items():
                if agency in rows:
                    number = len(rows[agency]) + 1
                    rows[agency].append(Row(number, str(number), record))
    return rows


@pytest.fixture(scope="module")
def schools_and_police(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[ChildIdentity], list[ChildIdentity]]:
    """Return who is in the index that is attacked, and who is in the register that the attacker has."""
    folder: Path = tmp_path_factory.mktemp("mappings")
    for agency in Agency:
        (folder / agency).mkdir()
    write_mappings(folder)

    def understood(agency: Agency, rows: list[Row]) -> list[ChildIdentity]:
        mapping, data_set = load_mapping(folder / agency / "mapping.yaml"), agency_of(agency).index_data_set
        records = read_rows(rows, mapping, data_set, today=TODAY, allow_test_regions=True)
        return [record.identity for record in records]

    schools, police = (understood(agency, rows) for agency, rows in draw_rows().items())
    return schools, police


@pytest.fixture(scope="module")
def tables(schools_and_police: tuple[list[ChildIdentity], list[ChildIdentity]]) -> tuple[HashTable, HashTable]:
    schools, police = (_all_keys(identities) for identities in schools_and_police)
    return schools, police


def _all_keys(identities: Sequence[ChildIdentity]) -> HashTable:
    return hash_table((linkage_keys(identity) for identity in identities), LOCAL_KEY)


def _attack(seen: HashTable, known: HashTable, names: Mapping[int, str]) -> Leakage:
    return measure_leakage(seen, known, names, np.random.default_rng(SEED))


@pytest.mark.parametrize("most", [MAX_GROUP_PUBLISHED, CHILDREN], ids=["as published", "with common keys"])
def test_frequencies_name_next_to_no_hash(tables: tuple[HashTable, HashTable], most: int) -> None:
    schools, police = tables
    found = _attack(without_common(schools, most), police, KEY_TYPES)
    assert found.named_share <= MOST_NAMED
    for name, key_type in found.key_types.items():
        assert key_type.hashes > 500, name
        assert key_type.named_share <= MOST_NAMED, name
        assert key_type.once > 0.85, name


def test_few_records_stand_out_by_the_sizes_of_their_groups(tables: tuple[HashTable, HashTable]) -> None:
    schools, police = tables
    assert _attack(schools, police, KEY_TYPES).own_signature < 0.09


def test_the_same_attack_names_single_attributes(
    schools_and_police: tuple[list[ChildIdentity], list[ChildIdentity]],
) -> None:
    schools, police = (single_attributes(identities, LOCAL_KEY) for identities in schools_and_police)
    found = _attack(schools, police, SINGLE_ATTRIBUTES)
    assert found.key_types["county"].named_share > 50 * MOST_NAMED
    assert found.key_types["surname"].named_share > 10 * MOST_NAMED

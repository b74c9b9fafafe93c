"""Asking about a relation: whose guardian has this number? All records that carry an equal hash, and no scoring."""

from collections.abc import Collection

from linkage.hash_table import HashTable


def find_related(asked: HashTable, found: HashTable, key_type_codes: Collection[int]) -> list[tuple[int, ...]]:
    """Return for each asked record the found records that share a hash under one of these key types, in order."""
    by_hash: dict[tuple[int, int], set[int]] = {}
    for record, code, index_hash in _entries(found, key_type_codes):
        by_hash.setdefault((code, index_hash), set()).add(record)
    related: list[set[int]] = [set() for _ in range(asked.records)]
    for record, code, index_hash in _entries(asked, key_type_codes):
        related[record] |= by_hash.get((code, index_hash), set())
    return [tuple(sorted(records)) for records in related]


def _entries(table: HashTable, key_type_codes: Collection[int]) -> list[tuple[int, int, int]]:
    rows = zip(table.record.tolist(), table.key_type.tolist(), table.index_hash.tolist(), strict=True)
    return [row for row in rows if row[1] in key_type_codes]

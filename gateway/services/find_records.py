"""What matching looks at: the records of an active index that share a hash with asked ones, and the index's profile."""

from collections.abc import Collection

from sqlalchemy import Connection

from gateway.domain.entry_arrays import AskedRecords, IndexedRecords, indexed_entries, indexed_records
from gateway.log.journal import Draft
from gateway.persistence.engine import read_transaction
from gateway.persistence.entry_queries import find_entries, read_entries
from gateway.persistence.publication_queries import ActiveIndex, find_active, find_profile, set_profile
from gateway.services.context import Gateway
from linkage.run import IndexProfile, profile_of
from schemas.key_set import KeySet
from schemas.message import MessageError
from schemas.problem import ProblemCode, ProblemError


def get_active(connection: Connection, agreement: str, epoch: int) -> ActiveIndex:
    """Return the index that matching sees; raises ProblemError (no_active_index)."""
    index = find_active(connection, agreement, epoch)
    if index is None:
        raise ProblemError(ProblemCode.NO_ACTIVE_INDEX)
    return index


def find_records(
    connection: Connection, index: ActiveIndex, asked: AskedRecords, key_type_codes: Collection[int]
) -> IndexedRecords:
    """Return the records of the index that share a hash with an asked one under these key types."""
    return indexed_records(
        indexed_entries(rows)
        for code, hashes in asked.hashes.items()
        if code in key_type_codes
        for rows in find_entries(connection, index, code, hashes)
    )


def read_profile(connection: Connection, index: ActiveIndex, key_set: KeySet) -> IndexProfile | None:
    """Return the stored profile of an index, or None: there is none, or an earlier version of the program wrote it."""
    stored = find_profile(connection, index)
    try:
        profile = None if stored is None else IndexProfile.from_json(stored)
    except MessageError:
        return None
    return profile if profile is not None and profile.key_set == key_set.id else None


def compute_profile(connection: Connection, index: ActiveIndex, key_set: KeySet) -> IndexProfile:
    """Compute the profile of a whole index; its entries pass through memory as arrays alone."""
    codes = [defined.code for defined in key_set.evidence]
    records = indexed_records(map(indexed_entries, read_entries(connection, index, codes)))
    return profile_of(records.found.table, key_set)


def store_profile(gateway: Gateway, index: ActiveIndex, profile: IndexProfile) -> None:
    """Keep the profile for as long as this generation of the index is active."""
    stored = profile.to_json()

    def change(connection: Connection) -> Draft[None]:
        set_profile(connection, index, stored)
        return Draft(None, ())

    gateway.journal.write(change)


def ensure_profile(gateway: Gateway, agreement: str, epoch: int, key_set: KeySet) -> None:
    """Compute and keep the profile of the active index, if there is one without; else the first run would wait."""
    with read_transaction(gateway.engine) as connection:
        index = find_active(connection, agreement, epoch)
        if index is None or read_profile(connection, index, key_set) is not None:
            return
        profile = compute_profile(connection, index, key_set)
    store_profile(gateway, index, profile)

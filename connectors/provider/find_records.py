"""From handles to the records as they stand now; a record that has become another one is not found."""

from collections.abc import Sequence

from connectors.context import Connector
from connectors.data_sets import Record
from connectors.register import IDENTITY_BYTES, Register, county_within, identity_digest, keys_under
from connectors.state.index_records import IndexRecord, find_by_handles, source_versions
from keys.crypto.errors import CryptoError
from keys.crypto.sealing import open_at_rest
from schemas.agreement import Agreement
from schemas.base64url import decode_base64url
from schemas.policy import Standing
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import load_purposes


def find_records(
    connector: Connector, register: Register, standing: Standing, epoch: int, handles: Sequence[str]
) -> dict[str, Record]:
    """Return by handle the records that are still held and still the same child; others are left out.

    Raises:
        SourceError: the register can't be read.
        ProblemError: source_unavailable if the connector can't open its own locators.
    """
    wanted = [decode_base64url(handle) for handle in handles]
    agreement, digest, storage_key = standing.agreement, standing.digest, connector.storage_key()
    known = find_by_handles(connector.state, digest, epoch, wanted)
    by_locator = {_open_locator(storage_key, record): record for record in known.values()}
    found = {
        by_locator[locator].handle: record
        for locator, record in register.fetch(list(by_locator)).items()
        if _identity(storage_key, agreement, record) == _indexed_identity(by_locator[locator])
    }
    if len(found) < len(known) and _has_moved(connector, register, digest, epoch):
        found |= _search(storage_key, register, agreement, known, set(known) - set(found))
    return {handle: found[raw] for handle, raw in zip(handles, wanted, strict=True) if raw in found}


def _open_locator(storage_key: bytes, record: IndexRecord) -> str:
    try:
        return open_at_rest(storage_key, record.locator, record.handle).decode()
    except CryptoError:
        raise ProblemError(ProblemCode.SOURCE_UNAVAILABLE) from None


def _indexed_identity(record: IndexRecord) -> bytes:
    return record.fingerprint[:IDENTITY_BYTES]


def _identity(storage_key: bytes, agreement: Agreement, record: Record) -> bytes | None:
    county = county_within(record, agreement.regions)
    if county is None:
        return None
    keys = keys_under(load_purposes()[agreement.purpose], record)
    return identity_digest(storage_key, keys, county)


def _has_moved(connector: Connector, register: Register, digest: str, epoch: int) -> bool:
    """A file that was changed since has its rows elsewhere; a database keeps its primary keys."""
    version = register.version()
    return version is not None and source_versions(connector.state, digest, epoch) != {version}


def _search(
    storage_key: bytes,
    register: Register,
    agreement: Agreement,
    known: dict[bytes, IndexRecord],
    missing: set[bytes],
) -> dict[bytes, Record]:
    handle_of = {_indexed_identity(known[handle]): handle for handle in missing}
    found: dict[bytes, Record] = {}
    for record in register.records():
        identity = _identity(storage_key, agreement, record)
        if identity is not None and identity in handle_of:
            found.setdefault(handle_of[identity], record)
    return found

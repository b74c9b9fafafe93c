"""From a row of the register to its handles, and from a handle to the child: known in this connector alone."""

from connectors.context import Connector
from connectors.data_sets import Record
from connectors.provider.find_records import find_records
from connectors.register import IDENTITY_BYTES, Register, county_within, identity_digest, keys_under
from connectors.state.agreements import find_agreement
from connectors.state.index_records import find_index_of, list_indexes, published_fingerprints
from schemas.agreement import Agreement
from schemas.base64url import decode_base64url, encode_base64url
from schemas.purpose_catalogue import load_purposes


class RowNotFoundError(LookupError):
    """The register has no such row, or one without anything to know a child by."""


class ChildNotFoundError(LookupError):
    """The handle is none of this connector's, or its record is no longer held or has become another child's."""


def find_handles(connector: Connector, register: Register, row: int) -> tuple[str, ...]:
    """Return the handles of the child in a row of the register, as `handles_of`; raises as `get_record`."""
    return handles_of(connector, get_record(register, row))


def get_record(register: Register, row: int) -> Record:
    """Return a row of the register.

    Raises:
        RowNotFoundError: no such row, or it is not usable.
        SourceError: the register can't be read.
    """
    record = next((found for found in register.records() if found.row_number == row), None)
    if record is None:
        raise RowNotFoundError(f"登记册没有可用的第{row}行 / the register has no usable row {row}")
    return record


def handles_of(connector: Connector, record: Record) -> tuple[str, ...]:
    """Return the handles under which the child of a record stands in indexes, in their order."""
    found = []
    for digest, epoch in list_indexes(connector.state):
        copy = find_agreement(connector.state, digest)
        identity = None if copy is None else _identity(connector, copy.agreement, record)
        if identity is None:
            continue
        for fingerprint, handle in published_fingerprints(connector.state, digest, epoch).items():
            if fingerprint[:IDENTITY_BYTES] == identity:
                found.append(encode_base64url(handle))
    return tuple(found)


def get_child(connector: Connector, register: Register, handle: str) -> Record:
    """Return the record behind a handle, if it is still the same child.

    Raises:
        ChildNotFoundError: it is not.
        SourceError: the register can't be read.
    """
    index = find_index_of(connector.state, decode_base64url(handle))
    copy = None if index is None else find_agreement(connector.state, index[0])
    if index is not None and copy is not None:
        record = find_records(connector, register, copy.standing, index[1], [handle]).get(handle)
        if record is not None:
            return record
    raise ChildNotFoundError(
        "本单位没有此代号的记录：协议已终止、索引已更新，或者登记册已变动 / "
        "this connector knows no record by this handle: its agreement or index has ended, or the register has changed"
    )


def _identity(connector: Connector, agreement: Agreement, record: Record) -> bytes | None:
    county = county_within(record, agreement.regions)
    if county is None:
        return None
    keys = keys_under(load_purposes()[agreement.purpose], record)
    return identity_digest(connector.storage_key(), keys, county)

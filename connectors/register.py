"""The agency's register of children: the data set that is indexed and answered from, read where it stands."""

import hmac
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from connectors.agencies import Agency, agency_of
from connectors.context import Connector
from connectors.data_sets import DataSet, Record, check_mapping, read_rows
from connectors.settings import SettingsError
from connectors.sources.mapping import SourceMapping, load_mapping, open_source
from connectors.sources.source import Row, Source
from schemas.linkage_keys import LinkageKey, relation_keys_of_record
from schemas.purpose_catalogue import Purpose
from schemas.regions import is_within

IDENTITY_BYTES = 12
PUBLISHED_BYTES = 4


class Register:
    """One agency's register, opened from its mapping file. Records never leave this process."""

    def __init__(self, connector: Connector, agency: Agency, mapping: SourceMapping, source: Source) -> None:
        self._connector = connector
        self.agency = agency
        self._mapping = mapping
        self._source = source

    def count(self) -> int | None:
        """Return about how many rows there are, for a progress bar."""
        return self._source.count()

    def version(self) -> str | None:
        """Return a text that changes when the data changed, or None if the source can't tell."""
        return self._source.version()

    def records(self) -> Iterator[Record]:
        """Yield every usable record; raises SourceError."""
        return filter(_is_usable, self._read(self._checked_rows(), self.agency.index_data_set))

    def identities(self) -> Iterator[Record]:
        """Yield every record, usable or not, without its other values, which an index has no use for.

        Raises:
            SourceError: the register can't be read.
        """
        whole = self.agency.index_data_set
        telling = tuple(wanted for wanted in whole.fields if wanted.part is not None)
        return self._read(self._checked_rows(), replace(whole, fields=telling))

    def fetch(self, locators: Sequence[str]) -> Mapping[str, Record]:
        """Return the records that are still there, by locator; raises SourceError."""
        rows = self._source.fetch(locators).values()
        records = filter(_is_usable, self._read(rows, self.agency.index_data_set))
        return {record.locator: record for record in records}

    def _checked_rows(self) -> Iterator[Row]:
        check_mapping(self._mapping, self.agency.index_data_set, self._source.columns())
        yield from self._source.rows()

    def _read(self, rows: Iterable[Row], data_set: DataSet) -> Iterator[Record]:
        return read_rows(
            rows,
            self._mapping,
            data_set,
            today=self._connector.today(),
            allow_test_regions=self._connector.settings.allow_test_regions,
            max_age_years=self._connector.settings.max_child_age_years,
        )


def _is_usable(record: Record) -> bool:
    return record.is_usable


def open_register(connector: Connector) -> Register:
    """Open the register that the settings name.

    Raises:
        SettingsError: no register is set.
        SourceError: the mapping or the source can't be used.
    """
    if connector.settings.register_mapping is None:
        raise SettingsError("没有设置登记册映射文件 register_mapping / the setting register_mapping is missing")
    path = Path(connector.folder, connector.settings.register_mapping)
    agency = agency_of(connector.settings.agency_type)
    mapping = load_mapping(path)
    return Register(connector, agency, mapping, open_source(mapping, path.parent, os.environ))


def county_within(record: Record, regions: tuple[str, ...]) -> str | None:
    """Return the first county of the record that lies in one of `regions`, or None if it is not covered."""
    return next((county for county in record.identity.regions for region in regions if is_within(county, region)), None)


def keys_under(purpose: Purpose, record: Record) -> tuple[LinkageKey, ...]:
    """Return the keys by which a record may be found under a purpose: the child's own, and relations it allows."""
    relations = relation_keys_of_record(record.identity)
    return (*record.linkage_keys, *(key for key in relations if key.key_type.value in purpose.relations))


def identity_digest(storage_key: bytes, keys: Sequence[LinkageKey], county: str) -> bytes:
    """Return 12 bytes that change when a record's keys or county change, and tell nothing without the key."""
    return digest_of_inputs(storage_key, sorted(key.oprf_input() for key in keys), county)


def digest_of_inputs(storage_key: bytes, inputs: Sequence[bytes], county: str) -> bytes:
    """Return the `identity_digest` of a record whose keys have these inputs of the VOPRF, in order."""
    message = b"\x00".join(inputs) + b"\x00" + county.encode("ascii")
    return hmac.digest(storage_key, b"tongxin/fingerprint/v1\x00" + message, "sha256")[:IDENTITY_BYTES]


def published_digest(storage_key: bytes, identity: bytes, marks: bytes) -> bytes:
    """Return 4 bytes that change when other keys of a record are published, or flagged otherwise.

    Args:
        storage_key: the connector's.
        identity: the record's `identity_digest`.
        marks: of each of its keys in the order of their inputs, what it is published as (`mix_entries`).
    """
    return hmac.digest(storage_key, b"tongxin/published/v2\x00" + identity + marks, "sha256")[:PUBLISHED_BYTES]

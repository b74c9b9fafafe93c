"""Which records of a register an agreement covers, each child once, and by which keys they may be found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from connectors.context import Connector
from connectors.data_sets import Record
from connectors.register import Register, county_within, digest_of_inputs, keys_under
from schemas.agreement import Agreement
from schemas.linkage_keys import KeyType
from schemas.messages.index import FLAGGED, KEY_TYPE_CODES
from schemas.purpose_catalogue import load_purposes

RECORDS_A_REPORT = 500

Progress = Callable[[int], None]
"""Takes the number of rows read so far."""


@dataclass(slots=True)
class IndexCounts:
    """What preparing met, for the officer's screen."""

    covered: int = 0
    outside_region: int = 0
    duplicates: int = 0
    unusable: int = 0
    unchanged: int = 0
    removed: int = 0
    too_common: int = 0
    """Hashes that are left out because too many records share them."""


class SourceShrankError(Exception):
    """The source has fewer records that the agreement covers than it may; nothing was prepared.

    Attributes:
        found: how many it has.
    """

    def __init__(self, found: int) -> None:
        super().__init__(f"登记册只有 {found} 条 / the register has {found} records alone")
        self.found = found


@dataclass(slots=True)
class CoveredRecord:
    """One child that an agreement covers; its repr shows nothing.

    Attributes:
        locator: finds the record again.
        county: the county by which it is covered.
        identity: its `identity_digest`.
        inputs: its keys that may be published, as inputs of the VOPRF, in order.
        codes: the key type code of each, with `FLAGGED` where the key is.
    """

    locator: str = field(repr=False)
    county: int = field(repr=False)
    identity: bytes = field(repr=False)
    inputs: tuple[bytes, ...] = field(repr=False)
    codes: bytes = field(repr=False)


class CoveredRecords:
    """The records that an agreement covers; read as often as needed."""

    def __init__(self, connector: Connector, register: Register, agreement: Agreement) -> None:
        self._storage_key = connector.storage_key()
        self._county_name_without_id_only = connector.settings.county_name_key_without_id_only
        self._register = register
        self._agreement = agreement
        self._purpose = load_purposes()[agreement.purpose]

    def read(self, counts: IndexCounts, progress: Progress) -> Iterator[CoveredRecord]:
        """Yield each covered child once, counting what is met; raises SourceError."""
        seen: set[bytes] = set()
        for read, record in enumerate(self._register.identities(), 1):
            covered = self._cover(record, counts)
            if covered is not None and covered.identity in seen:
                counts.duplicates += 1
            elif covered is not None:
                seen.add(covered.identity)
                counts.covered += 1
                yield covered
            if read % RECORDS_A_REPORT == 0:
                progress(read)

    def _cover(self, record: Record, counts: IndexCounts) -> CoveredRecord | None:
        keys = keys_under(self._purpose, record)
        if not keys:
            counts.unusable += 1
            return None
        county = county_within(record, self._agreement.regions)
        if county is None:
            counts.outside_region += 1
            return None
        ordered = sorted([(key.oprf_input(), _CODES[key.key_type, key.is_flagged]) for key in keys])
        identity = digest_of_inputs(self._storage_key, [key for key, _ in ordered], county)
        if self._county_name_without_id_only and record.identity.citizen_id is not None:
            ordered = [(key, code) for key, code in ordered if code != _COUNTY_NAME]
        inputs, codes = zip(*ordered, strict=True) if ordered else ((), ())
        return CoveredRecord(record.locator, int(county), identity, inputs, bytes(codes))


_COUNTY_NAME = KEY_TYPE_CODES[KeyType.N_R6]

_CODES = {(key_type, False): code for key_type, code in KEY_TYPE_CODES.items()} | {
    (key_type, True): code | FLAGGED for key_type, code in KEY_TYPE_CODES.items()
}
"""By a linkage key's type and whether it is flagged."""

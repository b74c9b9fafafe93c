"""Evaluates the keys of the records that an index will have, and holds what will stand in it and beside it.

While the keys of some records are evaluated, by processes of their own, the next ones are read.
"""

from collections.abc import Iterator
from itertools import islice

from connectors.context import Connector
from connectors.publisher.common_keys import MAX_GROUP_PUBLISHED
from connectors.publisher.covered_records import CoveredRecord
from connectors.publisher.hash_apart import hash_batches
from connectors.publisher.mix_entries import EntryMixer, MixedIndex
from connectors.publisher.repeated_keys import RepeatedKeys
from connectors.register import IDENTITY_BYTES, published_digest
from connectors.state.index_records import IndexRecord
from keys.crypto.ristretto255 import Scalar
from keys.crypto.sealing import seal_at_rest
from schemas.formats import HANDLE_BYTES

RECORDS_A_STEP = 150
"""Records that are evaluated at a time: about 2,000 evaluations, whose hashes fit into a pipe."""

MarkedRecord = tuple[CoveredRecord, bytes]
"""A record with the mark of each of its keys (`mix_entries`)."""


class RecordHasher:
    """Hashes records under one agreement's evaluation key, each with a handle of its own; one-shot."""

    def __init__(self, connector: Connector, private_key: Scalar) -> None:
        self._private_key = private_key
        self._storage_key = connector.storage_key()
        self._random = connector.random
        self._workers = connector.settings.workers
        self._mixer = EntryMixer()
        self._repeated = RepeatedKeys(connector.random)
        self._identities = bytearray()
        self._locators: list[bytes] = []

    def hash_all(self, records: Iterator[MarkedRecord]) -> MixedIndex:
        """Read all records and return their index, without the hashes that too many of them share."""
        for hashes in hash_batches(self._private_key, self._batches(records), self._workers):
            self._mixer.add_hashes(hashes)
        return self._mixer.mix(MAX_GROUP_PUBLISHED)

    def index_records(self, index: MixedIndex) -> Iterator[IndexRecord]:
        """Yield what leads from each handle back to its record, in the order of the handles."""
        for number, handle, marks in index.records():
            identity = bytes(self._identities[number * IDENTITY_BYTES : (number + 1) * IDENTITY_BYTES])
            fingerprint = identity + published_digest(self._storage_key, identity, marks)
            yield IndexRecord(handle, fingerprint, self._locators[number])

    def _batches(self, records: Iterator[MarkedRecord]) -> Iterator[list[bytes]]:
        """Keep the records, some at a time, and yield the inputs that are to be evaluated."""
        while step := list(islice(records, RECORDS_A_STEP)):
            if inputs := [key for record, marks in step for key in self._keep(record, marks)]:
                yield inputs

    def _keep(self, record: CoveredRecord, marks: bytes) -> list[bytes]:
        """Keep a record; return those inputs of it that are to be evaluated."""
        handle = self._random(HANDLE_BYTES)
        self._identities += record.identity
        self._locators.append(seal_at_rest(self._storage_key, record.locator.encode(), handle, self._random))
        new, places = self._repeated.find_new(record.inputs, marks)
        self._mixer.add(handle, record.county, marks, places)
        return new

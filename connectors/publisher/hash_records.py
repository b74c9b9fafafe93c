"""Evaluates the keys of the records that an index will have, and holds what will stand in it and beside it.

Records are read and evaluated by turns. Reading the next ones in a thread meanwhile costs more than it gains: after
each multiplication libsodium's threads would wait for the interpreter, which the reading thread keeps.
"""

from collections.abc import Iterator, Sequence
from itertools import compress, islice

from connectors.context import Connector
from connectors.publisher.common_keys import MAX_GROUP_PUBLISHED
from connectors.publisher.covered_records import CoveredRecord
from connectors.publisher.mix_entries import EntryMixer, MixedIndex
from connectors.register import IDENTITY_BYTES, published_digest
from connectors.state.index_records import IndexRecord
from keys.crypto.oprf_batch import evaluate_batch
from keys.crypto.ristretto255 import Scalar
from keys.crypto.sealing import seal_at_rest
from keys.protocol.possession import index_hash_of
from schemas.formats import HANDLE_BYTES

RECORDS_A_STEP = 500
"""Records that are evaluated at a time: about 7,000 evaluations, a second's work."""

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
        self._identities = bytearray()
        self._locators: list[bytes] = []

    def hash_all(self, records: Iterator[MarkedRecord]) -> MixedIndex:
        """Read all records and return their index, without the hashes that too many of them share."""
        while step := list(islice(records, RECORDS_A_STEP)):
            self._keep(step)
            self._mixer.add_hashes(self._hash(step))
        return self._mixer.mix(MAX_GROUP_PUBLISHED)

    def index_records(self, index: MixedIndex) -> Iterator[IndexRecord]:
        """Yield what leads from each handle back to its record, in the order of the handles."""
        for number, handle, marks in index.records():
            identity = bytes(self._identities[number * IDENTITY_BYTES : (number + 1) * IDENTITY_BYTES])
            fingerprint = identity + published_digest(self._storage_key, identity, marks)
            yield IndexRecord(handle, fingerprint, self._locators[number])

    def _keep(self, step: Sequence[MarkedRecord]) -> None:
        for record, marks in step:
            handle = self._random(HANDLE_BYTES)
            self._identities += record.identity
            self._locators.append(seal_at_rest(self._storage_key, record.locator.encode(), handle, self._random))
            self._mixer.add(handle, record.county, marks)

    def _hash(self, step: Sequence[MarkedRecord]) -> bytes:
        inputs = [key for record, marks in step for key in compress(record.inputs, marks)]
        if not inputs:  # of these records every key is too common
            return b""
        return b"".join(map(index_hash_of, evaluate_batch(self._private_key, inputs, workers=self._workers)))

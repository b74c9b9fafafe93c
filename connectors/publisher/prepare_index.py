"""Prepare an index: choose the records that the agreement covers, evaluate their linkage keys, pack the parts.

Preparing touches no network; what it makes is kept in the connector's database until the gateway has activated it.
For a full index the register is read once. For changes it is read twice: first to count which keys too many records
share, then to evaluate what is new.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import islice

from connectors.context import Connector
from connectors.identifiers import new_uuid
from connectors.publisher.common_keys import CommonKeys, KeyCounter
from connectors.publisher.covered_records import CoveredRecords, IndexCounts, SourceShrankError
from connectors.publisher.hash_records import MarkedRecord, RecordHasher
from connectors.publisher.mix_entries import LEFT_OUT, MixedIndex
from connectors.register import Register, published_digest
from connectors.state.index_records import (
    IndexRecord,
    Publication,
    add_part,
    add_records,
    begin_preparation,
    discard_unfinished,
    finish_preparation,
    published_fingerprints,
)
from keys.crypto.evaluation_key import EvaluationKeyPair
from schemas.agreement import Agreement
from schemas.base64url import encode_base64url
from schemas.messages.index import MAX_PART_ENTRIES, MAX_PART_REMOVALS, IndexPart, pack_handles

RECORDS_A_TRANSACTION = 10_000

Progress = Callable[[str, int], None]
"""Takes the step (`count` or `hash`) and the number of rows that are done."""


class IndexPreparation:
    """Prepares one publication of one agreement and epoch; one-shot."""

    def __init__(
        self, connector: Connector, register: Register, agreement: Agreement, epoch: int, key_pair: EvaluationKeyPair
    ) -> None:
        self._connector = connector
        self._records = CoveredRecords(connector, register, agreement)
        self._register = register
        self._agreement = agreement
        self._key_pair = key_pair
        self._epoch = epoch
        self.counts = IndexCounts()

    def run(self, base: str | None, progress: Progress, *, least: int = 0) -> Publication | None:
        """Prepare changes to the index `base`, or a full index if there is none.

        Args:
            base: the index that both sides know as active.
            progress: called as the work goes on.
            least: the fewest records that the source may have.

        Returns:
            The prepared publication, or None if nothing has changed.

        Raises:
            SourceError: the register can't be read; nothing is left behind.
            SourceShrankError: it has fewer than `least` records.
        """
        state, digest = self._connector.state, self._agreement.digest()
        discard_unfinished(state, digest, self._epoch)
        chosen, known = self._choose(base, progress, least)
        version = self._register.version()
        hasher = RecordHasher(self._connector, self._key_pair.private_key)
        mixed = hasher.hash_all(chosen)
        self.counts.too_common += mixed.too_common
        self._check_size(self.counts, least)
        index = new_uuid(self._connector.random)
        new = Publication(index, digest, self._epoch, "changes" if base else "full", base, 0, 0)
        begin_preparation(state, new, self._connector.seconds())
        with ThreadPoolExecutor(1) as beside:
            written = beside.submit(self._write_records, new, hasher.index_records(mixed), version)
            parts = self._write_parts(new, mixed, sorted(known.values()))
            written.result()
        if parts == 0:
            discard_unfinished(state, digest, self._epoch)
            return None
        finish_preparation(state, index, parts, self.counts.covered)
        return replace(new, parts=parts, records=self.counts.covered)

    def _choose(
        self, base: str | None, progress: Progress, least: int
    ) -> tuple[Iterator[MarkedRecord], dict[bytes, bytes]]:
        """Return the records to hash, and what is known by fingerprint: what is left in it is no longer held."""
        if base is None:
            covered = self._records.read(self.counts, partial(progress, "hash"))
            return ((record, record.codes) for record in covered), {}
        common = self._count(progress, least)
        known = published_fingerprints(self._connector.state, self._agreement.digest(), self._epoch)
        return self._new_records(known, common, progress), known

    def _count(self, progress: Progress, least: int) -> CommonKeys:
        counter, counts = KeyCounter(self._connector.random), IndexCounts()
        for record in self._records.read(counts, partial(progress, "count")):
            counter.add(record.inputs)
        self._check_size(counts, least)
        return counter.find_common()

    def _check_size(self, counts: IndexCounts, least: int) -> None:
        if counts.covered < least:
            raise SourceShrankError(counts.covered)

    def _new_records(self, known: dict[bytes, bytes], common: CommonKeys, progress: Progress) -> Iterator[MarkedRecord]:
        """Yield the records that are not `known` yet."""
        storage_key = self._connector.storage_key()
        for record in self._records.read(self.counts, partial(progress, "hash")):
            keys = zip(record.inputs, record.codes, strict=True)
            marks = bytes(LEFT_OUT if key in common else code for key, code in keys)
            self.counts.too_common += marks.count(LEFT_OUT)
            fingerprint = record.identity + published_digest(storage_key, record.identity, marks)
            if known.pop(fingerprint, None) is None:
                yield record, marks
            else:
                self.counts.unchanged += 1

    def _write_records(self, new: Publication, records: Iterator[IndexRecord], version: str | None) -> None:
        while step := list(islice(records, RECORDS_A_TRANSACTION)):
            add_records(self._connector.state, new, step, version)

    def _write_parts(self, new: Publication, mixed: MixedIndex, gone: list[bytes]) -> int:
        self.counts.removed = len(gone)
        number = 0
        for entries in mixed.packed_parts(MAX_PART_ENTRIES):
            self._add(new, number, entries, [])
            number += 1
        for start in range(0, len(gone), MAX_PART_REMOVALS):
            self._add(new, number, b"", gone[start : start + MAX_PART_REMOVALS])
            number += 1
        if number == 0 and new.mode == "full":
            self._add(new, 0, b"", [])
            number = 1
        return number

    def _add(self, new: Publication, number: int, entries: bytes, removed: list[bytes]) -> None:
        # What is made here is checked when it is loaded to be sent, as whoever receives it checks it.
        part = IndexPart.model_construct(
            index=new.index, number=number, entries=encode_base64url(entries), removals=pack_handles(removed)
        )
        add_part(self._connector.state, new, number, part.to_bytes(), removed)

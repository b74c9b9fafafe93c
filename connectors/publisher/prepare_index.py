"""Prepare an index: choose the records that the agreement covers, evaluate their linkage keys, pack the parts.

Preparing touches no network; what it makes is kept in the connector's database until the gateway has activated it.
The register is read twice: first to count which keys too many records share, then to evaluate the others.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from connectors.context import Connector
from connectors.identifiers import new_uuid
from connectors.publisher.common_keys import CommonKeys, KeyCounter
from connectors.publisher.covered_records import CoveredRecord, CoveredRecords, IndexCounts, SourceShrankError
from connectors.publisher.mix_entries import EntryMixer
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
from keys.crypto.oprf_batch import evaluate_batch
from keys.crypto.sealing import seal_at_rest
from keys.protocol.possession import index_hash_of
from schemas.agreement import Agreement
from schemas.base64url import encode_base64url
from schemas.formats import HANDLE_BYTES
from schemas.linkage_keys import LinkageKey
from schemas.messages.index import (
    FLAGGED,
    KEY_TYPE_CODES,
    MAX_PART_ENTRIES,
    MAX_PART_REMOVALS,
    IndexEntry,
    IndexPart,
    pack_handles,
)

RECORDS_A_STEP = 500
"""Records that are evaluated and kept at a time: about 7,000 evaluations, a second's work."""

Progress = Callable[[str, int], None]
"""Takes the step (`count` or `hash`) and the number of rows that are done."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    record: CoveredRecord = field(repr=False)
    published: tuple[LinkageKey, ...] = field(repr=False)
    fingerprint: bytes = field(repr=False)


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
        common = self._count(progress, least)
        known = published_fingerprints(state, digest, self._epoch) if base else {}
        index = new_uuid(self._connector.random)
        new = Publication(index, digest, self._epoch, "changes" if base else "full", base, 0, 0)
        begin_preparation(state, new, self._connector.seconds())
        parts = self._write_parts(new, known, common, progress)
        if parts == 0:
            discard_unfinished(state, digest, self._epoch)
            return None
        finish_preparation(state, index, parts, self.counts.covered)
        return Publication(index, digest, self._epoch, new.mode, base, parts, self.counts.covered)

    def _count(self, progress: Progress, least: int) -> CommonKeys:
        counter, counts = KeyCounter(self._connector.random), IndexCounts()
        for record in self._records.read(counts, partial(progress, "count")):
            counter.add(record.keys)
        if counts.covered < least:
            raise SourceShrankError(counts.covered)
        return counter.find_common()

    def _write_parts(self, new: Publication, known: dict[bytes, bytes], common: CommonKeys, progress: Progress) -> int:
        mixer = self._evaluate_all(new, known, common, progress)
        gone = sorted(known.values())
        self.counts.removed = len(gone)
        number = 0
        for entries in mixer.packed_parts(MAX_PART_ENTRIES):
            self._add(new, number, entries, [])
            number += 1
        for start in range(0, len(gone), MAX_PART_REMOVALS):
            self._add(new, number, b"", gone[start : start + MAX_PART_REMOVALS])
            number += 1
        if number == 0 and new.mode == "full":
            self._add(new, 0, b"", [])
            number = 1
        return number

    def _evaluate_all(
        self, new: Publication, known: dict[bytes, bytes], common: CommonKeys, progress: Progress
    ) -> EntryMixer:
        version, mixer = self._register.version(), EntryMixer()
        for batch in self._batches(known, common, progress):
            records = self._evaluate(batch, mixer)
            add_records(self._connector.state, new, records, version)
        return mixer

    def _batches(self, known: dict[bytes, bytes], common: CommonKeys, progress: Progress) -> Iterator[list[_Candidate]]:
        """Yield the records that are not `known` yet; what then is left in `known` is no longer held."""
        batch: list[_Candidate] = []
        for record in self._records.read(self.counts, partial(progress, "hash")):
            candidate = self._candidate(record, common)
            if known.pop(candidate.fingerprint, None) is not None:
                self.counts.unchanged += 1
                continue
            batch.append(candidate)
            if len(batch) == RECORDS_A_STEP:
                yield batch
                batch = []
        if batch:
            yield batch

    def _candidate(self, record: CoveredRecord, common: CommonKeys) -> _Candidate:
        published = tuple(key for key in record.keys if key not in common)
        self.counts.too_common += len(record.keys) - len(published)
        fingerprint = record.identity + published_digest(self._connector.storage_key(), published)
        return _Candidate(record, published, fingerprint)

    def _evaluate(self, batch: list[_Candidate], mixer: EntryMixer) -> list[IndexRecord]:
        outputs = iter(self._outputs([key.oprf_input() for candidate in batch for key in candidate.published]))
        storage_key, random = self._connector.storage_key(), self._connector.random
        records = []
        for candidate in batch:
            handle, record = random(HANDLE_BYTES), candidate.record
            locator = seal_at_rest(storage_key, record.locator.encode(), handle, random)
            records.append(IndexRecord(handle, candidate.fingerprint, locator))
            hashes = [(_code_of(key), index_hash_of(next(outputs))) for key in candidate.published]
            mixer.add(IndexEntry(handle, int(record.county), code, index_hash) for code, index_hash in hashes)
        return records

    def _outputs(self, inputs: list[bytes]) -> list[bytes]:
        """Evaluate, where there is anything: records of which every key is too common have none."""
        if not inputs:
            return []
        return evaluate_batch(self._key_pair.private_key, inputs, workers=self._connector.settings.workers)

    def _add(self, new: Publication, number: int, entries: bytes, removed: list[bytes]) -> None:
        part = IndexPart(
            index=new.index, number=number, entries=encode_base64url(entries), removals=pack_handles(removed)
        )
        add_part(self._connector.state, new, number, part.to_bytes(), removed)


def _code_of(key: LinkageKey) -> int:
    return KEY_TYPE_CODES[key.key_type] | (FLAGGED if key.is_flagged else 0)

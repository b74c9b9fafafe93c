"""Prepare an index: choose the records that the agreement covers, evaluate their linkage keys, pack the parts.

Preparing touches no network; what it makes is kept in the connector's database until the gateway has activated it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from connectors.context import Connector
from connectors.identifiers import new_uuid
from connectors.publisher.mix_entries import EntryMixer
from connectors.register import Register, county_within, fingerprint_of
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
from schemas.messages.index import KEY_TYPE_CODES, MAX_PART_ENTRIES, IndexEntry, IndexPart, pack_handles

RECORDS_A_STEP = 3_000
"""Records that are evaluated and kept at a time."""

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


@dataclass(frozen=True, slots=True)
class _Candidate:
    locator: str = field(repr=False)
    keys: tuple[LinkageKey, ...] = field(repr=False)
    county: str = field(repr=False)
    fingerprint: bytes = field(repr=False)


class IndexPreparation:
    """Prepares one publication of one agreement and epoch; one-shot."""

    def __init__(
        self, connector: Connector, register: Register, agreement: Agreement, epoch: int, key_pair: EvaluationKeyPair
    ) -> None:
        self._connector = connector
        self._register = register
        self._agreement = agreement
        self._key_pair = key_pair
        self._epoch = epoch
        self.counts = IndexCounts()

    def run(self, base: str | None, progress: Progress) -> Publication | None:
        """Prepare changes to the index `base`, or a full index if there is none.

        Returns:
            The prepared publication, or None if nothing has changed.

        Raises:
            SourceError: the register can't be read; nothing is left behind.
        """
        state, digest = self._connector.state, self._agreement.digest()
        discard_unfinished(state, digest, self._epoch)
        known = published_fingerprints(state, digest, self._epoch) if base else {}
        index = new_uuid(self._connector.random)
        new = Publication(index, digest, self._epoch, "changes" if base else "full", base, 0, 0)
        begin_preparation(state, new, self._connector.seconds())
        parts = self._write_parts(new, known, progress)
        if parts == 0:
            discard_unfinished(state, digest, self._epoch)
            return None
        finish_preparation(state, index, parts, self.counts.covered)
        return Publication(index, digest, self._epoch, new.mode, base, parts, self.counts.covered)

    def _write_parts(self, new: Publication, known: dict[bytes, bytes], progress: Progress) -> int:
        seen: set[bytes] = set()
        mixer = self._evaluate_all(new, known, seen, progress)
        gone = sorted(handle for fingerprint, handle in known.items() if fingerprint not in seen)
        self.counts.removed = len(gone)
        number = 0
        for entries in mixer.packed_parts(MAX_PART_ENTRIES):
            self._add(new, number, entries, [])
            number += 1
        for start in range(0, len(gone), RECORDS_A_STEP):
            self._add(new, number, b"", gone[start : start + RECORDS_A_STEP])
            number += 1
        if number == 0 and new.mode == "full":
            self._add(new, 0, b"", [])
            number = 1
        return number

    def _evaluate_all(
        self, new: Publication, known: dict[bytes, bytes], seen: set[bytes], progress: Progress
    ) -> EntryMixer:
        version, mixer = self._register.version(), EntryMixer()
        for batch in self._batches(known, seen, progress):
            records, entries = self._evaluate(batch)
            add_records(self._connector.state, new, records, version)
            mixer.add(entries)
        return mixer

    def _batches(self, known: dict[bytes, bytes], seen: set[bytes], progress: Progress) -> Iterator[list[_Candidate]]:
        batch: list[_Candidate] = []
        for candidate in self._candidates(seen, progress):
            if candidate.fingerprint in known:
                self.counts.unchanged += 1
                continue
            batch.append(candidate)
            if len(batch) == RECORDS_A_STEP:
                yield batch
                batch = []
        if batch:
            yield batch

    def _candidates(self, seen: set[bytes], progress: Progress) -> Iterator[_Candidate]:
        storage_key = self._connector.storage_key()
        for read, record in enumerate(self._register.identities(), 1):
            if read % RECORDS_A_REPORT == 0:
                progress(read)
            if not record.is_usable:
                self.counts.unusable += 1
                continue
            county = county_within(record, self._agreement.regions)
            if county is None:
                self.counts.outside_region += 1
                continue
            fingerprint = fingerprint_of(storage_key, record.linkage_keys, county)
            if fingerprint in seen:
                self.counts.duplicates += 1
                continue
            seen.add(fingerprint)
            self.counts.covered += 1
            yield _Candidate(record.locator, record.linkage_keys, county, fingerprint)

    def _evaluate(self, batch: list[_Candidate]) -> tuple[list[IndexRecord], list[IndexEntry]]:
        inputs = [key.oprf_input() for candidate in batch for key in candidate.keys]
        outputs = iter(evaluate_batch(self._key_pair.private_key, inputs, workers=self._connector.settings.workers))
        storage_key, random = self._connector.storage_key(), self._connector.random
        records, entries = [], []
        for candidate in batch:
            handle = random(HANDLE_BYTES)
            locator = seal_at_rest(storage_key, candidate.locator.encode(), handle, random)
            records.append(IndexRecord(handle, candidate.fingerprint, locator))
            for key in candidate.keys:
                code = KEY_TYPE_CODES[key.key_type]
                entries.append(IndexEntry(handle, int(candidate.county), code, index_hash_of(next(outputs))))
        return records, entries

    def _add(self, new: Publication, number: int, entries: bytes, removed: list[bytes]) -> None:
        part = IndexPart(
            index=new.index, number=number, entries=encode_base64url(entries), removals=pack_handles(removed)
        )
        add_part(self._connector.state, new, number, part.to_bytes(), removed)

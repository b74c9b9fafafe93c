"""Exporting the log, or selected entries of it, as one file that verifies offline; no file leaves unlogged."""

import os
import tempfile
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from gateway.domain.account import LogScope
from gateway.domain.log_filter import LogFilter
from gateway.log.bundle import export_bundle
from gateway.log.bundle_rows import DisclosurePermit
from gateway.log.bundle_writer import ExportedBundle
from gateway.log.checkpoints import find_checkpoint
from gateway.log.event_catalogue import may_disclose
from gateway.log.event_names import Audience, EventType, PersonalField
from gateway.log.events import Actor, Event
from gateway.log.evidence import export_evidence
from gateway.log.evidence_format import MAX_EVIDENCE_ENTRIES, EvidenceError
from gateway.log.journal import Draft
from gateway.log.leaf import Leaf
from gateway.log.shards import current_shard
from gateway.log.stored_zip import Sink
from gateway.persistence.engine import read_transaction
from gateway.persistence.search_queries import Search, list_entries
from gateway.services.context import Gateway
from gateway.services.log_key import log_signer
from gateway.services.sign_log import sign_log
from keys.crypto.note_key import VerifierKey


@dataclass(frozen=True, slots=True)
class Disclosing:
    """Which personal fields an export hands out, and why; the reason is logged as a note."""

    fields: frozenset[PersonalField]
    reason: str = field(repr=False)

    def permits(self, leaf: Leaf, name: PersonalField) -> bool:
        """Return whether this field of this entry is one of them, and open to the oversight auditors who read it."""
        return name in self.fields and may_disclose(Audience.OVERSIGHT_AUDITOR, leaf.event.type, name)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which entries of a shard to hand out: those at `indexes`, or where there are none those that the filter finds."""

    indexes: tuple[int, ...] = ()
    filter: LogFilter = field(default_factory=LogFilter)


def export_log(
    gateway: Gateway, out: Path, *, shard: int | None = None, disclosing: Disclosing | None = None
) -> ExportedBundle:
    """Write the bundle of a whole shard, of the current one if none is named, to the file `out`.

    Raises:
        AuditUnavailableError: the export could not be logged; no file was left.
        NothingSignedError: there is no such shard.
        LogDamagedError: rows are missing.
        ArchiveError: the shard is too large for one bundle.
    """
    sign_log(gateway)
    chosen = _shard(gateway, shard)
    key, permits = _log_key(gateway), _permit(disclosing)
    return _release(
        gateway,
        out,
        _event(gateway, disclosing),
        lambda sink: export_bundle(gateway.engine, sink, key, permits, shard=chosen),
    )


def export_selected(
    gateway: Gateway,
    out: Path,
    selection: Selection,
    *,
    shard: int | None = None,
    disclosing: Disclosing | None = None,
) -> ExportedBundle:
    """Write the evidence bundle of selected entries of a shard, of the current one if none is named, to `out`.

    Raises:
        AuditUnavailableError: the export could not be logged; no file was left.
        EvidenceError: nothing was found, too much, or an entry that there is not.
        NothingSignedError: there is no such shard.
        LogDamagedError: rows are missing.
        ArchiveError: the entries are too large for one bundle.
    """
    sign_log(gateway)
    chosen = _shard(gateway, shard)
    indexes = selection.indexes or _find(gateway, chosen, selection.filter)
    key, permits = _log_key(gateway), _permit(disclosing)
    event = replace(_event(gateway, disclosing), correlation_id=selection.filter.corr)
    return _release(
        gateway, out, event, lambda sink: export_evidence(gateway.engine, chosen, indexes, sink, key, permits)
    )


def count_left_out(gateway: Gateway, bundle: ExportedBundle, *, shard: int | None = None) -> int:
    """Return how many signed entries a shard's bundle leaves out because no quorum of witnesses has seen them yet."""
    with read_transaction(gateway.engine) as connection:
        signed = find_checkpoint(connection, _shard(gateway, shard))
    return 0 if signed is None else signed.size - bundle.size


def _shard(gateway: Gateway, shard: int | None) -> int:
    if shard is not None:
        return shard
    with read_transaction(gateway.engine) as connection:
        return current_shard(connection)


def _find(gateway: Gateway, shard: int, asked: LogFilter) -> Collection[int]:
    # A leaf's year is that of UTC, a day that of the office's zone: a day more on each side holds the whole year.
    asked = replace(
        asked,
        from_on=max(asked.from_on or date.min, date(shard - 1, 12, 31)),
        to_on=min(asked.to_on or date.max, date(shard + 1, 1, 1)),
    )
    search = Search(LogScope(None), frozenset(EventType), asked)
    with read_transaction(gateway.engine) as connection:
        found = list_entries(connection, search, limit=MAX_EVIDENCE_ENTRIES + 1, oldest_first=True)
    if len(found) > MAX_EVIDENCE_ENTRIES:
        raise EvidenceError(f"所选条目过多 / more than {MAX_EVIDENCE_ENTRIES} entries")
    return [entry.index for entry in found if entry.shard == shard]


def _log_key(gateway: Gateway) -> VerifierKey:
    return log_signer(gateway.keys, gateway.settings.log_name, gateway.now()).verifier_key


def _permit(disclosing: Disclosing | None) -> DisclosurePermit | None:
    return None if disclosing is None else disclosing.permits


def _event(gateway: Gateway, disclosing: Disclosing | None) -> Event:
    return Event(
        type=EventType.AUDIT_EXPORT,
        actor=Actor(org=gateway.id),
        fields=() if disclosing is None else tuple(sorted(disclosing.fields)),
        personal={} if disclosing is None else {PersonalField.NOTE: disclosing.reason},
    )


def _release(gateway: Gateway, out: Path, event: Event, write: Callable[[Sink], ExportedBundle]) -> ExportedBundle:
    """Write the file beside its place, log it with its digest, and only then put it there."""
    handle, name = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
    try:
        with os.fdopen(handle, "wb") as sink:
            bundle = write(sink)
        told = replace(event, records=bundle.entries, content=bundle.content)
        gateway.journal.write(lambda _: Draft(None, (told,)))
        Path(name).replace(out)
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()
    return bundle

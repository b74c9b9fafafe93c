"""Judges an entry of the log that names this agency: is it about what the agency asked or answered, and as it was?"""

from dataclasses import dataclass

from connectors.context import Connector
from connectors.own_log.compare import (
    RELAYED,
    Stage,
    compare,
    compare_disclosures,
    is_about_item,
    stage_of,
    time_fault,
)
from connectors.own_log.entry import Entry, EntryError, parse_disclosure, parse_entry
from connectors.own_log.evidence_document import Fault
from connectors.own_log.messages import OwnMessage, find_message, find_request
from connectors.own_log.seen_entries import SeenEntry, is_seen_event, note_entry
from keys.crypto.log_shards import shard_origin
from keys.crypto.merkle import leaf_hash
from schemas.base64url import encode_base64url
from schemas.messages.log_entries import ShownEntry

NOTED_TYPES = frozenset({"field.receipt", "emergency.review"})
"""Types of entries about what the provider is asked to note; those that name an intent tell that it did."""

RELAYED_TYPES = frozenset({"evaluate.result", "field.release", "statistics.release"})
"""Types of entries that tell of a provider's answer, and of nothing else."""


@dataclass(frozen=True, slots=True)
class Found:
    """A fault of an entry, the members that differ, and the message that it is compared with."""

    fault: Fault
    message: OwnMessage | None = None
    differs: tuple[str, ...] = ()


@dataclass(frozen=True)
class EntryJudge:
    """Compares entries with what the connector kept, and notes them."""

    connector: Connector

    def judge(self, shown: ShownEntry, data: bytes) -> list[Found]:
        """Return the faults of an entry that stands in the log where it is shown."""
        try:
            entry = parse_entry(data)
        except EntryError:
            return [Found(Fault.ENTRY_DIFFERS, differs=("form",))]
        message = self._message(entry)
        found = self._faults(shown, entry, message)
        if not self._note(shown, data, entry, message):
            found.append(Found(Fault.ENTRY_REPEATED, message))
        return found

    def _faults(self, shown: ShownEntry, entry: Entry, message: OwnMessage | None) -> list[Found]:
        if entry.origin != shard_origin(self.connector.gateway.log_name, shown.place.shard):
            return [Found(Fault.ENTRY_DIFFERS, differs=("log",))]
        if not self._is_to_be_known(entry):
            return []
        if message is None:
            return self._unknown(entry)
        if entry.actor != self.connector.agency and message.answer is None and _tells_of_answer(entry, message):
            return [Found(Fault.ANSWER_INVENTED, message)]
        differs = (*compare(entry, message), *self._personal(shown, entry, message), *self._intent(entry))
        found = [Found(Fault.ENTRY_DIFFERS, message, differs)] if differs else []
        fault = time_fault(entry, message, self.connector.agency)
        return found if fault is None else [*found, Found(fault, message)]

    def _is_to_be_known(self, entry: Entry) -> bool:
        """What somebody did at the gateway's console, and what the log says of itself, leaves nothing here."""
        is_party = self.connector.agency in {entry.actor, entry.peer}
        return is_party and entry.client is None and not entry.type.startswith("log.")

    def _unknown(self, entry: Entry) -> list[Found]:
        if entry.actor == self.connector.agency:
            return [Found(Fault.REQUEST_INVENTED)]
        is_answer = entry.type in RELAYED_TYPES or (entry.type in NOTED_TYPES and entry.ref is not None)
        return [Found(Fault.ANSWER_INVENTED)] if is_answer else []

    def _message(self, entry: Entry) -> OwnMessage | None:
        if entry.correlation is None or entry.actor is None:
            return None
        if is_about_item(entry):  # its correlation is the item's, which has many
            return None if entry.envelope is None else find_request(self.connector.state, entry.envelope, entry.actor)
        return find_message(self.connector.state, entry.correlation, entry.actor)

    def _personal(self, shown: ShownEntry, entry: Entry, message: OwnMessage) -> tuple[str, ...]:
        if entry.actor != self.connector.agency:
            return ()
        try:
            disclosed = [parse_disclosure(text) for text in shown.disclosures]
        except EntryError:
            return ("_sd",)
        return compare_disclosures(entry, message, disclosed)

    def _intent(self, entry: Entry) -> tuple[str, ...]:
        """An outcome names the intent, which stands before it."""
        if entry.ref is None or entry.correlation is None:
            return ()
        return () if is_seen_event(self.connector.state, entry.correlation, entry.ref) else ("ref",)

    def _note(self, shown: ShownEntry, data: bytes, entry: Entry, message: OwnMessage | None) -> bool:
        kind = f"{entry.type}{':' + entry.reason if entry.reason else ''}{'+' if entry.ref else ''}"
        correlation = entry.correlation if self._is_to_be_known(entry) else None
        if is_about_item(entry):
            correlation = None if message is None else message.claims.id
        leaf = encode_base64url(leaf_hash(data))
        return note_entry(self.connector.state, SeenEntry(shown.place, leaf, entry.event_id, correlation, kind[:60]))


def _tells_of_answer(entry: Entry, message: OwnMessage) -> bool:
    return message.type in RELAYED and stage_of(entry, message.type) is Stage.ANSWERED

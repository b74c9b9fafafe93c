"""Looks through the log for entries that name this agency, and compares each with what the agency itself kept."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from connectors.context import Connector
from connectors.gateway_client import AnswerError, GatewayClient
from connectors.own_log.entry import EntryError, parse_entry
from connectors.own_log.evidence import EvidenceKeeper
from connectors.own_log.evidence_document import MAX_SHOWN, Fault
from connectors.own_log.judge_entry import EntryJudge, Found
from connectors.own_log.messages import OwnMessage, find_promised, first_seen_at, forget_unlogged
from connectors.own_log.proofs import NotProvenError, verify_checkpoint, verify_shown
from connectors.own_log.seen_checkpoints import CheckpointCheck
from connectors.own_log.seen_entries import find_position, list_withheld, set_position
from connectors.own_log.turn import TurnCheck
from schemas.base64url import Base64Error, decode_base64url
from schemas.envelope import MessageType
from schemas.messages.log_entries import (
    MAX_LOG_ENTRIES_ANSWER_BYTES,
    LogEntriesAnswer,
    LogEntriesRequest,
    LogPlace,
    ShownEntry,
)

FORGET_AFTER_SECONDS = 86_400


@dataclass
class EntryCount:
    """How many own entries were compared, and how often each fault was found."""

    compared: int = 0
    faults: Counter[Fault] = field(default_factory=Counter)


@dataclass(frozen=True)
class OwnLogCheck:
    """One agency's check of its own entries."""

    connector: Connector
    client: GatewayClient

    @property
    def evidence(self) -> EvidenceKeeper:
        """What keeps the evidence."""
        return EvidenceKeeper(self.connector, self.client.trust)

    def run(self) -> EntryCount:
        """Compare what has come into the log since the last time.

        Raises:
            GatewayUnreachableError, ProblemError, AnswerError: nothing is concluded from that; it goes on next time.
        """
        count = EntryCount()
        position = find_position(self.connector.state) or self._beginning()
        is_more = True
        while is_more:
            answer = self._ask(LogEntriesRequest(since=position))
            self._compare(answer, count)
            following, is_more = self._following(position, answer)
            set_position(self.connector.state, following, self.connector.seconds())
            position = following
        for withheld in list_withheld(self.connector.state, position):
            message = find_promised(self.connector.state, withheld.envelope)
            self.evidence.keep(Fault.ENTRY_WITHHELD, withheld.envelope, message=message, promise=withheld.token)
            count.faults[Fault.ENTRY_WITHHELD] += 1
        forget_unlogged(self.connector.state, self.connector.seconds() - FORGET_AFTER_SECONDS)
        return count

    def _beginning(self) -> LogPlace:
        """Begin with the year in which the first message was kept, a day earlier: clocks differ at the turn of it."""
        seconds = first_seen_at(self.connector.state) or self.connector.seconds()
        return LogPlace(shard=datetime.fromtimestamp(seconds - 86_400, UTC).year, index=0)

    def _ask(self, message: LogEntriesRequest) -> LogEntriesAnswer:
        answered = self.client.ask(MessageType.LOG_ENTRIES, message, LogEntriesAnswer, MAX_LOG_ENTRIES_ANSWER_BYTES)
        return answered.message

    def _compare(self, answer: LogEntriesAnswer, count: EntryCount) -> None:
        checkpoints = CheckpointCheck(self.connector, self.evidence)
        notes = self._notes(answer)
        faults = [checkpoints.take(note) for note in notes.values()]
        count.faults.update(fault for fault in faults if fault is not None)
        for shown in answer.entries:
            note = notes.get(shown.place.shard)
            data = None if note is None else self._verify(shown, note)
            if note is None or data is None:
                self._keep(Found(Fault.ENTRY_NOT_PROVEN), shown, note or "", count)
                continue
            for found in EntryJudge(self.connector).judge(shown, data):
                self._keep(found, shown, note, count)
            count.faults.update(TurnCheck(checkpoints).check(shown, data, note))
            count.compared += 1

    def _verify(self, shown: ShownEntry, note: str) -> bytes | None:
        shard, checkpoint = verify_checkpoint(self.connector.gateway, note)
        try:
            return verify_shown(shown, {shard: checkpoint})
        except NotProvenError:
            return None

    def _keep(self, found: Found, shown: ShownEntry, note: str, count: EntryCount) -> None:
        entries: tuple[ShownEntry, ...] = (shown,)
        notes: tuple[str, ...] = (note,) if note else ()
        if found.fault is Fault.ENTRY_REPEATED and found.message is not None:
            entries, notes = self._repeated(found.message)
        self.evidence.keep(
            found.fault,
            f"{shown.place.shard}/{shown.place.index}",
            message=found.message,
            shown=entries,
            checkpoints=notes,
            differs=found.differs,
        )
        count.faults[found.fault] += 1

    def _repeated(self, message: OwnMessage) -> tuple[tuple[ShownEntry, ...], tuple[str, ...]]:
        """Return the entries about a message, and the checkpoints; of an item's those that name the same envelope."""
        correlations = tuple(dict.fromkeys((message.claims.id, message.correlation)))
        about = self._ask(LogEntriesRequest(correlations=correlations))
        is_item = message.asked.item is not None
        entries = [one for one in about.entries if not is_item or _names(one, message.envelope)]
        return tuple(entries[:MAX_SHOWN]), about.checkpoints

    def _notes(self, answer: LogEntriesAnswer) -> Mapping[int, str]:
        """Return the checkpoints by shard; raises AnswerError for what the log did not sign."""
        try:
            return {verify_checkpoint(self.connector.gateway, note)[0]: note for note in answer.checkpoints}
        except NotProvenError:
            raise AnswerError("checkpoint_not_signed") from None

    def _following(self, position: LogPlace, answer: LogEntriesAnswer) -> tuple[LogPlace, bool]:
        """Return where to go on and whether at once; raises AnswerError where that would pass something over."""
        sizes = {
            shard: checkpoint.size
            for shard, checkpoint in (verify_checkpoint(self.connector.gateway, note) for note in answer.checkpoints)
        }
        covered = max(sizes.get(position.shard, 0), position.index)
        following = answer.next
        if following is None:
            return LogPlace(shard=position.shard, index=covered), False
        is_in_shard = following.shard == position.shard and position.index < following.index <= covered
        is_next_shard = position.shard < following.shard <= self.connector.now().year + 1 and following.index == 0
        if not (is_in_shard or is_next_shard):
            raise AnswerError("log_does_not_go_on")
        return following, True


def _names(shown: ShownEntry, envelope: str) -> bool:
    try:
        return parse_entry(decode_base64url(shown.entry)).envelope == envelope
    except (Base64Error, EntryError):
        return False

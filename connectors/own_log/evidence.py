"""Keeps evidence: one file for each fault, with the alert that names it."""

from dataclasses import dataclass

from sqlalchemy import Engine, insert, select

from connectors.context import Connector
from connectors.own_log.evidence_document import Fault, LogEvidence, OwnRecord
from connectors.own_log.messages import OwnMessage
from connectors.own_log.tables import log_evidence
from connectors.state.alerts import raise_alert
from connectors.state.database import reading, writing
from connectors.trust import TrustStore
from schemas.messages.log import InclusionDocument
from schemas.messages.log_entries import ShownEntry


@dataclass(frozen=True, slots=True)
class KeptEvidence:
    """A piece of evidence: its fault, what it concerns, when it was found (POSIX seconds), and the file's bytes."""

    fault: str
    subject: str
    found_at: int
    document: bytes

    @property
    def file_name(self) -> str:
        """The name of its file."""
        return f"{self.fault}-{''.join(c if c.isalnum() or c in '-_.' else '_' for c in self.subject)}.json"


@dataclass(frozen=True)
class EvidenceKeeper:
    """Puts evidence together from what a check found and what the connector believes."""

    connector: Connector
    trust: TrustStore

    def keep(
        self,
        fault: Fault,
        subject: str,
        *,
        message: OwnMessage | None = None,
        promise: str | None = None,
        inclusion: InclusionDocument | None = None,
        shown: tuple[ShownEntry, ...] = (),
        checkpoints: tuple[str, ...] = (),
        differs: tuple[str, ...] = (),
    ) -> None:
        """Keep the evidence and raise the alert of this fault about `subject`; the same is kept once."""
        connector, found_at = self.connector, self.connector.seconds()
        document = LogEvidence(
            version=1,
            fault=fault,
            agency=connector.agency,
            found_at=found_at,
            pin=connector.gateway,
            statements=self._statements(message),
            request=None if message is None else message.token,
            answer=None if message is None else message.answer,
            record=None if message is None else _record_of(message),
            promise=promise,
            inclusion=inclusion,
            shown=shown,
            checkpoints=checkpoints,
            differs=differs,
        )
        with writing(connector.state) as connection:
            values = {"code": fault.value, "subject": subject, "found_at": found_at, "document": document.to_bytes()}
            connection.execute(insert(log_evidence).prefix_with("OR IGNORE").values(**values))
        raise_alert(connector.state, fault.value, subject, found_at)

    def _statements(self, message: OwnMessage | None) -> dict[str, tuple[str, ...]]:
        registry = self.trust.registry(self.connector.now()).registry
        concerned = {self.connector.agency} if message is None else {self.connector.agency, message.claims.issuer}
        concerned |= set() if message is None else {message.claims.audience}
        members = {member.agency: member.statements for member in registry.members if member.agency in concerned}
        return {registry.gateway.agency: registry.gateway.statements, **members}


def list_evidence(state: Engine) -> list[KeptEvidence]:
    """Return all evidence, oldest first."""
    with reading(state) as connection:
        rows = connection.execute(select(log_evidence).order_by(log_evidence.c.id))
        return [KeptEvidence(row.code, row.subject, row.found_at, row.document) for row in rows]


def _record_of(message: OwnMessage) -> OwnRecord:
    return OwnRecord(
        type=message.type,
        peer=message.peer,
        policy=message.asked.policy,
        records=message.asked.records,
        fields=message.asked.fields,
        item=message.asked.item,
        agreement_step=message.asked.agreement_step,
        seen_at=message.seen_at,
        answered_at=message.answered_at,
        answered_records=message.answered_records,
        refused=message.refused,
    )

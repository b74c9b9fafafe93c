"""Publish a prepared index: the evaluation key first, then the parts that the gateway lacks, then activate."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from connectors.context import Connector
from connectors.epochs import end_older_epochs
from connectors.evaluation import create_evaluation_key, latest_epoch
from connectors.gateway_client import GatewayClient
from connectors.key_statements import publish_evaluation_key
from connectors.publisher.covered_records import IndexCounts
from connectors.publisher.prepare_index import IndexPreparation
from connectors.publisher.publishing_alone import publishing_alone
from connectors.publisher.send_parts import send_parts
from connectors.register import Register
from connectors.state.agreements import find_agreement
from connectors.state.index_records import Publication, find_active, find_prepared, load_part, mark_active
from keys.protocol.evaluation_keys import evaluation_key_id
from schemas.agreement import Agreement, AgreementState
from schemas.envelope import MessageType
from schemas.formats import digest_of
from schemas.messages.index import (
    MAX_INDEX_PART_BYTES,
    IndexActivate,
    IndexBegin,
    IndexPart,
    IndexStatus,
    IndexStatusRequest,
    manifest_of,
)
from schemas.problem import ProblemCode, ProblemError

MAX_STATUS_BYTES = 1024 * 1024
DEFAULT_EPOCH_OVERLAP = timedelta(days=7)

Progress = Callable[[str, int, int | None], None]
"""Takes the step (`count`, `hash` or `send`), what is done and how much there is, if known."""


@dataclass(frozen=True, slots=True)
class PublishedIndex:
    """What a publication came to; `publication` is None if nothing had changed."""

    publication: Publication | None
    counts: IndexCounts
    epoch: int


class IndexPublisher:
    """Publishes this agency's index for one agreement; interrupted anywhere, it goes on where it stopped."""

    def __init__(self, connector: Connector, client: GatewayClient, register: Register) -> None:
        self._connector = connector
        self._client = client
        self._register = register

    def publish(
        self,
        digest: str,
        progress: Progress,
        *,
        begins_epoch: bool = False,
        overlap: timedelta = DEFAULT_EPOCH_OVERLAP,
        least: int = 0,
    ) -> PublishedIndex:
        """Publish the agreement's index, or what has changed since.

        Args:
            digest: the agreement.
            progress: called as the work goes on.
            begins_epoch: publish under a new evaluation key, with new handles.
            overlap: for how long older epochs still answer once this one is active.
            least: the fewest records that the source may have.

        Raises:
            ProblemError: no such active agreement with this agency as provider, or the gateway refused.
            SourceError: the register can't be read.
            SourceShrankError: it has fewer than `least` records.
            PublishingElsewhereError: another process publishes from this folder.
        """
        with publishing_alone(self._connector.folder):
            return self._publish(digest, progress, overlap, begins_epoch=begins_epoch, least=least)

    def _publish(
        self, digest: str, progress: Progress, overlap: timedelta, *, begins_epoch: bool, least: int
    ) -> PublishedIndex:
        agreement = self._agreement_to_publish(digest)
        epoch = max(latest_epoch(self._connector, digest) + begins_epoch, 1)
        key_pair = create_evaluation_key(self._connector, digest, epoch)
        publish_evaluation_key(self._connector, self._client, digest, epoch, key_pair)
        prepared = find_prepared(self._connector.state, digest, epoch)
        counts = IndexCounts()
        if prepared is None:
            base = self._agreed_base(agreement, epoch)
            total = self._register.count()
            preparation = IndexPreparation(self._connector, self._register, agreement, epoch, key_pair)
            prepared = preparation.run(base, lambda step, done: progress(step, done, total), least=least)
            counts = preparation.counts
        if prepared is not None:
            self._send(prepared, evaluation_key_id(key_pair.public_key), progress)
        end_older_epochs(self._connector, self._client, digest, epoch, overlap)
        return PublishedIndex(prepared, counts, epoch)

    def _agreement_to_publish(self, digest: str) -> Agreement:
        copy = find_agreement(self._connector.state, digest)
        if copy is None or copy.agreement.provider.agency != self._connector.agency:
            raise ProblemError(ProblemCode.NO_AGREEMENT)
        if copy.standing.state is not AgreementState.ACTIVE:
            raise ProblemError(ProblemCode.AGREEMENT_NOT_ACTIVE)
        return copy.agreement

    def _agreed_base(self, agreement: Agreement, epoch: int) -> str | None:
        """Return the index to which changes apply: only one that both sides know as active."""
        own = find_active(self._connector.state, agreement.digest(), epoch)
        status = self._status(agreement, epoch, None)
        return own if own is not None and own == status.active else None

    def _send(self, prepared: Publication, key_id: str, progress: Progress) -> None:
        agreement = self._agreement_to_publish(prepared.agreement)
        status = self._status(agreement, prepared.epoch, prepared.index)
        if status.active == prepared.index:
            mark_active(self._connector.state, prepared)
            return
        if status.state == "none":
            self._begin(agreement, prepared, key_id)
        digests = self._send_parts(agreement, prepared, set(status.received), progress)
        manifest = digest_of(manifest_of(digests))
        self._ask(agreement, MessageType.INDEX_ACTIVATE, IndexActivate(index=prepared.index, manifest=manifest))
        mark_active(self._connector.state, prepared)

    def _send_parts(
        self, agreement: Agreement, prepared: Publication, received: set[int], progress: Progress
    ) -> list[str]:
        """Send the parts that the gateway lacks, and return the digests of all of them."""
        digests: list[str] = []

        def missing() -> Iterator[bytes]:
            for number in range(prepared.parts):
                body = load_part(self._connector.state, prepared.index, number)
                digests.append(digest_of(body))
                if number not in received:
                    yield body

        def send(body: bytes) -> None:
            self._ask(agreement, MessageType.INDEX_PART, IndexPart.from_bytes(body, MAX_INDEX_PART_BYTES))

        progress("send", 0, prepared.parts)
        send_parts(missing(), send, lambda count: progress("send", len(received) + count, prepared.parts))
        return digests

    def _begin(self, agreement: Agreement, prepared: Publication, key_id: str) -> None:
        begin = IndexBegin.model_validate(
            {
                "index": prepared.index,
                "epoch": prepared.epoch,
                "key_id": key_id,
                "mode": prepared.mode,
                "base": prepared.base,
                "parts": prepared.parts,
                "records": prepared.records,
            }
        )
        self._ask(agreement, MessageType.INDEX_BEGIN, begin)

    def _status(self, agreement: Agreement, epoch: int, index: str | None) -> IndexStatus:
        return self._ask(agreement, MessageType.INDEX_STATUS, IndexStatusRequest(epoch=epoch, index=index))

    def _ask(
        self,
        agreement: Agreement,
        message_type: MessageType,
        message: IndexBegin | IndexPart | IndexActivate | IndexStatusRequest,
    ) -> IndexStatus:
        answer = self._client.ask(message_type, message, IndexStatus, MAX_STATUS_BYTES, agreement=agreement.digest())
        return answer.message

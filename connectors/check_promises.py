"""Checks the gateway's promises against its log: what it promised to have logged must be provably there in time.

A promise that is not kept stays as evidence: the gateway signed it, and the log that it signed does not hold it.
"""

from dataclasses import dataclass

from connectors.context import Connector
from connectors.gateway_client import GatewayClient
from connectors.state.alerts import raise_alert
from connectors.state.promises import Promise, list_unchecked, mark_broken, mark_kept
from keys.crypto.errors import CryptoError
from keys.crypto.log_shards import verify_shard_checkpoint
from keys.crypto.merkle import verify_inclusion
from keys.crypto.note_key import VerifierKey
from schemas.base64url import decode_base64url
from schemas.messages.log import InclusionDocument
from schemas.messages.registry import GatewayPin

MERGE_DELAY_SECONDS = 60
"""The gateway has so long to publish a checkpoint that covers what it promised."""

PROMISES_A_RUN = 200


@dataclass(frozen=True, slots=True)
class PromiseCount:
    """What a run found: proven in the log, not due yet, and due but not there."""

    kept: int
    waiting: int
    broken: int


def check_promises(connector: Connector, client: GatewayClient) -> PromiseCount:
    """Check the oldest promises that are not yet proven; a broken one raises an alert.

    Raises:
        GatewayUnreachableError: the gateway gave no answer; nothing is concluded from that.
    """
    kept = waiting = broken = 0
    for promise in list_unchecked(connector.state, PROMISES_A_RUN):
        document = client.find_inclusion(promise.leaf)
        if document is not None and is_proven(connector.gateway, promise, document):
            mark_kept(connector.state, promise.envelope, connector.seconds())
            kept += 1
        elif connector.seconds() < promise.received_at + MERGE_DELAY_SECONDS:
            waiting += 1
        else:
            raise_alert(connector.state, "promise_not_in_log", promise.envelope, connector.seconds())
            mark_broken(connector.state, promise.envelope, connector.seconds())
            broken += 1
    return PromiseCount(kept, waiting, broken)


def is_proven(pin: GatewayPin, promise: Promise, document: InclusionDocument) -> bool:
    """Return whether `document` proves that the promised leaf stands at its place in the log that `pin` names."""
    try:
        log_key = VerifierKey.parse(pin.log_verifier_key)
        checkpoint = verify_shard_checkpoint(document.checkpoint.encode(), log_key)
        proof = [decode_base64url(text) for text in document.proof]
        verify_inclusion(decode_base64url(promise.leaf), document.index, checkpoint.size, proof, checkpoint.root_hash)
    except CryptoError:
        return False
    return log_key.name == pin.log_name and document.index == promise.leaf_index

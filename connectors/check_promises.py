"""Checks the gateway's promises against its log: what it promised to have logged must be provably there in time.

A promise that is not kept stays as evidence: the gateway signed it, and the log that it signed does not hold it.
"""

from dataclasses import dataclass

from connectors.context import Connector
from connectors.gateway_client import GatewayClient
from connectors.own_log.evidence import EvidenceKeeper
from connectors.own_log.evidence_document import Fault
from connectors.own_log.messages import find_promised
from connectors.own_log.proofs import NotProvenError, locate_leaf
from connectors.state.promises import Promise, list_unchecked, mark_broken, mark_kept
from schemas.messages.log import InclusionDocument
from schemas.messages.registry import GatewayPin

MERGE_DELAY_SECONDS = 60
"""The gateway has so long to publish a checkpoint that covers what it promised."""

PROMISES_A_RUN = 200


@dataclass(frozen=True, slots=True)
class PromiseCount:
    """What a run found: proven in the log, not due yet, and due but not there or elsewhere."""

    kept: int
    waiting: int
    broken: int


def check_promises(connector: Connector, client: GatewayClient) -> PromiseCount:
    """Check the oldest promises that are not yet proven; of a broken one evidence is kept, with an alert.

    Raises:
        GatewayUnreachableError: the gateway gave no answer; nothing is concluded from that.
        ProblemError: registry_expired; what is broken is found when there is a registry again.
    """
    kept = waiting = broken = 0
    for promise in list_unchecked(connector.state, PROMISES_A_RUN):
        document = client.find_inclusion(promise.leaf)
        fault = find_fault(connector.gateway, promise, document)
        if fault is None:
            mark_kept(connector.state, promise.envelope, connector.seconds())
            kept += 1
        elif fault is Fault.PROMISE_NOT_IN_LOG and connector.seconds() < promise.received_at + MERGE_DELAY_SECONDS:
            waiting += 1
        else:
            _keep_evidence(connector, client, fault, promise, document)
            mark_broken(connector.state, promise.envelope, connector.seconds())
            broken += 1
    return PromiseCount(kept, waiting, broken)


def find_fault(pin: GatewayPin, promise: Promise, document: InclusionDocument | None) -> Fault | None:
    """Return what is wrong with the promised leaf, as `document` shows it; None where it stands in its place."""
    if document is None:
        return Fault.PROMISE_NOT_IN_LOG
    try:
        place = locate_leaf(pin, promise.leaf, document)
    except NotProvenError:
        return Fault.PROMISE_NOT_IN_LOG
    return None if place == (promise.shard, promise.leaf_index) else Fault.ENTRY_MOVED


def is_proven(pin: GatewayPin, promise: Promise, document: InclusionDocument) -> bool:
    """Return whether `document` proves that the promised leaf stands at its place in the log that `pin` names."""
    return find_fault(pin, promise, document) is None


def _keep_evidence(
    connector: Connector, client: GatewayClient, fault: Fault, promise: Promise, document: InclusionDocument | None
) -> None:
    newest = client.find_checkpoint(promise.shard)
    EvidenceKeeper(connector, client.trust).keep(
        fault,
        promise.envelope,
        message=find_promised(connector.state, promise.envelope),
        promise=promise.token,
        inclusion=document,
        checkpoints=() if newest is None else (newest,),
    )

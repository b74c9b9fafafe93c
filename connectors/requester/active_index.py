"""Which index of a provider is active now: another one tells that its records have changed."""

from connectors.context import Connector
from connectors.gateway_client import GatewayClient, QueryContext
from connectors.requester.hashes import stated_keys
from connectors.trust import TrustStore
from schemas.envelope import MessageType
from schemas.messages.index import MAX_INDEX_MESSAGE_BYTES, IndexStatus, IndexStatusRequest


def find_active_index(
    connector: Connector, client: GatewayClient, trust: TrustStore, query: QueryContext
) -> str | None:
    """Return the id of the index in which a question would be matched now, or None where there is none.

    Raises:
        ProblemError, GatewayUnreachableError, AnswerError: as `GatewayClient.ask`.
    """
    digest = query.agreement.digest()
    for statement in stated_keys(connector, trust, query):
        message = IndexStatusRequest(epoch=statement.epoch or 0)
        status = client.ask(
            MessageType.INDEX_STATUS, message, IndexStatus, MAX_INDEX_MESSAGE_BYTES, agreement=digest
        ).message
        if status.active is not None:
            return status.active
    return None

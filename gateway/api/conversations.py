"""All signed messages that the gateway takes: address, form, limit, and the service that answers. One table."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from gateway.api.conversation import Conversation
from gateway.api.private_or_conversations import BOARD_CONVERSATIONS, PARENT_CONVERSATIONS
from gateway.services.activate_index import activate_index
from gateway.services.agreement_list import answer_agreement_list
from gateway.services.end_agreement import end_agreement
from gateway.services.match_records import match_records
from gateway.services.propose_agreement import propose_agreement
from gateway.services.publish_index import answer_index_status, begin_index, receive_part
from gateway.services.publish_key import publish_key
from gateway.services.read_items import feed_items, read_item
from gateway.services.receive_match_part import receive_match_part
from gateway.services.relay_evaluation import relay_evaluation
from gateway.services.relay_exchange import relay_exchange, relay_receipt
from gateway.services.relay_statistics import relay_statistics
from gateway.services.review_agreement import review_agreement
from gateway.services.review_emergency import list_lifted_calls, review_emergency
from gateway.services.review_match import review_match
from gateway.services.show_entries import show_entries
from gateway.services.sign_agreement import countersign_agreement, sign_agreement
from gateway.services.submit_item_event import submit_item_event
from schemas.envelope import MessageType
from schemas.messages.agreements import (
    MAX_AGREEMENT_MESSAGE_BYTES,
    AgreementAnswer,
    AgreementCountersign,
    AgreementEnd,
    AgreementList,
    AgreementPropose,
    AgreementReview,
    AgreementSign,
)
from schemas.messages.emergency import (
    MAX_EMERGENCY_MESSAGE_BYTES,
    EmergencyReview,
    EmergencyReviewAnswer,
    LiftedAnswer,
    LiftedList,
)
from schemas.messages.evaluate import MAX_EVALUATE_BYTES, EvaluateAnswer, EvaluateRequest
from schemas.messages.exchange import (
    MAX_EXCHANGE_BYTES,
    MAX_RECEIPT_BYTES,
    ExchangeAnswer,
    ExchangeRequest,
    ReceiptAnswer,
    ReceiptRequest,
)
from schemas.messages.index import (
    MAX_INDEX_MESSAGE_BYTES,
    MAX_INDEX_PART_BYTES,
    IndexActivate,
    IndexBegin,
    IndexPart,
    IndexStatus,
    IndexStatusRequest,
)
from schemas.messages.items import (
    MAX_ITEM_REQUEST_BYTES,
    MAX_ITEM_SUBMIT_BYTES,
    ItemDocument,
    ItemFeedAnswer,
    ItemFeedRequest,
    ItemReadRequest,
    ItemSubmit,
    ItemSubmitAnswer,
)
from schemas.messages.log_entries import MAX_LOG_ENTRIES_BYTES, LogEntriesAnswer, LogEntriesRequest
from schemas.messages.match import (
    MAX_MATCH_BYTES,
    MAX_MATCH_PART_BYTES,
    MAX_REVIEW_BYTES,
    MatchAnswer,
    MatchPart,
    MatchPartAnswer,
    MatchRequest,
    MatchReview,
    MatchReviewAnswer,
)
from schemas.messages.registry import MAX_KEY_MESSAGE_BYTES, KeyAnswer, KeyPublish
from schemas.messages.statistics import MAX_STATISTICS_BYTES, StatisticsAnswer, StatisticsRequest

_AGREEMENT_LIMIT: Final = MAX_AGREEMENT_MESSAGE_BYTES
_INDEX_LIMIT: Final = MAX_INDEX_MESSAGE_BYTES

CONVERSATIONS: Final[Mapping[str, tuple[Conversation[Any], ...]]] = MappingProxyType(
    {
        "evaluate": (
            Conversation(
                "/v1/evaluate",
                MessageType.EVALUATE,
                EvaluateRequest,
                EvaluateAnswer,
                MAX_EVALUATE_BYTES,
                relay_evaluation,
                "Have blinded elements evaluated by the provider",
            ),
        ),
        "match": (
            Conversation(
                "/v1/match/parts",
                MessageType.MATCH_PART,
                MatchPart,
                MatchPartAnswer,
                MAX_MATCH_PART_BYTES,
                receive_match_part,
                "Send a part of a run: index hashes of records",
            ),
            Conversation(
                "/v1/match",
                MessageType.MATCH,
                MatchRequest,
                MatchAnswer,
                MAX_MATCH_BYTES,
                match_records,
                "Have a run compared with the agreement's index, and fetch outcomes of rows",
            ),
            Conversation(
                "/v1/match/reviews",
                MessageType.MATCH_REVIEW,
                MatchReview,
                MatchReviewAnswer,
                MAX_REVIEW_BYTES,
                review_match,
                "State what a reviewer decided about a possible match",
            ),
        ),
        "exchange": (
            Conversation(
                "/v1/exchange",
                MessageType.EXCHANGE,
                ExchangeRequest,
                ExchangeAnswer,
                MAX_EXCHANGE_BYTES,
                relay_exchange,
                "Ask the provider for attributes of granted handles",
            ),
        ),
        "receipts": (
            Conversation(
                "/v1/receipts",
                MessageType.RECEIPT,
                ReceiptRequest,
                ReceiptAnswer,
                MAX_RECEIPT_BYTES,
                relay_receipt,
                "Confirm that an answer was opened",
            ),
        ),
        "statistics": (
            Conversation(
                "/v1/statistics",
                MessageType.STATISTICS,
                StatisticsRequest,
                StatisticsAnswer,
                MAX_STATISTICS_BYTES,
                relay_statistics,
                "Ask a provider for a published table of counts",
            ),
        ),
        "indexes": (
            Conversation(
                "/v1/indexes/begin",
                MessageType.INDEX_BEGIN,
                IndexBegin,
                IndexStatus,
                _INDEX_LIMIT,
                begin_index,
                "Announce an index",
            ),
            Conversation(
                "/v1/indexes/parts",
                MessageType.INDEX_PART,
                IndexPart,
                IndexStatus,
                MAX_INDEX_PART_BYTES,
                receive_part,
                "Send a part of an index",
            ),
            Conversation(
                "/v1/indexes/activate",
                MessageType.INDEX_ACTIVATE,
                IndexActivate,
                IndexStatus,
                _INDEX_LIMIT,
                activate_index,
                "Make a complete index active",
            ),
            Conversation(
                "/v1/indexes/status",
                MessageType.INDEX_STATUS,
                IndexStatusRequest,
                IndexStatus,
                _INDEX_LIMIT,
                answer_index_status,
                "Ask what the gateway holds of an index",
            ),
        ),
        "agreements": (
            Conversation(
                "/v1/agreements/propose",
                MessageType.AGREEMENT_PROPOSE,
                AgreementPropose,
                AgreementAnswer,
                _AGREEMENT_LIMIT,
                propose_agreement,
                "Propose an agreement, signed by the requester",
            ),
            Conversation(
                "/v1/agreements/sign",
                MessageType.AGREEMENT_SIGN,
                AgreementSign,
                AgreementAnswer,
                _AGREEMENT_LIMIT,
                sign_agreement,
                "Sign a proposed agreement as its provider",
            ),
            Conversation(
                "/v1/agreements/review",
                MessageType.AGREEMENT_REVIEW,
                AgreementReview,
                AgreementAnswer,
                _AGREEMENT_LIMIT,
                review_agreement,
                "Take a step of the review of a proposal",
            ),
            Conversation(
                "/v1/agreements/countersign",
                MessageType.AGREEMENT_COUNTERSIGN,
                AgreementCountersign,
                AgreementAnswer,
                _AGREEMENT_LIMIT,
                countersign_agreement,
                "Countersign an agreement as lead body",
            ),
            Conversation(
                "/v1/agreements/end",
                MessageType.AGREEMENT_END,
                AgreementEnd,
                AgreementAnswer,
                _AGREEMENT_LIMIT,
                end_agreement,
                "Suspend, resume or revoke an agreement",
            ),
            Conversation(
                "/v1/agreements/list",
                MessageType.AGREEMENT_LIST,
                AgreementList,
                AgreementAnswer,
                _AGREEMENT_LIMIT,
                answer_agreement_list,
                "List the asking agency's agreements",
            ),
        ),
        "items": (
            Conversation(
                "/v1/items",
                MessageType.ITEM_SUBMIT,
                ItemSubmit,
                ItemSubmitAnswer,
                MAX_ITEM_SUBMIT_BYTES,
                submit_item_event,
                "Open an item or take a step of it: a signed event with its sealed papers",
            ),
            Conversation(
                "/v1/items/feed",
                MessageType.ITEM_FEED,
                ItemFeedRequest,
                ItemFeedAnswer,
                MAX_ITEM_REQUEST_BYTES,
                feed_items,
                "Ask which items that concern the asking agency have changed",
            ),
            Conversation(
                "/v1/items/read",
                MessageType.ITEM_READ,
                ItemReadRequest,
                ItemDocument,
                MAX_ITEM_REQUEST_BYTES,
                read_item,
                "Read all events of an item, and the papers that are sealed to the asking agency",
            ),
        ),
        "emergency": (
            Conversation(
                "/v1/emergency/reviews",
                MessageType.EMERGENCY_REVIEW,
                EmergencyReview,
                EmergencyReviewAnswer,
                MAX_EMERGENCY_MESSAGE_BYTES,
                review_emergency,
                "State what the second person found about an emergency call",
            ),
            Conversation(
                "/v1/emergency/lifted",
                MessageType.EMERGENCY_LIFTED,
                LiftedList,
                LiftedAnswer,
                MAX_EMERGENCY_MESSAGE_BYTES,
                list_lifted_calls,
                "Ask which suspensions were lifted that emergency calls led to",
            ),
        ),
        "boards": BOARD_CONVERSATIONS,
        "parents": PARENT_CONVERSATIONS,
        "log_entries": (
            Conversation(
                "/v1/log/entries",
                MessageType.LOG_ENTRIES,
                LogEntriesRequest,
                LogEntriesAnswer,
                MAX_LOG_ENTRIES_BYTES,
                show_entries,
                "Read the entries of the log to which the asking agency is party, each with its proof",
            ),
        ),
        "keys": (
            Conversation(
                "/v1/keys",
                MessageType.KEY_PUBLISH,
                KeyPublish,
                KeyAnswer,
                MAX_KEY_MESSAGE_BYTES,
                publish_key,
                "State a further key",
            ),
        ),
    }
)
"""By resource: the name of the blueprint."""

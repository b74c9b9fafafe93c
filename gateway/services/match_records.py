"""Match: compares index hashes with the agreement's index, judges each record, and grants what may be asked about."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from gateway.domain.index_order import bit_of
from gateway.domain.matching import AskedRecord, Candidate, Verdict, judge
from gateway.log.events import EventType
from gateway.persistence.engine import read_transaction
from gateway.persistence.entry_queries import FoundEntry, find_entries
from gateway.persistence.publication_queries import find_active
from gateway.services.answers import Reply, reply_with, sign_answer
from gateway.services.authorise import authorise, load_agreement, log_outcome
from gateway.services.context import Gateway
from gateway.services.request_trail import Received, intent_event, outcome_event
from keys.protocol.grants import sign_grant
from schemas.agreement import Agreement
from schemas.base64url import decode_base64url, encode_base64url
from schemas.linkage_keys import KeyType
from schemas.messages.index import KEY_TYPE_CODES, KEY_TYPES_BY_CODE, UNKNOWN_COUNTY
from schemas.messages.match import GrantClaims, MatchAnswer, MatchOutcome, MatchRecord, MatchRequest, Outcome
from schemas.policy import PolicyRequest
from schemas.problem import ProblemCode, ProblemError

GRANT_LIFETIME = timedelta(minutes=15)


def match_records(gateway: Gateway, received: Received[MatchRequest]) -> Reply:
    """Return an outcome for each record, and a grant for the matches.

    Raises:
        ProblemError: refused, or no_active_index.
    """
    request = received.message
    agreement = load_agreement(gateway, received).standing.agreement
    authorise(
        gateway,
        received,
        PolicyRequest(
            claims=received.claims,
            provider=agreement.provider.agency,
            records=len(request.records),
            attributes=request.attributes,
            counties=tuple(record.county for record in request.records),
        ),
        intent_event(received, EventType.MATCH_QUERY, len(request.records), request.attributes),
    )
    index_id, verdicts = _compare(gateway, received)
    message = MatchAnswer(
        index=index_id,
        outcomes=tuple(_outcome(verdict) for verdict in verdicts),
        grant=_grant(gateway, received, agreement, verdicts),
    )
    answer = sign_answer(gateway, received, message)
    counts = Counter(verdict.outcome for verdict in verdicts)
    outcome = outcome_event(
        received,
        EventType.MATCH_RESULT,
        answer.envelope,
        records=len(verdicts),
        fields=request.attributes,
        result=";".join(f"{outcome}={counts[outcome]}" for outcome in Outcome),
    )
    return reply_with(gateway, received, answer, log_outcome(gateway, received, outcome))


def _compare(gateway: Gateway, received: Received[MatchRequest]) -> tuple[str, list[Verdict]]:
    asked = [_asked(record) for record in received.message.records]
    with read_transaction(gateway.engine) as connection:
        index = find_active(connection, received.claims.agreement or "", received.message.epoch)
        if index is None:
            raise ProblemError(ProblemCode.NO_ACTIVE_INDEX)
        found = [
            entry
            for key_type, code in KEY_TYPE_CODES.items()
            for entry in find_entries(connection, index, code, _hashes(asked, key_type))
        ]
    return index.index_id, _judge_all(asked, found)


def _hashes(asked: Iterable[AskedRecord], key_type: KeyType) -> set[bytes]:
    return {index_hash for record in asked for index_hash in record.hashes.get(key_type, ())}


def _judge_all(asked: Sequence[AskedRecord], found: Iterable[FoundEntry]) -> list[Verdict]:
    by_hash: dict[tuple[KeyType, bytes], list[FoundEntry]] = {}
    for entry in found:
        by_hash.setdefault((KEY_TYPES_BY_CODE[entry.key_type_code], entry.index_hash), []).append(entry)
    return [judge(record, _candidates(record, by_hash)) for record in asked]


def _candidates(record: AskedRecord, by_hash: dict[tuple[KeyType, bytes], list[FoundEntry]]) -> dict[bytes, Candidate]:
    candidates: dict[bytes, Candidate] = {}
    for key_type, hashes in record.hashes.items():
        for index_hash in hashes:
            for entry in by_hash.get((key_type, index_hash), ()):
                known = candidates.get(entry.handle)
                candidates[entry.handle] = Candidate(
                    handle=entry.handle,
                    agreed=(known.agreed if known else frozenset()) | {key_type},
                    county=None if entry.county == UNKNOWN_COUNTY else entry.county,
                    has_id=bool(entry.key_types & bit_of(KEY_TYPE_CODES[KeyType.ID])),
                )
    return candidates


def _asked(record: MatchRecord) -> AskedRecord:
    hashes = {
        key_type: frozenset(decode_base64url(text) for text in texts) for key_type, texts in record.hashes.items()
    }
    return AskedRecord(hashes, None if record.county is None else int(record.county))


def _outcome(verdict: Verdict) -> MatchOutcome:
    handle = None if verdict.handle is None else encode_base64url(verdict.handle)
    return MatchOutcome(outcome=verdict.outcome, handle=handle, agreed=verdict.agreed)


def _grant(
    gateway: Gateway, received: Received[MatchRequest], agreement: Agreement, verdicts: Iterable[Verdict]
) -> str | None:
    handles = tuple(dict.fromkeys(encode_base64url(verdict.handle) for verdict in verdicts if verdict.handle))
    if not handles:
        return None
    issued_at = gateway.seconds()
    claims = GrantClaims(
        issuer=gateway.id,
        requester=agreement.requester.agency,
        provider=agreement.provider.agency,
        agreement=received.claims.agreement or "",
        purpose=agreement.purpose,
        epoch=received.message.epoch,
        attributes=received.message.attributes,
        handles=handles,
        request=received.envelope.digest,
        id=gateway.new_uuid(),
        issued_at=issued_at,
        expires_at=issued_at + int(GRANT_LIFETIME.total_seconds()),
    )
    return sign_grant(gateway.signing_key(), claims)

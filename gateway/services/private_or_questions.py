"""Questions by the private OR: the resolver names rows, the gateway conceals the answers, the keeper opens half.

The gateway learns which rows are asked about, which have no names, and neither their marks nor the answers.
"""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from sqlalchemy import Connection

from gateway.domain.budgets import BudgetKind
from gateway.log.events import EventType
from gateway.persistence.engine import read_transaction
from gateway.persistence.private_or_queries import (
    StoredBoard,
    add_concealed,
    delete_concealed,
    find_concealed,
    find_rows,
)
from gateway.services.answers import Reply, reply_with, sign_answer
from gateway.services.authorise import Charge, authorise, load_agreement, log_outcome
from gateway.services.context import Gateway
from gateway.services.private_or_offices import offices_of
from gateway.services.private_or_steps import get_stored, party_key_finder, require_board
from gateway.services.relay_request import parse_answer, relay_request, require_answer
from gateway.services.request_events import intent_event, outcome_event
from gateway.services.request_trail import M, Received
from keys.crypto.ristretto255 import Element
from keys.private_or.board_statements import board_key, verify_share
from keys.private_or.concealed_answer import conceal_answer, encode_concealed
from keys.private_or.marks import RowMarks
from schemas.agreement import Agreement
from schemas.base64url import encode_base64url
from schemas.formats import digest_of
from schemas.messages.private_or import BoardState
from schemas.messages.private_or_question import (
    MAX_CONCEALED_BYTES,
    MAX_PARENT_ROWS_BYTES,
    ConcealedAnswers,
    ParentRows,
    Parents,
    ParentsOpen,
    ParentsOpenAnswer,
    ParentsResolve,
)
from schemas.policy import PolicyRequest
from schemas.problem import ProblemCode, ProblemError
from schemas.rule_packs.parental_rules import Offices

_Rows = Mapping[int, tuple[str, bytes]]


def conceal_answers(gateway: Gateway, received: Received[ParentsResolve]) -> Reply:
    """Have the resolver name the parents' rows, and return the concealed answers in the order of the children.

    Raises:
        ProblemError: refused, by the gateway or by the resolver; no_live_board or too_few_offices.
    """
    message, agreement = received.message, load_agreement(gateway, received).standing.agreement

    def check(_: Agreement) -> None:
        _live_board(gateway, received)

    intent = authorise(
        gateway,
        received,
        PolicyRequest(claims=received.claims, provider=received.claims.audience, records=message.children),
        intent_event(received, EventType.MATCH_QUERY, message.children),
        check,
        Charge(BudgetKind.RELEASES, message.children),
    )
    answer = relay_request(gateway, received, agreement.provider, intent, MAX_PARENT_ROWS_BYTES)
    resolved = parse_answer(ParentRows, answer)
    require_answer(fits=len(resolved.parents) == message.children and resolved.board == message.board)
    concealed = ConcealedAnswers(board=message.board, concealed=_conceal(gateway, received, resolved.parents))
    signed = sign_answer(gateway, received, concealed)
    outcome = replace(
        outcome_event(received, EventType.MATCH_RESULT, signed.envelope, records=message.children),
        content=answer.envelope.digest,
    )

    def note(connection: Connection) -> None:
        require_board(connection, message.board)
        digest = digest_of(concealed.concealed.encode("ascii"))
        add_concealed(connection, received.envelope.digest, message.board, digest, message.children)

    return reply_with(gateway, received, signed, log_outcome(gateway, received, outcome, note))


def open_answers(gateway: Gateway, received: Received[ParentsOpen]) -> Reply:
    """Have the keeper remove its share from answers that were given, once; the requester opens them then.

    Raises:
        ProblemError: refused, by the gateway or by the keeper; board_invalid where these are not the answers given.
    """
    message, agreement = received.message, load_agreement(gateway, received).standing.agreement
    children = _given(gateway, received)
    intent = authorise(
        gateway,
        received,
        PolicyRequest(
            claims=received.claims,
            provider=received.claims.audience,
            records=children,
            attributes=message.attributes,
        ),
        intent_event(received, EventType.FIELD_QUERY, children, message.attributes),
        None,
        Charge(BudgetKind.RELEASES, children),
    )
    answer = relay_request(gateway, received, agreement.provider, intent, MAX_CONCEALED_BYTES)
    opened = parse_answer(ParentsOpenAnswer, answer)
    is_whole = len(opened.half_open) == len(message.concealed)
    require_answer(fits=is_whole and opened.board == message.board)
    outcome = outcome_event(
        received, EventType.FIELD_RELEASE, answer.envelope, records=children, fields=message.attributes
    )

    def forget(connection: Connection) -> None:
        delete_concealed(connection, message.request)

    return reply_with(gateway, received, answer, log_outcome(gateway, received, outcome, forget))


def _live_board(gateway: Gateway, received: Received[ParentsResolve]) -> tuple[StoredBoard, Offices, Element]:
    """Return the board that is asked, the offices behind it and its key; raises ProblemError."""
    with read_transaction(gateway.engine) as connection:
        stored = require_board(connection, received.message.board)
        if stored.state is not BoardState.LIVE or stored.resolver != received.claims.agreement:
            raise ProblemError(ProblemCode.NO_LIVE_BOARD, "/board")
        offices = offices_of(gateway, connection, received.members, stored)
        return stored, offices, _key_of(gateway, connection, received, stored)


def _key_of(gateway: Gateway, connection: Connection, received: Received[M], stored: StoredBoard) -> Element:
    shares = {}
    for digest, token in ((stored.resolver, stored.requester_share), (stored.keeper, stored.keeper_share or "")):
        terms = get_stored(connection, digest).signed.agreement
        holder = terms.requester.agency if digest == stored.resolver else terms.provider.agency
        shares[holder] = verify_share(token, holder, stored.board, party_key_finder(gateway, received.members, terms))
    return board_key(shares, stored.board)


def _conceal(gateway: Gateway, received: Received[ParentsResolve], parents: Sequence[Parents]) -> str:
    stored, offices, sealing_key = _live_board(gateway, received)
    asked = [row for pair in parents for row in (pair.father, pair.mother) if row is not None]
    with read_transaction(gateway.engine) as connection:
        rows = find_rows(connection, stored.board, asked)
    require_answer(fits=rows.keys() == set(asked))
    answers = _Answers(offices)

    def conceal(pair: Parents) -> bytes:
        father, mother = _row(rows, pair.father), _row(rows, pair.mother)
        table = answers.of(father[0], mother[0])
        return encode_concealed(conceal_answer(father[1], mother[1], table, sealing_key, gateway.random))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return encode_base64url(b"".join(pool.map(conceal, parents)))


class _Answers:
    """The nine answers by the counties of both parents, each pair worked out once."""

    def __init__(self, offices: Offices) -> None:
        self._offices = offices
        self._known: dict[tuple[str | None, str | None], tuple[bytes, ...]] = {}

    def of(self, father: str | None, mother: str | None) -> tuple[bytes, ...]:
        """Return the answers as bytes, in the order that `conceal_answer` wants."""
        if (father, mother) not in self._known:
            found = self._offices.answers(father, mother)
            self._known[father, mother] = tuple(answer.to_bytes() for answer in found)
        return self._known[father, mother]


def _row(rows: _Rows, row: int | None) -> tuple[str | None, RowMarks | None]:
    if row is None:
        return None, None
    county, marks = rows[row]
    return county, RowMarks.from_bytes(marks)


def _given(gateway: Gateway, received: Received[ParentsOpen]) -> int:
    """Return how many answers were given, where these are the ones; raises ProblemError."""
    message = received.message
    with read_transaction(gateway.engine) as connection:
        stored = require_board(connection, message.board)
        given = find_concealed(connection, message.request, message.board)
    if stored.keeper != received.claims.agreement:
        raise ProblemError(ProblemCode.NO_LIVE_BOARD, "/board")
    if given is None or given[0] != digest_of(message.concealed.encode("ascii")):
        raise ProblemError(ProblemCode.BOARD_INVALID, "/concealed")
    return given[1]

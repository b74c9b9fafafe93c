"""An office's turn: it has its persons evaluated in a list of the agreed size, finds its rows, and sets its marks."""

from collections.abc import Sequence

from connectors.blinding import made_ahead
from connectors.context import Connector
from connectors.finalize import finalize_answer
from connectors.gateway_client import AnswerError
from connectors.private_or.board_client import BoardClient
from connectors.private_or.marking import mark_anew, state_turn, unpack_marks
from connectors.private_or.own_lists import read_statuses
from connectors.private_or.trusted_board import TrustedBoard
from keys.crypto.errors import CryptoError
from keys.crypto.oprf_batch import blind_batch
from keys.private_or.board_statements import content_digest
from keys.private_or.marks import RowMarks
from keys.private_or.office_rows import find_rows, padded_inputs
from schemas.base64url import decode_base64url, encode_base64url
from schemas.formats import INDEX_HASH_BYTES
from schemas.messages.evaluate import MAX_EVALUATE_ELEMENTS
from schemas.messages.private_or import BoardEvaluate, PresentedAgreement, TurnClaims
from schemas.problem import ProblemCode, ProblemError
from schemas.rule_packs.parental_rules import load_parental_rules

MAX_TRIES = 5


def take_turn(connector: Connector, client: BoardClient, trusted: TrustedBoard) -> None:
    """Take this agency's turn on a board; where another was quicker in between, mark what that one left.

    Raises:
        ProblemError, GatewayUnreachableError, AnswerError, SourceError, SettingsError: nothing was marked.
        TooManyPersonsError: there are more persons than the lists of this board may have.
    """
    if trusted.first is None or trusted.sealing_key is None:
        raise ProblemError(ProblemCode.BOARD_CHANGED)
    statuses = read_statuses(connector, load_parental_rules()[trusted.board.rules])
    outputs = _evaluate(connector, client, trusted, trusted.first, list(statuses))
    for tries_left in reversed(range(MAX_TRIES)):
        try:
            hashes, marks, turn = _read(client, trusted, trusted.first)
            parts = mark_anew(connector, marks, find_rows(hashes, statuses.values(), outputs), trusted.sealing_key)
            client.send_turn(trusted.id, turn, [], parts, trusted.own.agreement)
            statement = state_turn(connector, trusted.id, turn, parts)
            client.end_turn(trusted.id, len(parts), statement, trusted.own.agreement)
        except ProblemError as error:
            if error.code is not ProblemCode.BOARD_CHANGED or not tries_left:
                raise
        else:
            return


def _evaluate(
    connector: Connector, client: BoardClient, trusted: TrustedBoard, first: TurnClaims, inputs: Sequence[bytes]
) -> list[bytes]:
    padded = padded_inputs(inputs, trusted.board.list_size, connector.random)
    own = trusted.own
    presented = PresentedAgreement(agreement=own.agreement, signatures=own.signatures)
    try:
        pairs = connector.blinding.under(decode_base64url(first.evaluation_key or ""))
    except CryptoError:
        raise ProblemError(ProblemCode.BOARD_INVALID) from None
    outputs: list[bytes] = []
    for start in range(0, len(padded), MAX_EVALUATE_ELEMENTS):
        chunk = padded[start : start + MAX_EVALUATE_ELEMENTS]
        blinding = blind_batch(chunk, pairs, workers=connector.settings.workers)
        blinded = encode_base64url(b"".join(blinding.blinded_elements))
        request = BoardEvaluate(board=trusted.id, agreement=presented, blinded=blinded)
        with made_ahead(pairs, len(padded) - start - len(chunk)):
            answer = client.evaluate(request, own.agreement, trusted.resolver)
        outputs += finalize_answer(blinding, answer.evaluated, answer.proof)
    return outputs


def _read(client: BoardClient, trusted: TrustedBoard, first: TurnClaims) -> tuple[list[bytes], list[RowMarks], int]:
    """Return the board's index hashes and its marks as one turn left them, and how many turns there were."""
    read = [client.read_part(trusted.id, number, trusted.own.agreement) for number in range(trusted.board.parts)]
    packed = b"".join(hashes for hashes, _, _ in read)
    if len({turn for _, _, turn in read}) != 1:
        raise ProblemError(ProblemCode.BOARD_CHANGED)
    if first.rows != content_digest(packed):
        raise AnswerError("other_rows")
    try:
        marks = [one for _, part, _ in read for one in unpack_marks(part)]
    except CryptoError:
        raise AnswerError("malformed") from None
    hashes = [packed[start : start + INDEX_HASH_BYTES] for start in range(0, len(packed), INDEX_HASH_BYTES)]
    return hashes, marks, read[0][2]

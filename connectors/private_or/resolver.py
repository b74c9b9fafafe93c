"""Public security's part: it makes a board's rows, evaluates for the other offices, and names parents by their rows."""

from connectors.context import Connector
from connectors.evaluation import create_evaluation_key, get_evaluation_key
from connectors.private_or.board_client import BoardClient
from connectors.private_or.marking import cut, mark_anew, state_turn
from connectors.private_or.own_lists import RegisteredChild, read_families, read_statuses
from connectors.private_or.trusted_board import TrustedBoard, kind_of, private_or_purpose, verify_presented
from connectors.provider.evaluate import unpack_elements
from connectors.provider.verify_request import Verified, decide_here
from connectors.state.agreements import AgreementCopy, list_agreements
from connectors.state.board_children import BoardChild, BoardChildren, ResolvedBoard
from connectors.state.charges import BudgetKind, charge
from connectors.trust import TrustStore
from keys.crypto.errors import CryptoError
from keys.crypto.oprf_batch import blind_evaluate_batch, evaluate_batch
from keys.custody.key_ring import KeyKind
from keys.private_or.board_statements import content_digest
from keys.private_or.marks import NO_MARKS
from keys.protocol.possession import index_hash_of
from keys.protocol.sealed_children import open_children
from schemas.agreement import Agreement
from schemas.base64url import encode_base64url
from schemas.messages.private_or import BoardEvaluate, BoardEvaluateAnswer, PresentedAgreement
from schemas.messages.private_or_question import AskedChild, ParentRows, Parents, ParentsResolve
from schemas.policy import Standing
from schemas.problem import ProblemCode, ProblemError
from schemas.rule_packs.parental_rules import load_parental_rules

_COUNTY_BYTES = 3


def board_children(connector: Connector) -> BoardChildren:
    """Return where this agency keeps which rows are a child's parents."""
    return BoardChildren(connector.state, connector.storage_key(), connector.random)


def make_rows(connector: Connector, client: BoardClient, trusted: TrustedBoard) -> None:
    """Take the first turn: evaluate all adults of the register, publish them as rows, and set this agency's marks.

    Raises:
        ProblemError, GatewayUnreachableError, AnswerError, SourceError, SettingsError: nothing was published.
    """
    if trusted.sealing_key is None:
        raise ProblemError(ProblemCode.BOARD_CHANGED)
    own = trusted.own.agreement
    families = read_families(connector, own.regions)
    statuses = read_statuses(connector, load_parental_rules()[trusted.board.rules])
    key_pair = create_evaluation_key(connector, own.digest(), trusted.board.epoch)
    inputs = [adult.oprf_input for adult in families.adults]
    outputs = evaluate_batch(key_pair.private_key, inputs, workers=connector.settings.workers)
    of_input = {one: index_hash_of(output) for one, output in zip(inputs, outputs, strict=True)}
    county_of = {of_input[adult.oprf_input]: adult.county for adult in families.adults}
    hashes = sorted(county_of)
    places = {index_hash: row for row, index_hash in enumerate(hashes)}
    row_of = {one: places[index_hash] for one, index_hash in of_input.items()}
    resolved = ResolvedBoard(
        trusted.id, own.digest(), trusted.board.epoch, trusted.board.rules, trusted.board.list_size
    )
    board_children(connector).keep(resolved, (_resolved(child, row_of) for child in families.children))
    own_marks = {row_of[one]: status for one, status in statuses.items() if one in row_of}
    marks = mark_anew(connector, [NO_MARKS] * len(hashes), own_marks, trusted.sealing_key)
    rows = cut([index_hash + int(county_of[index_hash]).to_bytes(_COUNTY_BYTES, "big") for index_hash in hashes])
    client.send_turn(trusted.id, 0, rows, marks, own)
    statement = state_turn(
        connector,
        trusted.id,
        0,
        marks,
        rows=content_digest(b"".join(hashes)),
        evaluation_key=encode_base64url(key_pair.public_key),
    )
    client.end_turn(trusted.id, len(marks), statement, own)


def presented_copy(connector: Connector, trust: TrustStore, presented: PresentedAgreement) -> AgreementCopy:
    """Return another office's agreement as a copy to decide from, once it has verified.

    Raises:
        ProblemError: no_agreement where this agency has none with that requester, or it does not verify.
    """
    own = [copy for copy in list_agreements(connector.state) if private_or_purpose(copy.agreement) is not None]
    shared = next((copy for copy in own if copy.agreement.requester == presented.agreement.requester), None)
    if shared is None:
        raise ProblemError(ProblemCode.NO_AGREEMENT, "/agreement")
    verify_presented(connector, trust, presented, shared.agreement)
    standing = Standing(presented.agreement, presented.agreement.digest(), shared.standing.state)
    return AgreementCopy(presented.agreement, presented.signatures, standing)


def answer_board_evaluate(
    connector: Connector, trust: TrustStore, verified: Verified[BoardEvaluate]
) -> BoardEvaluateAnswer:
    """Decide, charge and evaluate an office's list under the board's key.

    Raises:
        ProblemError: the refusal.
    """
    blinded = unpack_elements(verified.message.blinded)
    decide_here(verified, connector.now(), records=len(blinded))
    board = board_children(connector).find_board(verified.message.board)
    if board is None:
        raise ProblemError(ProblemCode.NO_LIVE_BOARD, "/board")
    if len(blinded) > board.list_size:
        raise ProblemError(ProblemCode.BATCH_TOO_LARGE, "/blinded")
    if kind_of(connector, trust, verified.claims.issuer) not in load_parental_rules()[board.rules].offices():
        raise ProblemError(ProblemCode.NOT_A_PARTY, clause="parties")
    key_pair = get_evaluation_key(connector, board.agreement, board.epoch)
    day, seconds = connector.today(), connector.seconds()
    standing = verified.copy.standing
    charge(connector.state, verified.claims, standing, BudgetKind.EVALUATIONS, len(blinded), day, seconds)
    try:
        evaluation = blind_evaluate_batch(key_pair, blinded, connector.random, workers=connector.settings.workers)
    except CryptoError:
        raise ProblemError(ProblemCode.MALFORMED, "/blinded") from None
    return BoardEvaluateAnswer(
        evaluated=encode_base64url(b"".join(evaluation.evaluated_elements)),
        proof=encode_base64url(evaluation.proof),
    )


def answer_resolve(connector: Connector, verified: Verified[ParentsResolve]) -> ParentRows:
    """Decide, charge, and name the rows of the parents; of a child that is not found, of none.

    Raises:
        ProblemError: the refusal.
    """
    message, standing = verified.message, verified.copy.standing
    decide_here(verified, connector.now(), records=message.children)
    board = board_children(connector).find_board(message.board)
    if board is None or board.agreement != standing.digest:
        raise ProblemError(ProblemCode.NO_LIVE_BOARD, "/board")
    day, seconds = connector.today(), connector.seconds()
    charge(connector.state, verified.claims, standing, BudgetKind.RELEASES, message.children, day, seconds)
    asked = _open(connector, verified, standing.agreement)
    found = board_children(connector).find(message.board, [child.number for child in asked])
    return ParentRows(
        board=message.board,
        parents=tuple(_parents(child, known) for child, known in zip(asked, found, strict=True)),
    )


def _open(connector: Connector, verified: Verified[ParentsResolve], agreement: Agreement) -> tuple[AskedChild, ...]:
    message = verified.message
    binding = (agreement.digest(), verified.claims.id, connector.agency)
    for record in connector.keys.ring.accepted(KeyKind.OPENING, connector.now()):
        try:
            return open_children(message.sealed, message.children, record.secret, binding)
        except CryptoError:
            continue
    raise ProblemError(ProblemCode.MALFORMED, "/sealed")


def _parents(asked: AskedChild, known: BoardChild | None) -> Parents:
    """Name the rows where number and name are those of one child; otherwise nobody is named."""
    if known is None or not set(asked.names) & set(known.names):
        return Parents()
    return Parents(father=known.father, mother=known.mother)


def _resolved(child: RegisteredChild, row_of: dict[bytes, int]) -> BoardChild:
    father, mother = (row_of.get(one) if one is not None else None for one in (child.father, child.mother))
    if father is not None and father == mother:
        father = mother = None
    return BoardChild(child.number, child.names, father, mother)

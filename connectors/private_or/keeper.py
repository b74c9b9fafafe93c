"""The keeper's part: it states its share of a board's key, and removes it from answers, counting how many."""

from concurrent.futures import ThreadPoolExecutor

from connectors.context import Connector
from connectors.private_or.board_client import BoardClient
from connectors.private_or.opening_shares import get_share, make_share
from connectors.private_or.trusted_board import TrustedBoard
from connectors.provider.verify_request import Verified, decide_here
from connectors.state.charges import BudgetKind, charge
from keys.crypto.errors import DeserializeError
from keys.private_or.concealed_answer import decode_concealed, encode_concealed, remove_keepers_share
from schemas.base64url import decode_base64url, encode_base64url
from schemas.envelope import MessageType
from schemas.formats import CONCEALED_BYTES
from schemas.messages.private_or import BoardShare
from schemas.messages.private_or_question import ParentsOpen, ParentsOpenAnswer
from schemas.problem import ProblemCode, ProblemError


def state_share(connector: Connector, client: BoardClient, trusted: TrustedBoard) -> None:
    """Make a share for a board and state it; raises as `BoardClient.step`."""
    share = make_share(connector, trusted.id)
    client.step(MessageType.BOARD_SHARE, BoardShare(board=trusted.id, share=share), trusted.own.agreement)


def answer_open(connector: Connector, verified: Verified[ParentsOpen]) -> ParentsOpenAnswer:
    """Decide, charge, and remove this agency's share from each answer.

    Raises:
        ProblemError: the refusal.
    """
    message = verified.message
    packed = decode_base64url(message.concealed)
    children = len(packed) // CONCEALED_BYTES
    decide_here(verified, connector.now(), records=children, attributes=message.attributes)
    secret = get_share(connector, message.board)
    day, seconds = connector.today(), connector.seconds()
    charge(connector.state, verified.claims, verified.copy.standing, BudgetKind.RELEASES, children, day, seconds)

    def remove(start: int) -> bytes:
        concealed = decode_concealed(packed[start : start + CONCEALED_BYTES])
        return encode_concealed(remove_keepers_share(concealed, secret))

    try:
        with ThreadPoolExecutor(connector.settings.workers) as pool:
            half_open = b"".join(pool.map(remove, range(0, len(packed), CONCEALED_BYTES)))
    except DeserializeError:
        raise ProblemError(ProblemCode.MALFORMED, "/concealed") from None
    return ParentsOpenAnswer(board=message.board, half_open=encode_base64url(half_open))

"""This agency's half of the opening key of a board: made once, kept in the key file, destroyed with the board."""

from collections.abc import Collection

from connectors.context import Connector
from keys.crypto.ristretto255 import Scalar
from keys.custody.key_ring import KeyKind, KeyRecord, KeyRing, KeyState
from keys.custody.new_keys import new_opening_share
from keys.private_or.board_statements import sign_share
from keys.private_or.opening_share import make_opening_share
from schemas.problem import ProblemCode, ProblemError


def make_share(connector: Connector, board: str) -> str:
    """Make a share for a board, keep its secret, and return the signed statement of its public half."""
    share = make_opening_share(connector.agency, board, connector.random)
    record = new_opening_share(board, share.secret, connector.now(), connector.random)
    connector.keys.update(lambda ring: ring.add(record))
    return sign_share(connector.signing_key(), connector.agency, board, share.stated)


def get_share(connector: Connector, board: str) -> Scalar:
    """Return the secret of this agency's share; the newest, where a first one was never taken by the gateway.

    Raises:
        ProblemError: no_live_board, also when it was destroyed.
    """
    living = [record for record in _shares(connector.keys.ring) if record.scope == board]
    if not living:
        raise ProblemError(ProblemCode.NO_LIVE_BOARD, "/board")
    return Scalar(max(living, key=lambda record: record.created_at).secret)


def destroy_shares(connector: Connector, but: Collection[str]) -> None:
    """Destroy the shares of all boards but these."""
    over = [record.key_id for record in _shares(connector.keys.ring) if record.scope not in but]

    def without(ring: KeyRing) -> KeyRing:
        for key_id in over:
            ring = ring.destroy(key_id, connector.now())
        return ring

    if over:
        connector.keys.update(without)


def _shares(ring: KeyRing) -> list[KeyRecord]:
    return [one for one in ring.records if one.kind is KeyKind.OPENING_SHARE and one.state is not KeyState.DESTROYED]

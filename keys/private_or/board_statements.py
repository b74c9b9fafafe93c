"""What parties sign about a board: their shares of the opening key, and the offices' turns. Pure verification.

The gateway carries these statements and can't make one: each is verified against the key that an agreement pins.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import TypeVar

from keys.crypto.errors import CryptoError
from keys.crypto.ristretto255 import Element
from keys.crypto.signing import SignatureError, SigningKey, VerificationKey, read_header
from keys.private_or.opening_share import StatedShare, join_shares
from keys.protocol.envelopes import read_unverified, sign_message, verify_message
from keys.protocol.key_chain import UntrustedKeyError
from schemas.base64url import decode_base64url, encode_base64url
from schemas.formats import MAX_ENVELOPE_CHARACTERS
from schemas.message import MessageError
from schemas.messages.private_or import BOARD_SHARE_TOKEN_TYPE, BOARD_TURN_TOKEN_TYPE, ShareClaims, TurnClaims

KeyFinder = Callable[[str, str], VerificationKey]
"""Takes an agency and a key id; returns the key, which follows from the pinned one, or raises `UntrustedKeyError`."""

_Claims = TypeVar("_Claims", ShareClaims, TurnClaims)


class StatementError(Exception):
    """A statement about a board is not its maker's, or about another board."""


def sign_share(key: SigningKey, agency: str, board: str, share: StatedShare) -> str:
    """Return the signed statement (JWS) of an agency's share of a board's opening key."""
    claims = ShareClaims(
        agency=agency,
        board=board,
        public_key=encode_base64url(share.public_key),
        mark=encode_base64url(share.mark),
        proof=encode_base64url(share.proof),
    )
    return sign_message(key, BOARD_SHARE_TOKEN_TYPE, claims)


def sign_turn(key: SigningKey, claims: TurnClaims) -> str:
    """Return the signed statement (JWS) of an office's turn."""
    return sign_message(key, BOARD_TURN_TOKEN_TYPE, claims)


def verify_share(token: str, agency: str, board: str, find_key: KeyFinder) -> StatedShare:
    """Return the share that `agency` states for `board`.

    Raises:
        StatementError: not signed by it, or for another board.
    """
    claims = _verify(ShareClaims, token, BOARD_SHARE_TOKEN_TYPE, find_key)
    if (claims.agency, claims.board) != (agency, board):
        raise StatementError("a share of another agency or board")
    return StatedShare(*(decode_base64url(text) for text in (claims.public_key, claims.mark, claims.proof)))


def verify_turn(token: str, board: str, find_key: KeyFinder) -> TurnClaims:
    """Return what an office states about its turn on `board`.

    Raises:
        StatementError: not signed by it, or about another board.
    """
    claims = _verify(TurnClaims, token, BOARD_TURN_TOKEN_TYPE, find_key)
    if claims.board != board:
        raise StatementError("a turn on another board")
    return claims


def board_key(shares: Mapping[str, StatedShare], board: str) -> Element:
    """Return the sealing key of a board from its holders' shares.

    Raises:
        StatementError: a share is not proven, or the shares cancel one another.
    """
    try:
        return join_shares(shares, board)
    except CryptoError:
        raise StatementError("the shares do not make a key") from None


def content_digest(content: bytes) -> str:
    """Return the digest by which a turn names its rows' hashes, or its marks: SHA-256 of all of them in order."""
    return encode_base64url(hashlib.sha256(content).digest())


def _verify(model: type[_Claims], token: str, token_type: str, find_key: KeyFinder) -> _Claims:
    try:
        stated = read_unverified(model, token, MAX_ENVELOPE_CHARACTERS)
        key = find_key(stated.agency, read_header(token, MAX_ENVELOPE_CHARACTERS).key_id)
        return verify_message(model, token, key, token_type, MAX_ENVELOPE_CHARACTERS)
    except (SignatureError, MessageError, UntrustedKeyError):
        raise StatementError("the signature does not verify") from None

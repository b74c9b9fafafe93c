"""Which keys are an agency's own: the chain of statements that begins at its pinned signing key.

Statements are taken in the order in which they were made. The first states the pinned key and is signed by it.
Each further one must be signed by a signing key that the chain holds already and that was in force when the
statement was issued, and none may be older than the one before it: else the statement of a key without its end, told
again, would undo that end. What fails is not believed and is reported: it is how a forged key in a registry shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from keys.crypto.signing import KeyFormatError, SignatureError, SigningKey, VerificationKey, read_header
from keys.protocol.envelopes import read_unverified, sign_message, verify_message
from schemas.base64url import Base64Error, decode_base64url, encode_base64url
from schemas.key_statement import KEY_STATEMENT_TOKEN_TYPE, KeyStatement, KeyUse
from schemas.message import MessageError

MAX_STATEMENT_CHARACTERS = 4096
_COORDINATE_BYTES = 32


class UntrustedKeyError(Exception):
    """No chain of statements ties this key to the pinned one, or it is not in force.

    Attributes:
        agency: whose key it was said to be.
        reason: `unknown_agency`, `root_differs`, `not_stated` or `not_in_force`.
    """

    def __init__(self, agency: str, reason: str) -> None:
        super().__init__(f"{reason}: {agency}")
        self.agency = agency
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rejection:
    """A statement that is not believed: its place in the list, what it claims to be for, and why."""

    agency: str
    place: int
    use: str
    reason: str


@dataclass(frozen=True, slots=True)
class AgencyKeys:
    """The keys of one agency that follow from its pinned signing key, and the statements that do not."""

    agency: str
    statements: tuple[KeyStatement, ...]
    rejections: tuple[Rejection, ...] = ()

    def verification_key(self, key_id: str, at_seconds: float) -> VerificationKey:
        """Return the signing key `key_id` if it was in force at `at_seconds` (POSIX).

        Raises:
            UntrustedKeyError: not stated, or not in force then.
        """
        return decode_verification_key(self._in_force(KeyUse.SIGNING, at_seconds, key_id=key_id).public_key)

    def opening_key(self, now: datetime) -> KeyStatement:
        """Return the newest opening key in force: the one to seal to; raises UntrustedKeyError."""
        return self._in_force(KeyUse.OPENING, now.timestamp())

    def evaluation_key(self, agreement: str, epoch: int, now: datetime) -> KeyStatement:
        """Return the evaluation key of an agreement and epoch; raises UntrustedKeyError."""
        return self._in_force(KeyUse.EVALUATION, now.timestamp(), agreement=agreement, epoch=epoch)

    def evaluation_keys(self, agreement: str, now: datetime) -> list[KeyStatement]:
        """Return the agreement's evaluation keys in force, newest epoch first; none is possible."""
        stated = (found for found in self.statements if found.use is KeyUse.EVALUATION)
        in_force = [found for found in stated if found.agreement == agreement and is_in_force(found, now.timestamp())]
        return sorted(in_force, key=lambda found: found.epoch or 0, reverse=True)

    def evaluation_epochs(self, agreement: str, now: datetime) -> set[int]:
        """Return the agreement's key epochs that are not over; one that begins later by this clock is not."""
        return {
            found.epoch or 0
            for found in self.statements
            if found.use is KeyUse.EVALUATION and found.agreement == agreement and not is_over(found, now.timestamp())
        }

    def _in_force(self, use: KeyUse, seconds: float, **wanted: object) -> KeyStatement:
        stated = [
            statement
            for statement in self.statements
            if statement.use is use and all(getattr(statement, name) == value for name, value in wanted.items())
        ]
        if not stated:
            raise UntrustedKeyError(self.agency, "not_stated")
        valid = [statement for statement in stated if is_in_force(statement, seconds)]
        if not valid:
            raise UntrustedKeyError(self.agency, "not_in_force")
        return max(valid, key=lambda statement: (statement.active_from, statement.epoch or 0))


def is_in_force(statement: KeyStatement, seconds: float) -> bool:
    """Return whether the stated key is in force at `seconds` (POSIX)."""
    return statement.active_from <= seconds and not is_over(statement, seconds)


def is_over(statement: KeyStatement, seconds: float) -> bool:
    """Return whether the stated key is accepted no longer at `seconds` (POSIX)."""
    return statement.accept_until is not None and statement.accept_until <= seconds


def state_key(key: SigningKey, statement: KeyStatement) -> str:
    """Return `statement` signed with `key` (JWS)."""
    return sign_message(key, KEY_STATEMENT_TOKEN_TYPE, statement)


def encode_verification_key(key: VerificationKey) -> str:
    """Return x and y of a P-256 key, 64 bytes, as base64url."""
    return encode_base64url(decode_base64url(key.x) + decode_base64url(key.y))


@lru_cache(maxsize=1_024)
def decode_verification_key(text: str) -> VerificationKey:
    """Return the P-256 key of 64 bytes as base64url; the same text gives the same key, which is made once.

    Raises:
        KeyFormatError: not 64 bytes in canonical form, or not a point on the curve.
    """
    try:
        data = decode_base64url(text)
    except Base64Error:
        raise KeyFormatError("the key is not base64url") from None
    return VerificationKey(encode_base64url(data[:_COORDINATE_BYTES]), encode_base64url(data[_COORDINATE_BYTES:]))


def read_root(agency: str, token: str) -> str:
    """Return the thumbprint that an agency's first statement states of itself: what people compare and agreements pin.

    Raises:
        UntrustedKeyError: the statement is not signed by the key that it states.
    """
    try:
        stated = read_unverified(KeyStatement, token, MAX_STATEMENT_CHARACTERS)
    except (SignatureError, MessageError):
        raise UntrustedKeyError(agency, "root_differs") from None
    return _read_root(agency, stated.key_id, token).key_id


def follow_chain(agency: str, root: str, tokens: Sequence[str]) -> AgencyKeys:
    """Follow `agency`'s statements from the pinned thumbprint `root`.

    Raises:
        UntrustedKeyError: the first statement does not state the pinned key (`root_differs`).
    """
    keys = AgencyKeys(agency, ())
    for place, token in enumerate(tokens):
        if place == 0:
            keys = replace(keys, statements=(_read_root(agency, root, token),))
        else:
            keys = _add_statement(keys, place, token)
    if not keys.statements:
        raise UntrustedKeyError(agency, "root_differs")
    return keys


def _read_root(agency: str, root: str, token: str) -> KeyStatement:
    try:
        stated = read_unverified(KeyStatement, token, MAX_STATEMENT_CHARACTERS)
        key = decode_verification_key(stated.public_key)
        verify_message(KeyStatement, token, key, KEY_STATEMENT_TOKEN_TYPE, MAX_STATEMENT_CHARACTERS)
    except (SignatureError, MessageError, KeyFormatError):
        raise UntrustedKeyError(agency, "root_differs") from None
    if (stated.agency, stated.use, stated.key_id, key.key_id) != (agency, KeyUse.SIGNING, root, root):
        raise UntrustedKeyError(agency, "root_differs")
    return stated


def _add_statement(keys: AgencyKeys, place: int, token: str) -> AgencyKeys:
    use = "unreadable"
    try:
        stated = read_unverified(KeyStatement, token, MAX_STATEMENT_CHARACTERS)
        use = stated.use.value
        signer = read_header(token, MAX_STATEMENT_CHARACTERS).key_id
        key = keys.verification_key(signer, stated.issued_at)
        verify_message(KeyStatement, token, key, KEY_STATEMENT_TOKEN_TYPE, MAX_STATEMENT_CHARACTERS)
        _check_form(keys.agency, stated)
        _check_order(keys, stated)
    except (SignatureError, MessageError, KeyFormatError, Base64Error, UntrustedKeyError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "code", "malformed")
        return replace(keys, rejections=(*keys.rejections, Rejection(keys.agency, place, use, str(reason))))
    others = tuple(
        old for old in keys.statements if (old.use, old.key_id, old.agreement) != (use, stated.key_id, stated.agreement)
    )
    return replace(keys, statements=(*others, stated))


def _check_order(keys: AgencyKeys, stated: KeyStatement) -> None:
    if stated.issued_at < keys.statements[-1].issued_at:
        raise UntrustedKeyError(keys.agency, "out_of_order")


def _check_form(agency: str, stated: KeyStatement) -> None:
    if stated.agency != agency:
        raise UntrustedKeyError(agency, "another_agency")
    if stated.use is KeyUse.SIGNING:
        if decode_verification_key(stated.public_key).key_id != stated.key_id:
            raise UntrustedKeyError(agency, "key_id_differs")
    elif len(decode_base64url(stated.public_key)) != _COORDINATE_BYTES:
        raise UntrustedKeyError(agency, "malformed")
    if (stated.use is KeyUse.EVALUATION) != (stated.agreement is not None and stated.epoch is not None):
        raise UntrustedKeyError(agency, "malformed")

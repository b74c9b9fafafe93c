"""Signed notes (C2SP signed-note) with Ed25519 log signatures and witness cosignatures (C2SP tlog-cosignature).

A note is a text that ends in a newline, an empty line, and a line for each signature:

    gateway.example/audit/2026
    3
    8mpwd7j8VmPZGTRJLVHPc2NGVfys8JzL1IpbNMVCDZY=

    — gateway.example/audit/2026 9lnF4jEMGh1KLORC…mlA/2GEwI=
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from keys.crypto.errors import InvalidInputError, NoteError
from keys.crypto.note_key import KEY_ID_BYTES, SignatureType, VerifierKey

__all__ = [
    "MAX_NOTE_BYTES",
    "MAX_SIGNATURES",
    "SEED_BYTES",
    "Cosigner",
    "Note",
    "NoteSignature",
    "NoteSigner",
    "SignatureType",
    "VerifiedNote",
    "VerifiedSignature",
    "VerifierKey",
    "cosign",
    "parse_note",
    "sign_note",
    "verify_note",
]

MAX_NOTE_BYTES = 128 * 2**10
MAX_SIGNATURES = 64
SEED_BYTES = 32

_SIGNATURE_BYTES = 64
_TIME_BYTES = 8
_MAX_TIME = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())
_SIGNATURE_LINE = re.compile(r"\u2014 ([^\s+\x00-\x1f]+) ([A-Za-z0-9+/]+={0,2})\n")
_CONTROL_CHARACTER = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: who signed, and the bytes that follow the key id (64, or 72 with a time)."""

    name: str
    key_id: bytes
    value: bytes

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read a signature line with its newline. Raises `NoteError` where it is malformed."""
        matched = _SIGNATURE_LINE.fullmatch(line)
        if matched is None:
            raise NoteError("a signature line of the note is malformed")
        try:
            decoded = base64.b64decode(matched[2], validate=True)
        except binascii.Error:
            raise NoteError("a signature of the note is not base64") from None
        signature = cls(matched[1], decoded[:KEY_ID_BYTES], decoded[KEY_ID_BYTES:])
        if not signature.value or signature.format() != line:
            raise NoteError("a signature line of the note is not in its one form")
        return signature

    def format(self) -> str:
        """Return the signature line with its newline."""
        return f"\u2014 {self.name} {base64.b64encode(self.key_id + self.value).decode('ascii')}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A note as parsed: nothing in it is verified."""

    text: bytes
    signatures: tuple[NoteSignature, ...]

    def format(self) -> bytes:
        """Return the note's bytes."""
        return self.text + b"\n" + "".join(line.format() for line in self.signatures).encode()


@dataclass(frozen=True, slots=True)
class VerifiedSignature:
    """A key that signed, and for a cosignature the time at which its witness did."""

    key: VerifierKey
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class VerifiedNote:
    """A text and the known keys that signed it, each once however many lines it has."""

    text: bytes
    signatures: tuple[VerifiedSignature, ...]


class NoteSigner:
    """Signs as a log (Ed25519, signature type 0x01), from a 32-byte seed.

    Attributes:
        verifier_key: what others verify with.
    """

    __slots__ = ("_signing_key", "verifier_key")

    def __init__(self, name: str, seed: bytes) -> None:
        self._signing_key = _signing_key(seed)
        self.verifier_key = VerifierKey(name, SignatureType.LOG, bytes(self._signing_key.verify_key))

    def sign(self, text: bytes) -> NoteSignature:
        """Return the signature line for a note's text. Raises `NoteError` where it can't be a note's text."""
        _check_text(text)
        return _signature(self.verifier_key, self._signing_key.sign(text).signature)


class Cosigner:
    """Cosigns as a witness (cosignature/v1, Ed25519, signature type 0x04), from a 32-byte seed.

    Attributes:
        verifier_key: what others verify with.
    """

    __slots__ = ("_signing_key", "verifier_key")

    def __init__(self, name: str, seed: bytes) -> None:
        self._signing_key = _signing_key(seed)
        self.verifier_key = VerifierKey(name, SignatureType.COSIGNATURE, bytes(self._signing_key.verify_key))

    def cosign(self, text: bytes, signed_at: datetime) -> NoteSignature:
        """Return the cosignature line for a checkpoint's text, with the time in whole seconds.

        Raises:
            NoteError: it can't be a note's text.
            InvalidInputError: the time has no zone or lies before 1970.
        """
        _check_text(text)
        if signed_at.tzinfo is None or signed_at.timestamp() < 0:
            raise InvalidInputError("a cosignature needs a time with a zone, from 1970 on")
        seconds = int(signed_at.timestamp())
        value = seconds.to_bytes(_TIME_BYTES, "big") + self._signing_key.sign(_cosigned(text, seconds)).signature
        return _signature(self.verifier_key, value)


def sign_note(text: bytes, signer: NoteSigner) -> bytes:
    """Return the whole note for a text that ends in a newline. Raises `NoteError` where it can't be a note's text."""
    return Note(text, (signer.sign(text),)).format()


def cosign(note: bytes, cosigner: Cosigner, signed_at: datetime) -> bytes:
    """Return the note with one more line, the cosignature. The caller has verified the note.

    Raises:
        NoteError: the note is malformed.
        InvalidInputError: the time has no zone or lies before 1970.
    """
    parsed = parse_note(note)
    return Note(parsed.text, (*parsed.signatures, cosigner.cosign(parsed.text, signed_at))).format()


def parse_note(note: bytes) -> Note:
    """Read a note of at most 128 KiB and 64 signatures, without verifying any.

    Raises:
        NoteError: it is too large, malformed, or not in its one form.
    """
    if len(note) > MAX_NOTE_BYTES:
        raise NoteError(f"a note has at most {MAX_NOTE_BYTES} bytes, not {len(note)}")
    _check_text(note)
    # The text may hold empty lines of its own, the signatures can't: so the last one divides them.
    divider = note.rfind(b"\n\n")
    if divider < 0:
        raise NoteError("the note has no signatures")
    text = note[: divider + 1]
    lines = _decode(note[divider + 2 :]).splitlines(keepends=True)
    if not 0 < len(lines) <= MAX_SIGNATURES:
        raise NoteError(f"a note has 1 to {MAX_SIGNATURES} signatures, not {len(lines)}")
    parsed = Note(text, tuple(NoteSignature.parse(line) for line in lines))
    if parsed.format() != note:
        raise NoteError("the note is not in its one form")
    return parsed


def verify_note(note: bytes, known_keys: Iterable[VerifierKey]) -> VerifiedNote:
    """Return the text and who signed it: unknown keys are passed over, every line of a known key must verify.

    Raises:
        NoteError: malformed, a known key's signature fails, or no known key signed.
        InvalidInputError: two known keys are the same key material, which would let one witness count twice.
    """
    keys = list(known_keys)
    known = {(key.name, key.key_id): key for key in keys}
    if not len(known) == len(keys) == len({key.public_key for key in keys}):
        raise InvalidInputError("two of the known keys are one key")
    parsed = parse_note(note)
    verified: dict[VerifierKey, VerifiedSignature] = {}
    for signature in parsed.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is not None:
            verified.setdefault(key, _verify_signature(parsed.text, signature, key))
    if not verified:
        raise NoteError("no known key signed the note")
    return VerifiedNote(parsed.text, tuple(verified.values()))


def _verify_signature(text: bytes, signature: NoteSignature, key: VerifierKey) -> VerifiedSignature:
    if key.signature_type is SignatureType.LOG:
        _verify_ed25519(key, text, signature.value)
        return VerifiedSignature(key, None)
    seconds = int.from_bytes(signature.value[:_TIME_BYTES], "big")
    if seconds > _MAX_TIME:
        raise NoteError("a cosignature's time is beyond the calendar")
    _verify_ed25519(key, _cosigned(text, seconds), signature.value[_TIME_BYTES:])
    return VerifiedSignature(key, datetime.fromtimestamp(seconds, UTC))


def _verify_ed25519(key: VerifierKey, message: bytes, signature: bytes) -> None:
    if len(signature) != _SIGNATURE_BYTES:
        raise NoteError(f"the signature of the known key {key.name} has the wrong length")
    try:
        VerifyKey(key.public_key).verify(message, signature)
    except BadSignatureError:
        raise NoteError(f"the signature of the known key {key.name} does not verify") from None


def _cosigned(text: bytes, seconds: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % seconds + text


def _signature(key: VerifierKey, value: bytes) -> NoteSignature:
    return NoteSignature(key.name, key.key_id, value)


def _signing_key(seed: bytes) -> SigningKey:
    if len(seed) != SEED_BYTES:
        raise InvalidInputError(f"a seed is {SEED_BYTES} bytes, not {len(seed)}")
    return SigningKey(seed)


def _check_text(text: bytes) -> None:
    if not text.endswith(b"\n") or _CONTROL_CHARACTER.search(_decode(text)):
        raise NoteError("a note's text ends in a newline and has no other control character")


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise NoteError("the note is not UTF-8") from None

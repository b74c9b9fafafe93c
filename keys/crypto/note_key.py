"""Verifier keys of signed notes (C2SP signed-note): `<name>+<8 hex of the key id>+<base64 of type and public key>`."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from keys.crypto.errors import NoteError

KEY_ID_BYTES = 4
PUBLIC_KEY_BYTES = 32
MAX_KEY_NAME_CHARACTERS = 255
MAX_VERIFIER_KEY_CHARACTERS = 512

_NAME = re.compile(r"[^\s+\x00-\x1f]+")
_VERIFIER_KEY = re.compile(r"([^\s+]+)\+[0-9a-f]{8}\+([A-Za-z0-9+/]+={0,2})")


class SignatureType(IntEnum):
    """What a key signs; part of its id, so that one key can't stand for another use."""

    LOG = 0x01
    """Ed25519 over the note's text."""
    COSIGNATURE = 0x04
    """Ed25519 over `cosignature/v1`, a time and the note's text."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name and a 32-byte Ed25519 public key; raises `NoteError` where either is malformed."""

    name: str
    signature_type: SignatureType
    public_key: bytes

    def __post_init__(self) -> None:
        if len(self.name) > MAX_KEY_NAME_CHARACTERS or not _NAME.fullmatch(self.name):
            raise NoteError("a key's name has 1 to 255 characters, no space and no plus")
        if len(self.public_key) != PUBLIC_KEY_BYTES:
            raise NoteError(f"an Ed25519 public key has {PUBLIC_KEY_BYTES} bytes, not {len(self.public_key)}")

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of the SHA-256 over name, newline, type and public key."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._typed_key()).digest()[:KEY_ID_BYTES]

    def format(self) -> str:
        """Return the key as text, for policies and settings."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self._typed_key()).decode('ascii')}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a key from text.

        Raises:
            NoteError: too long, malformed, of an unknown type, or with an id that is not the key's.
        """
        matched = _VERIFIER_KEY.fullmatch(text) if len(text) <= MAX_VERIFIER_KEY_CHARACTERS else None
        if matched is None:
            raise NoteError("not a verifier key")
        try:
            typed_key = base64.b64decode(matched[2], validate=True)
            key = cls(matched[1], SignatureType(typed_key[0]), typed_key[1:])
        except (binascii.Error, ValueError):
            raise NoteError("the verifier key is not base64, or of an unknown type") from None
        if key.format() != text:
            raise NoteError("the verifier key's id is another key's, or it is not in its one form")
        return key

    def _typed_key(self) -> bytes:
        return bytes([self.signature_type]) + self.public_key

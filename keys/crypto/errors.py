"""What can go wrong in the primitives: each error has a stable code and a sentence, and never quotes a value."""

from typing import ClassVar


class CryptoError(Exception):
    """Root of everything that the primitives refuse."""

    code: ClassVar[str] = "crypto_error"


class LibsodiumError(CryptoError):
    """No libsodium with ristretto255 can be loaded on this machine."""

    code = "libsodium_unavailable"


class InvalidInputError(CryptoError):
    """An input can't be used: too long, of the wrong size, an empty batch (RFC 9497 section 5.3)."""

    code = "invalid_input"


class DeserializeError(CryptoError):
    """Bytes are not the canonical form of a group element or scalar (RFC 9497 section 5.3)."""

    code = "deserialize_failed"


class VerifyError(CryptoError):
    """A proof of evaluation does not verify: another key was used, or the answer was changed (RFC 9497 section 5.3)."""

    code = "proof_invalid"


class InverseError(CryptoError):
    """A scalar is zero and has no inverse (RFC 9497 section 5.3)."""

    code = "no_inverse"


class DeriveKeyPairError(CryptoError):
    """A seed gives no key (RFC 9497 section 5.3); with a random seed this does not happen."""

    code = "derive_key_pair_failed"


class OpenError(CryptoError):
    """A sealed message does not open. It never says why: the reason would help only an attacker."""

    code = "open_failed"


class ProofError(CryptoError):
    """A Merkle proof does not lead to the root that it was checked against."""

    code = "merkle_proof_invalid"


class NoteError(CryptoError):
    """A signed note or checkpoint is malformed, or a signature by a known key fails."""

    code = "note_invalid"


class ProtocolMisuseError(RuntimeError):
    """The caller broke the order of a protocol: a fault in the program, not in what came in."""

"""The destroyable half of an evaluation key: decision 0003, HMAC-SHA-512 (RFC 2104, FIPS 198-1)."""

import hashlib
import hmac

AGREEMENT_SEED_BYTES = 32


def derive_agreement_seed(evaluation_seed: bytes, agreement_salt: bytes) -> bytes:
    """Return the 32-byte seed of RFC 9497's DeriveKeyPair for one agreement and epoch.

    HMAC-SHA-512 under the connector's master seed over the salt, cut to 32 bytes. Without either of the two
    nobody can make it, so destroying the salt destroys the evaluation key although the master seed lives on.
    """
    return hmac.digest(evaluation_seed, agreement_salt, hashlib.sha512)[:AGREEMENT_SEED_BYTES]

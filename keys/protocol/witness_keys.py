"""An agency's witness keys as verifier keys (C2SP signed-note), from what its own signing key states."""

from datetime import datetime

from keys.crypto.note_key import SignatureType, VerifierKey
from keys.protocol.key_chain import AgencyKeys, is_in_force
from schemas.base64url import decode_base64url
from schemas.key_statement import KeyUse


def witness_name(agency: str) -> str:
    """Return the name that an agency cosigns under."""
    return f"{agency}/witness"


def witness_keys_of(keys: AgencyKeys, now: datetime) -> list[VerifierKey]:
    """Return the witness keys of an agency in force, newest first; none is possible."""
    stated = [found for found in keys.statements if found.use is KeyUse.WITNESS and is_in_force(found, now.timestamp())]
    return [
        VerifierKey(witness_name(keys.agency), SignatureType.COSIGNATURE, decode_base64url(found.public_key))
        for found in sorted(stated, key=lambda found: (found.active_from, found.key_id), reverse=True)
    ]

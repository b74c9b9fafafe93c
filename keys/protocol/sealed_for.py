"""What a sealed message is bound to: opened anywhere else, for anything else, it does not open."""

from schemas.message import canonical_form


def answers_binding(agreement: str, request: str, recipient: str) -> bytes:
    """Return the associated data of sealed answers: agreement digest, request envelope digest and recipient."""
    return b"tongxin/answers/v1\x00" + canonical_form([agreement, request, recipient])


def possession_binding(agreement: str, request_id: str, recipient: str) -> bytes:
    """Return the associated data of sealed possession proofs: agreement digest, request id and provider."""
    return b"tongxin/possession-proofs/v1\x00" + canonical_form([agreement, request_id, recipient])

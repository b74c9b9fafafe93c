"""Reading and writing agreements and where they stand."""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from gateway.persistence.agreement_tables import agreement
from schemas.agreement import MAX_AGREEMENT_BYTES, Agreement, AgreementState
from schemas.messages.agreements import SignedAgreement
from schemas.policy import Standing

# Made once: they are asked at every request.
_BY_DIGEST = select(agreement).where(agreement.c.digest == bindparam("digest"))
_STATE = select(agreement.c.state).where(agreement.c.digest == bindparam("digest"))


@dataclass(frozen=True, slots=True)
class StoredAgreement:
    """An agreement as the gateway holds it."""

    standing: Standing
    signed: SignedAgreement


def add_agreement(connection: Connection, document: Agreement, requester_signature: str) -> None:
    """Store a proposal; raises IntegrityError if its id was used before."""
    connection.execute(
        insert(agreement).values(
            digest=document.digest(),
            id=document.id,
            requester=document.requester.agency,
            provider=document.provider.agency,
            document=document.to_bytes(),
            requester_signature=requester_signature,
            state=AgreementState.PROPOSED.value,
            valid_until=document.valid_until,
        )
    )


def find_agreement(connection: Connection, digest: str) -> StoredAgreement | None:
    """Return the agreement with this digest, or None."""
    row = connection.execute(_BY_DIGEST, {"digest": digest}).first()
    return None if row is None else _stored(row)


def is_agreement_id_used(connection: Connection, agreement_id: str) -> bool:
    """Return whether there is an agreement of this id, whatever it says."""
    return connection.scalar(select(agreement.c.digest).where(agreement.c.id == agreement_id)) is not None


def find_state(connection: Connection, digest: str) -> AgreementState | None:
    """Return where the agreement stands, or None if there is none."""
    state = connection.scalar(_STATE, {"digest": digest})
    return None if state is None else AgreementState(state)


def list_agreements(connection: Connection, agency: str | None = None) -> tuple[StoredAgreement, ...]:
    """Return the agreements of `agency` on either side, or all, by digest."""
    query = select(agreement).order_by(agreement.c.digest)
    if agency is not None:
        query = query.where(or_(agreement.c.requester == agency, agreement.c.provider == agency))
    return tuple(_stored(row) for row in connection.execute(query))


def list_newly_expired(connection: Connection, now: int) -> tuple[StoredAgreement, ...]:
    """Return agreements whose period is over and whose end was not noted yet."""
    query = select(agreement).where(
        agreement.c.valid_until <= now,
        agreement.c.expired_at.is_(None),
        agreement.c.state != AgreementState.REVOKED.value,
    )
    return tuple(_stored(row) for row in connection.execute(query))


def set_provider_signature(connection: Connection, digest: str, signature: str) -> None:
    """Store the provider's signature and make the agreement active."""
    connection.execute(
        update(agreement)
        .where(agreement.c.digest == digest)
        .values(provider_signature=signature, state=AgreementState.ACTIVE.value)
    )


def set_state(connection: Connection, digest: str, state: AgreementState) -> None:
    """Move the agreement to `state`."""
    connection.execute(update(agreement).where(agreement.c.digest == digest).values(state=state.value))


def note_expiry(connection: Connection, digest: str, now: int) -> bool:
    """Note the end of an agreement's period; return whether nobody had before."""
    noted = connection.execute(
        update(agreement).where(agreement.c.digest == digest, agreement.c.expired_at.is_(None)).values(expired_at=now)
    )
    return noted.rowcount == 1


def _stored(row: Row[tuple[object, ...]]) -> StoredAgreement:
    document = _parse(row.document)
    signatures = tuple(token for token in (row.requester_signature, row.provider_signature) if token is not None)
    state = AgreementState(row.state)
    return StoredAgreement(
        Standing(document, row.digest, state),
        SignedAgreement(agreement=document, signatures=signatures, state=state),
    )


@lru_cache(maxsize=1_024)
def _parse(document: bytes) -> Agreement:
    """Parse a document once: its bytes never change."""
    return Agreement.from_bytes(document, MAX_AGREEMENT_BYTES)

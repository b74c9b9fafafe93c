"""Reading and writing agreements and where they stand."""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from gateway.persistence.agreement_tables import agreement
from hosting.database.prepared import Prepared, Row
from schemas.agreement import MAX_AGREEMENT_BYTES, Agreement, AgreementState
from schemas.messages.agreements import SignedAgreement
from schemas.policy import Standing

COLUMNS = tuple(agreement.c)
"""As `stored_agreement` takes them; the first one is never null."""

_NAMES = tuple(column.name for column in COLUMNS)
_BY_DIGEST = Prepared(select(agreement).where(agreement.c.digest == bindparam("digest")))
_STATE = Prepared(select(agreement.c.state).where(agreement.c.digest == bindparam("digest")))


@dataclass(frozen=True, slots=True)
class StoredAgreement:
    """An agreement as the gateway holds it; `signed` tells no steps. `first_version` is its own digest in the first."""

    standing: Standing
    signed: SignedAgreement
    first_version: str


def add_agreement(
    connection: Connection, document: Agreement, requester_signature: str, first_version: str | None = None
) -> None:
    """Store a proposal; `first_version` where it is a further one. Raises IntegrityError if its id was used before."""
    connection.execute(
        insert(agreement).values(
            digest=document.digest(),
            id=document.id,
            requester=document.requester.agency,
            provider=document.provider.agency,
            lead=None if document.lead is None else document.lead.agency,
            document=document.to_bytes(),
            requester_signature=requester_signature,
            state=AgreementState.PROPOSED.value,
            valid_until=document.valid_until,
            first_version=first_version,
        )
    )


def find_agreement(connection: Connection, digest: str) -> StoredAgreement | None:
    """Return the agreement with this digest, or None."""
    row = _BY_DIGEST.first(connection, {"digest": digest})
    return None if row is None else stored_agreement(row)


def is_agreement_id_used(connection: Connection, agreement_id: str) -> bool:
    """Return whether there is an agreement of this id, whatever it says."""
    return connection.scalar(select(agreement.c.digest).where(agreement.c.id == agreement_id)) is not None


def find_state(connection: Connection, digest: str) -> AgreementState | None:
    """Return where the agreement stands, or None if there is none."""
    state = _STATE.scalar(connection, {"digest": digest})
    return None if state is None else AgreementState(state)


def list_agreements(connection: Connection, agency: str | None = None) -> tuple[StoredAgreement, ...]:
    """Return the agreements that `agency` signs or countersigns, or all, by digest."""
    query = select(agreement).order_by(agreement.c.digest)
    if agency is not None:
        columns = (agreement.c.requester, agreement.c.provider, agreement.c.lead)
        query = query.where(or_(*(column == agency for column in columns)))
    return tuple(stored_agreement(tuple(row)) for row in connection.execute(query))


def list_versions(connection: Connection, first_version: str) -> tuple[StoredAgreement, ...]:
    """Return all versions of an agreement, the first one first."""
    query = select(agreement).where(
        or_(agreement.c.digest == first_version, agreement.c.first_version == first_version)
    )
    found = [stored_agreement(tuple(row)) for row in connection.execute(query)]
    return tuple(sorted(found, key=lambda stored: stored.standing.agreement.revision))


def list_in_states(
    connection: Connection, states: frozenset[AgreementState], *, over_at: int | None = None
) -> tuple[StoredAgreement, ...]:
    """Return the agreements that stand in `states`; only those whose period is over at `over_at`, where it is given."""
    query = select(agreement).where(agreement.c.state.in_([state.value for state in states]))
    if over_at is not None:
        query = query.where(agreement.c.valid_until <= over_at)
    return tuple(stored_agreement(tuple(row)) for row in connection.execute(query.order_by(agreement.c.digest)))


def list_overdue(connection: Connection, now: int) -> tuple[StoredAgreement, ...]:
    """Return the proposals whose answer is overdue and for which that was not noted yet."""
    query = select(agreement).where(agreement.c.review_due_at <= now, agreement.c.overdue_at.is_(None))
    return tuple(stored_agreement(tuple(row)) for row in connection.execute(query.order_by(agreement.c.digest)))


def set_provider_signature(connection: Connection, digest: str, signature: str) -> None:
    """Store the provider's signature."""
    connection.execute(update(agreement).where(agreement.c.digest == digest).values(provider_signature=signature))


def set_lead_signature(connection: Connection, digest: str, signature: str) -> None:
    """Store the lead body's signature."""
    connection.execute(update(agreement).where(agreement.c.digest == digest).values(lead_signature=signature))


def set_state(connection: Connection, digest: str, state: AgreementState) -> None:
    """Move the agreement to `state`."""
    connection.execute(update(agreement).where(agreement.c.digest == digest).values(state=state.value))


def set_review_due(connection: Connection, digest: str, review_due_at: int | None) -> None:
    """Store until when the provider is to answer; None once it has."""
    values = {"review_due_at": review_due_at, "overdue_at": None}
    connection.execute(update(agreement).where(agreement.c.digest == digest).values(values))


def note_overdue(connection: Connection, digest: str, now: int) -> bool:
    """Note that the answer is overdue; return whether nobody had before."""
    noted = connection.execute(
        update(agreement)
        .where(agreement.c.digest == digest, agreement.c.review_due_at <= now, agreement.c.overdue_at.is_(None))
        .values(overdue_at=now)
    )
    return noted.rowcount == 1


@lru_cache(maxsize=1_024)
def stored_agreement(row: Row) -> StoredAgreement:
    """Make an agreement of its row once: another state, another signature is another row."""
    kept = dict(zip(_NAMES, row, strict=True))
    document = Agreement.from_bytes(kept["document"], MAX_AGREEMENT_BYTES)
    tokens = (kept["requester_signature"], kept["provider_signature"], kept["lead_signature"])
    state = AgreementState(kept["state"])
    return StoredAgreement(
        Standing(document, kept["digest"], state),
        SignedAgreement(
            agreement=document,
            signatures=tuple(token for token in tokens if token is not None),
            state=state,
            review_due_at=kept["review_due_at"],
        ),
        kept["first_version"] or kept["digest"],
    )

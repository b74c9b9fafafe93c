"""This agency's own signed copies of its agreements: what the decision is made from."""

import json
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Row, insert, select, update

from connectors.state.database import destroying, reading, writing
from connectors.state.evaluated_keys import delete_evaluated
from connectors.state.tables import agreement_copy, index_record, publication
from schemas.agreement import MAX_AGREEMENT_BYTES, Agreement, AgreementState
from schemas.policy import Standing


@dataclass(frozen=True, slots=True)
class AgreementCopy:
    """An agreement, its signatures (JWS) and where it stands for this agency."""

    agreement: Agreement
    signatures: tuple[str, ...]
    standing: Standing


def keep_agreement(state: Engine, agreement: Agreement, signatures: tuple[str, ...], stands: AgreementState) -> None:
    """Keep a copy whose signatures were verified. What is revoked here stays revoked, whoever says otherwise."""
    values = {
        "digest": agreement.digest(),
        "body": agreement.to_bytes(),
        "signatures": json.dumps(signatures),
        "state": stands.value,
    }
    with writing(state) as connection:
        known = connection.execute(
            select(agreement_copy.c.state).where(agreement_copy.c.digest == values["digest"])
        ).scalar()
        if known is None:
            connection.execute(insert(agreement_copy).values(is_withheld=False, **values))
        elif known != AgreementState.REVOKED.value:
            connection.execute(
                update(agreement_copy).where(agreement_copy.c.digest == values["digest"]).values(**values)
            )


def set_withheld(state: Engine, digest: str, *, is_withheld: bool) -> None:
    """Note that this agency itself withholds (suspends) an agreement, or no longer does."""
    with writing(state) as connection:
        connection.execute(
            update(agreement_copy).where(agreement_copy.c.digest == digest).values(is_withheld=is_withheld)
        )


def forget_revoked(state: Engine, digest: str) -> None:
    """Mark an agreement revoked and destroy its handles, publications and evaluated keys in one transaction."""
    with destroying(state) as connection:
        connection.execute(
            update(agreement_copy).where(agreement_copy.c.digest == digest).values(state=AgreementState.REVOKED.value)
        )
        connection.execute(index_record.delete().where(index_record.c.agreement == digest))
        connection.execute(publication.delete().where(publication.c.agreement == digest))
        delete_evaluated(connection, digest)


def find_agreement(state: Engine, digest: str) -> AgreementCopy | None:
    """Return the copy with this digest, or None."""
    with reading(state) as connection:
        row = connection.execute(select(agreement_copy).where(agreement_copy.c.digest == digest)).one_or_none()
    return _copy_of(row) if row else None


def list_agreements(state: Engine) -> list[AgreementCopy]:
    """Return all copies, by digest."""
    with reading(state) as connection:
        return [_copy_of(row) for row in _all_rows(connection)]


def _all_rows(connection: Connection) -> list[Row[tuple[object, ...]]]:
    return list(connection.execute(select(agreement_copy).order_by(agreement_copy.c.digest)))


def _copy_of(row: Row[tuple[object, ...]]) -> AgreementCopy:
    columns = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for a row's mapping
    agreement = Agreement.from_bytes(columns["body"], MAX_AGREEMENT_BYTES)
    stands = AgreementState(columns["state"])
    if columns["is_withheld"] and stands is AgreementState.ACTIVE:
        stands = AgreementState.SUSPENDED
    standing = Standing(agreement, columns["digest"], stands)
    return AgreementCopy(agreement, tuple(json.loads(columns["signatures"])), standing)

"""This agency's own signed copies of its agreements: what the decision is made from."""

import json
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, Row, insert, select, update

from connectors.state.database import destroying, reading, writing
from connectors.state.evaluated_keys import delete_evaluated
from connectors.state.tables import agreement_copy, index_record, publication
from schemas.agreement import MAX_AGREEMENT_BYTES, Agreement, AgreementState
from schemas.agreement_steps import AgreementHistoryStep
from schemas.policy import Standing

_ENDED_HERE: Final = frozenset({AgreementState.REVOKED.value, AgreementState.REPLACED.value})


@dataclass(frozen=True, slots=True)
class AgreementCopy:
    """An agreement, its signatures (JWS), where it stands for this agency, and how it came there.

    `review_due_at`: POSIX seconds until which the provider is to answer, while it has not.
    """

    agreement: Agreement
    signatures: tuple[str, ...]
    standing: Standing
    history: tuple[AgreementHistoryStep, ...] = ()
    review_due_at: int | None = None

    @property
    def is_signed_by_all(self) -> bool:
        """Whether all who must sign have; each signature was verified before it was kept."""
        return len(self.signatures) == len(self.agreement.signers)


def keep_agreement(
    state: Engine,
    agreement: Agreement,
    signatures: tuple[str, ...],
    stands: AgreementState,
    history: tuple[AgreementHistoryStep, ...] = (),
    review_due_at: int | None = None,
) -> None:
    """Keep a copy whose signatures were verified. What has ended here stays ended, whoever says otherwise.

    The state `replaced` is not taken from anybody: it follows from the newer version.
    """
    is_said_replaced = stands is AgreementState.REPLACED
    values = {
        "digest": agreement.digest(),
        "body": agreement.to_bytes(),
        "signatures": json.dumps(signatures),
        "state": (AgreementState.SUSPENDED if is_said_replaced else stands).value,
        "history": json.dumps([step.model_dump(mode="json") for step in history]),
        "review_due_at": review_due_at,
    }
    with writing(state) as connection:
        known = connection.execute(
            select(agreement_copy.c.state).where(agreement_copy.c.digest == values["digest"])
        ).scalar()
        if known is None:
            connection.execute(insert(agreement_copy).values(is_withheld=False, **values))
        else:
            told = values if known not in _ENDED_HERE else {"history": values["history"]}
            connection.execute(update(agreement_copy).where(agreement_copy.c.digest == values["digest"]).values(told))


def set_withheld(state: Engine, digest: str, *, is_withheld: bool) -> None:
    """Note that this agency itself withholds (suspends) an agreement, or no longer does."""
    with writing(state) as connection:
        connection.execute(
            update(agreement_copy).where(agreement_copy.c.digest == digest).values(is_withheld=is_withheld)
        )


def forget_ended(state: Engine, digest: str, ended: AgreementState) -> None:
    """Mark an agreement revoked or replaced, for good, and destroy its handles, publications and evaluated keys."""
    with destroying(state) as connection:
        known = connection.execute(select(agreement_copy.c.state).where(agreement_copy.c.digest == digest)).scalar()
        if known != AgreementState.REVOKED.value:
            connection.execute(
                update(agreement_copy).where(agreement_copy.c.digest == digest).values(state=ended.value)
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
    return AgreementCopy(
        agreement,
        tuple(json.loads(columns["signatures"])),
        standing,
        tuple(AgreementHistoryStep.model_validate_json(json.dumps(step)) for step in json.loads(columns["history"])),
        columns["review_due_at"],
    )

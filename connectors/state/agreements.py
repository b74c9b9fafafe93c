"""This agency's own signed copies of its agreements: what the decision is made from."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, Engine, bindparam, insert, select, update

from connectors.state.database import destroying, reading, writing
from connectors.state.evaluated_keys import delete_evaluated
from connectors.state.registry_copies import newest_registry
from connectors.state.tables import agreement_copy, index_record, publication
from hosting.database.prepared import Prepared, Row
from schemas.agreement import MAX_AGREEMENT_BYTES, Agreement, AgreementState
from schemas.agreement_steps import AgreementHistoryStep
from schemas.policy import Standing

_COLUMNS: Final = tuple(column.name for column in agreement_copy.c)
_BY_DIGEST: Final = Prepared(select(agreement_copy).where(agreement_copy.c.digest == bindparam("digest")))
_WITH_REGISTRY: Final = Prepared(
    select(*agreement_copy.c, newest_registry().scalar_subquery()).where(agreement_copy.c.digest == bindparam("digest"))
)
_STATE: Final = Prepared(
    select(agreement_copy.c.state, agreement_copy.c.is_withheld).where(agreement_copy.c.digest == bindparam("digest"))
)
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
        return read_agreement(connection, digest)


def read_agreement(connection: Connection, digest: str) -> AgreementCopy | None:
    """As `find_agreement`, in a transaction that is open."""
    row = _BY_DIGEST.first(connection, {"digest": digest})
    return None if row is None else _copy_of(row)


def read_with_registry(connection: Connection, digest: str) -> tuple[AgreementCopy, str] | None:
    """Return the copy with this digest and the newest registry's text ('' before the first), as one moment has both."""
    row = _WITH_REGISTRY.first(connection, {"digest": digest})
    return None if row is None else (_copy_of(row[:-1]), row[-1] or "")


def read_state(connection: Connection, digest: str) -> AgreementState | None:
    """Return where an agreement stands for this agency, None if it is not known, in a transaction that is open."""
    row = _STATE.first(connection, {"digest": digest})
    return None if row is None else _state_of(*row)


def list_agreements(state: Engine) -> list[AgreementCopy]:
    """Return all copies, by digest."""
    with reading(state) as connection:
        rows = connection.execute(select(agreement_copy).order_by(agreement_copy.c.digest))
        return [_copy_of(tuple(row)) for row in rows]


@lru_cache(maxsize=256)
def _copy_of(row: Row) -> AgreementCopy:
    """Return what a row says; remembered by the whole row, so that another state is another copy."""
    columns: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
    agreement = Agreement.from_bytes(columns["body"], MAX_AGREEMENT_BYTES)
    standing = Standing(agreement, columns["digest"], _state_of(columns["state"], columns["is_withheld"]))
    return AgreementCopy(
        agreement,
        tuple(json.loads(columns["signatures"])),
        standing,
        tuple(AgreementHistoryStep.model_validate_json(json.dumps(step)) for step in json.loads(columns["history"])),
        columns["review_due_at"],
    )


def _state_of(said: str, is_withheld: object) -> AgreementState:
    """Return where an agreement stands: what was said of it, unless this agency itself withholds it."""
    stands = AgreementState(said)
    return AgreementState.SUSPENDED if is_withheld and stands is AgreementState.ACTIVE else stands

"""Reading and writing the models that large runs leave for the small questions of the same two agencies."""

from dataclasses import dataclass, field

from sqlalchemy import Connection, Row, delete, exists, insert, select

from gateway.persistence.agreement_tables import agreement
from gateway.persistence.run_tables import linkage_model
from schemas.agreement import ENDED


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model with what it was fitted on; `model` is its canonical form."""

    requester: str
    provider: str
    purpose: str
    key_set: str
    fitted_at: int
    asked_records: int
    index_records: int
    expected_matches: int
    model: bytes = field(repr=False)


_COLUMNS = tuple(linkage_model.c[name] for name in StoredModel.__slots__)


def find_model(connection: Connection, requester: str, provider: str, purpose: str, key_set: str) -> StoredModel | None:
    """Return the two agencies' model for this purpose, else their newest for another one, or None."""
    query = select(*_COLUMNS).where(
        linkage_model.c.requester == requester,
        linkage_model.c.provider == provider,
        linkage_model.c.key_set == key_set,
    )
    stated_first = (linkage_model.c.purpose != purpose, linkage_model.c.fitted_at.desc(), linkage_model.c.purpose)
    row = connection.execute(query.order_by(*stated_first)).first()
    return None if row is None else _stored(row)


def list_models(connection: Connection) -> tuple[StoredModel, ...]:
    """Return all models, by agencies and purpose."""
    order = (linkage_model.c.requester, linkage_model.c.provider, linkage_model.c.purpose, linkage_model.c.key_set)
    return tuple(_stored(row) for row in connection.execute(select(*_COLUMNS).order_by(*order)))


def set_model(connection: Connection, model: StoredModel) -> None:
    """Store a model in the place of the one before."""
    key = {name: getattr(model, name) for name in ("requester", "provider", "purpose", "key_set")}
    connection.execute(delete(linkage_model).where(*(linkage_model.c[name] == value for name, value in key.items())))
    connection.execute(insert(linkage_model).values({name: getattr(model, name) for name in StoredModel.__slots__}))


def delete_models_without_agreement(connection: Connection) -> None:
    """Delete the models of agencies between which there is no agreement any more."""
    in_force = exists().where(
        agreement.c.requester == linkage_model.c.requester,
        agreement.c.provider == linkage_model.c.provider,
        agreement.c.state.not_in([state.value for state in ENDED]),
    )
    connection.execute(delete(linkage_model).where(~in_force))


def _stored(row: Row[tuple[object, ...]]) -> StoredModel:
    return StoredModel(**row._asdict())

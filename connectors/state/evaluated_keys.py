"""The evaluated linkage keys that this agency obtained: kept for the agreement's key epoch, so none is charged twice.

An output is sealed at rest and found by an HMAC of the key's input under the storage key: without that key nobody can
tell whose it is, nor try whether somebody's is there.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import Connection, Engine, delete, insert, select

from connectors.state.database import destroying, reading, writing
from connectors.state.tables import evaluated_epoch, evaluated_key
from keys.crypto.sealing import open_at_rest, seal_at_rest
from schemas.base64url import decode_base64url
from schemas.key_statement import KeyStatement
from schemas.randomness import RandomSource

_LOOKUP_BYTES = 16
_LOOKUPS_A_QUERY = 5_000
_CONTEXT = b"tongxin/evaluated/v1\x00"


@dataclass(frozen=True, slots=True)
class EvaluatedKeys:
    """The outputs under one evaluation key, by OPRF input."""

    state: Engine
    storage_key: bytes = field(repr=False)
    random: RandomSource
    statement: KeyStatement

    def find(self, inputs: Iterable[bytes]) -> dict[bytes, bytes]:
        """Return the outputs that are kept, by input; the others are left out."""
        wanted = {self._lookup(message): message for message in inputs}
        with reading(self.state) as connection:
            epoch_id = _find_epoch(connection, *self._scope)
            if epoch_id is None:
                return {}
            found = [row for some in _chunks(wanted) for row in _rows(connection, epoch_id, some)]
        return {
            wanted[lookup]: open_at_rest(self.storage_key, sealed, self._binding(lookup)) for lookup, sealed in found
        }

    def keep(self, outputs: Mapping[bytes, bytes]) -> None:
        """Keep outputs, by input; durable at return."""
        with writing(self.state) as connection:
            epoch_id = _find_epoch(connection, *self._scope) or _add_epoch(connection, *self._scope)
            connection.execute(
                insert(evaluated_key).prefix_with("OR IGNORE"),
                [self._row(epoch_id, message, output) for message, output in outputs.items()],
            )

    @property
    def _scope(self) -> tuple[str, int]:
        return self.statement.agreement or "", self.statement.epoch or 0

    def _row(self, epoch_id: int, message: bytes, output: bytes) -> dict[str, object]:
        lookup = self._lookup(message)
        sealed = seal_at_rest(self.storage_key, output, self._binding(lookup), self.random)
        return {"epoch_id": epoch_id, "lookup": lookup, "output": sealed}

    def _lookup(self, message: bytes) -> bytes:
        agreement, epoch = self._scope
        under = f"{agreement}/{epoch}/".encode() + decode_base64url(self.statement.public_key)
        return hmac.digest(self.storage_key, _CONTEXT + under + message, hashlib.sha256)[:_LOOKUP_BYTES]

    @staticmethod
    def _binding(lookup: bytes) -> bytes:
        return _CONTEXT + lookup


def list_evaluated(state: Engine) -> list[tuple[str, int]]:
    """Return agreement (digest) and epoch of everything that is kept."""
    with reading(state) as connection:
        rows = connection.execute(select(evaluated_epoch.c.agreement, evaluated_epoch.c.epoch))
        return [(row.agreement, row.epoch) for row in rows]


def forget_evaluated(state: Engine, agreement: str, *, keep_epochs: Collection[int] = ()) -> None:
    """Destroy what was obtained under an agreement, but for the epochs that are still in force."""
    ended = {epoch for digest, epoch in list_evaluated(state) if digest == agreement} - set(keep_epochs)
    if ended:
        with destroying(state) as connection:
            delete_evaluated(connection, agreement, ended)


def delete_evaluated(connection: Connection, agreement: str, epochs: Collection[int] | None = None) -> None:
    """Delete in the caller's transaction what was obtained under an agreement, in all epochs or in some."""
    ended = evaluated_epoch.c.agreement == agreement
    if epochs is not None:
        ended &= evaluated_epoch.c.epoch.in_(epochs)
    connection.execute(delete(evaluated_epoch).where(ended))


def _find_epoch(connection: Connection, agreement: str, epoch: int) -> int | None:
    return connection.execute(
        select(evaluated_epoch.c.id).where(evaluated_epoch.c.agreement == agreement, evaluated_epoch.c.epoch == epoch)
    ).scalar()


def _add_epoch(connection: Connection, agreement: str, epoch: int) -> int:
    added = insert(evaluated_epoch).values(agreement=agreement, epoch=epoch).returning(evaluated_epoch.c.id)
    return int(connection.execute(added).scalar_one())


def _chunks(lookups: Iterable[bytes]) -> Iterable[list[bytes]]:
    left = iter(lookups)
    while some := list(islice(left, _LOOKUPS_A_QUERY)):
        yield some


def _rows(connection: Connection, epoch_id: int, lookups: list[bytes]) -> list[tuple[bytes, bytes]]:
    query = select(evaluated_key.c.lookup, evaluated_key.c.output).where(
        evaluated_key.c.epoch_id == epoch_id, evaluated_key.c.lookup.in_(lookups)
    )
    return [(row.lookup, row.output) for row in connection.execute(query)]

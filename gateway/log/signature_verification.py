"""Verifies what was signed of a shard: the newest checkpoint by the log, every cosignature by its witness."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Engine, Row, and_, or_, select

from gateway.log.verification_report import Fault, ShardReport
from gateway.persistence.audit_tables import audit_checkpoint, audit_cosignature
from gateway.persistence.engine import read_transaction
from keys.crypto.errors import NoteError
from keys.crypto.note import NoteSignature, verify_note
from keys.crypto.note_key import VerifierKey

NOTES_A_READ: Final = 1_000


@dataclass(frozen=True, slots=True)
class ShardKeys:
    """Whose signatures count: the log's key for the shard, and the known witnesses'."""

    log: VerifierKey
    witnesses: tuple[VerifierKey, ...] = ()


def verify_signatures(engine: Engine, report: ShardReport, size: int, keys: ShardKeys) -> None:
    """Verify the signatures on the checkpoints of the first `size` leaves, and note in `report` what is wrong."""
    stored = audit_checkpoint.c
    newest = select(stored.size, stored.note).where(stored.shard == report.shard, stored.size <= size)
    with read_transaction(engine) as connection:
        signed = connection.execute(newest.order_by(stored.size.desc()).limit(1)).one_or_none()
    if signed is None:
        report.find(Fault.UNSIGNED, size)
        return
    if not _is_signed(signed.note, keys.log):
        report.find(Fault.CHECKPOINT_SIGNATURE, signed.size)
    last = (0, "")
    while rows := _cosignatures(engine, report.shard, size, last):
        for row in rows:
            _verify_cosignature(report, row, keys.witnesses)
        last = (rows[-1].size, rows[-1].witness)


def _verify_cosignature(report: ShardReport, row: Row[Any, Any, Any, Any], witnesses: Sequence[VerifierKey]) -> None:
    try:
        stated = NoteSignature.parse(row.line)
    except NoteError:
        report.find(Fault.COSIGNATURE, row.size)
        return
    known = [key for key in witnesses if (key.name, key.key_id) == (stated.name, stated.key_id)]
    if not known:  # a key that its agency has replaced, or a witness that has left
        report.unknown_cosignatures += 1
    elif _is_signed(row.note + row.line.encode(), known[0]):
        report.cosignatures += 1
    else:
        report.find(Fault.COSIGNATURE, row.size)


def _is_signed(note: bytes, key: VerifierKey) -> bool:
    try:
        verify_note(note, [key])
    except NoteError:
        return False
    return True


def _cosignatures(engine: Engine, shard: int, size: int, last: tuple[int, str]) -> Sequence[Row[Any, Any, Any, Any]]:
    """Return the next cosignatures after `last` (size, witness), each with the note that it stands on."""
    line, stored = audit_cosignature.c, audit_checkpoint.c
    query = (
        select(line.size, line.witness, line.line, stored.note)
        .join(audit_checkpoint, and_(stored.shard == line.shard, stored.size == line.size))
        .where(line.shard == shard, line.size <= size)
        .where(or_(line.size > last[0], and_(line.size == last[0], line.witness > last[1])))
        .order_by(line.size, line.witness)
        .limit(NOTES_A_READ)
    )
    with read_transaction(engine) as connection:
        return connection.execute(query).all()

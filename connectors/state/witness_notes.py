"""What the witness remembers: the trees that it cosigned, evidence against the log, the others' newest notes."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, func, insert, select

from connectors.state.database import reading, writing
from connectors.state.witness_tables import cosigned_checkpoint, peer_note, witness_evidence


@dataclass(frozen=True, slots=True)
class CosignedNote:
    """A checkpoint that was cosigned: origin, size, 32-byte root, the note with both lines, when (POSIX seconds)."""

    origin: str
    size: int
    root_hash: bytes
    note: bytes
    cosigned_at: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two notes that the log signed and that contradict each other, or that nobody could show to be one history.

    `id` is the digest of both notes; `proof` holds the lines that the gateway gave as consistency proof, if any.
    """

    id: str
    code: str
    origin: str
    first_note: bytes
    second_note: bytes
    proof: str
    found_at: int


@dataclass(frozen=True, slots=True)
class PeerNote:
    """The newest tree that another agency was seen to cosign and that is one history with ours.

    `channel`: `direct` from its connector, or `gateway` as a cosignature on the gateway's checkpoint.
    """

    agency: str
    origin: str
    size: int
    channel: str
    compared_at: int


def find_newest(connection: Connection, origin: str) -> CosignedNote | None:
    """Return the largest checkpoint that was cosigned for an origin, in the caller's transaction; or None."""
    table = cosigned_checkpoint.c
    query = select(cosigned_checkpoint).where(table.origin == origin).order_by(table.size.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else CosignedNote(*row)


def find_of_size(connection: Connection, origin: str, size: int) -> CosignedNote | None:
    """Return the checkpoint of this very size that was cosigned, or None."""
    table = cosigned_checkpoint.c
    row = connection.execute(
        select(cosigned_checkpoint).where(table.origin == origin, table.size == size)
    ).one_or_none()
    return None if row is None else CosignedNote(*row)


def keep_cosigned(connection: Connection, cosigned: CosignedNote) -> None:
    """Keep a checkpoint, in the caller's write transaction; the same one again replaces its older cosignature."""
    connection.execute(
        insert(cosigned_checkpoint)
        .prefix_with("OR REPLACE")
        .values(
            origin=cosigned.origin,
            size=cosigned.size,
            root_hash=cosigned.root_hash,
            note=cosigned.note,
            cosigned_at=cosigned.cosigned_at,
        )
    )


def list_newest(state: Engine) -> list[CosignedNote]:
    """Return the largest checkpoint cosigned for each origin, by origin."""
    table = cosigned_checkpoint.c
    with reading(state) as connection:
        origins = connection.execute(select(table.origin, func.max(table.size)).group_by(table.origin)).all()
        found = [find_newest(connection, row.origin) for row in sorted(origins, key=lambda row: str(row.origin))]
    return [note for note in found if note is not None]


def keep_evidence(state: Engine, evidence: Evidence) -> None:
    """Keep evidence for good; the same evidence is kept once, as it was found first."""
    with writing(state) as connection:
        connection.execute(
            insert(witness_evidence)
            .prefix_with("OR IGNORE")
            .values(
                id=evidence.id,
                code=evidence.code,
                origin=evidence.origin,
                first_note=evidence.first_note,
                second_note=evidence.second_note,
                proof=evidence.proof,
                found_at=evidence.found_at,
            )
        )


def list_evidence(state: Engine) -> list[Evidence]:
    """Return all evidence, oldest first."""
    table = witness_evidence.c
    with reading(state) as connection:
        rows = connection.execute(select(witness_evidence).order_by(table.found_at, table.id))
        return [Evidence(*row) for row in rows]


def keep_peer_note(state: Engine, note: PeerNote) -> None:
    """Keep what another agency was seen to cosign, in place of what it was seen to before."""
    with writing(state) as connection:
        connection.execute(delete(peer_note).where(peer_note.c.agency == note.agency))
        connection.execute(
            insert(peer_note).values(
                agency=note.agency,
                origin=note.origin,
                size=note.size,
                channel=note.channel,
                compared_at=note.compared_at,
            )
        )


def list_peer_notes(state: Engine) -> list[PeerNote]:
    """Return what the other agencies were seen to cosign, by agency."""
    with reading(state) as connection:
        return [PeerNote(*row) for row in connection.execute(select(peer_note).order_by(peer_note.c.agency))]

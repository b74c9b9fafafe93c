"""Reads and writes where the witnesses stand; every writer holds the write lock under which it read."""

from dataclasses import dataclass

from sqlalchemy import Connection, Table, delete, insert, select, update

from gateway.persistence.audit_tables import audit_cosignature, audit_leaf
from gateway.persistence.witness_tables import witness_fault, witness_policy, witness_state, witnessed_shard


@dataclass(frozen=True, slots=True)
class WitnessState:
    """The newest cosignature of a witness (by its key's name) in a shard; `signed_at` in POSIX seconds."""

    shard: int
    witness: str
    size: int
    line: str
    signed_at: int


@dataclass(frozen=True, slots=True)
class WitnessFault:
    """Why a witness gives no cosignature, since when, and when it was asked last (POSIX seconds)."""

    witness: str
    fault: str
    since: int
    asked_at: int


@dataclass(frozen=True, slots=True)
class WitnessedTree:
    """The largest tree that a quorum cosigned, and when it last did (POSIX seconds)."""

    shard: int
    size: int
    witnessed_at: int


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """A witness policy in force: digest and text, and since when (POSIX seconds)."""

    digest: str
    policy: bytes
    adopted_at: int


def add_policy(connection: Connection, digest: str, policy: bytes, adopted_at: int) -> None:
    """Put a policy in force; the ones before it stay as they were."""
    connection.execute(insert(witness_policy).values(digest=digest, policy=policy, adopted_at=adopted_at))


def find_policy(connection: Connection) -> StoredPolicy | None:
    """Return the policy in force, or None before the first."""
    row = connection.execute(select(witness_policy).order_by(witness_policy.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else StoredPolicy(row.digest, row.policy, row.adopted_at)


def add_cosignature(connection: Connection, state: WitnessState, time: str) -> None:
    """Keep a cosignature of a checkpoint as evidence; the first of a witness for a checkpoint stays."""
    place = audit_cosignature.c
    known = select(place.witness).where(
        place.shard == state.shard, place.size == state.size, place.witness == state.witness
    )
    if connection.execute(known).first() is None:
        connection.execute(
            insert(audit_cosignature).values(
                shard=state.shard, size=state.size, witness=state.witness, time=time, line=state.line
            )
        )


def set_state(connection: Connection, state: WitnessState) -> None:
    """Keep a witness's newest cosignature of a shard, and forget what it said before that was no cosignature."""
    _put(
        connection,
        witness_state,
        {"shard": state.shard, "witness": state.witness},
        {"size": state.size, "line": state.line, "signed_at": state.signed_at},
    )
    connection.execute(delete(witness_fault).where(witness_fault.c.witness == state.witness))


def list_states(connection: Connection, shard: int | None = None) -> list[WitnessState]:
    """Return the newest cosignature of each witness, in one shard or in all, newest shard first."""
    query = select(witness_state).order_by(witness_state.c.shard.desc(), witness_state.c.witness)
    if shard is not None:
        query = query.where(witness_state.c.shard == shard)
    return [
        WitnessState(row.shard, row.witness, row.size, row.line, row.signed_at) for row in connection.execute(query)
    ]


def list_lines(connection: Connection, shard: int, size: int) -> dict[str, str]:
    """Return the newest cosignature line of each witness for one checkpoint, by witness."""
    place = audit_cosignature.c
    rows = connection.execute(
        select(place.witness, place.line).where(place.shard == shard, place.size == size).order_by(place.witness)
    )
    lines = {row.witness: row.line for row in rows}
    return lines | {state.witness: state.line for state in list_states(connection, shard) if state.size == size}


def set_fault(connection: Connection, witness: str, fault: str, at_seconds: int) -> bool:
    """Note why a witness gives no cosignature; return whether it is another reason than before."""
    known = next((one for one in list_faults(connection) if one.witness == witness), None)
    is_new = known is None or known.fault != fault
    since = at_seconds if known is None or is_new else known.since
    _put(connection, witness_fault, {"witness": witness}, {"fault": fault, "since": since, "asked_at": at_seconds})
    return is_new


def list_faults(connection: Connection) -> list[WitnessFault]:
    """Return why witnesses give no cosignature, those that don't."""
    rows = connection.execute(select(witness_fault).order_by(witness_fault.c.witness))
    return [WitnessFault(row.witness, row.fault, row.since, row.asked_at) for row in rows]


def set_witnessed(connection: Connection, tree: WitnessedTree) -> None:
    """Note which tree of a shard a quorum cosigned."""
    _put(
        connection,
        witnessed_shard,
        {"shard": tree.shard},
        {"size": tree.size, "witnessed_at": tree.witnessed_at},
    )


def find_witnessed(connection: Connection, shard: int | None = None) -> WitnessedTree | None:
    """Return the largest tree that a quorum cosigned, of a shard or of the newest that has one."""
    query = select(witnessed_shard).order_by(witnessed_shard.c.shard.desc()).limit(1)
    if shard is not None:
        query = query.where(witnessed_shard.c.shard == shard)
    row = connection.execute(query).one_or_none()
    return None if row is None else WitnessedTree(row.shard, row.size, row.witnessed_at)


def forget_witnessed(connection: Connection) -> None:
    """Forget what counted as witnessed: another policy is in force, which decides anew."""
    connection.execute(delete(witnessed_shard))


def find_log_start(connection: Connection) -> str | None:
    """Return the time of the log's first leaf, or None where it has none."""
    query = select(audit_leaf.c.time).order_by(audit_leaf.c.shard, audit_leaf.c.idx).limit(1)
    started: str | None = connection.scalar(query)
    return started


def _put(connection: Connection, table: Table, place: dict[str, object], values: dict[str, object]) -> None:
    where = [table.c[name] == value for name, value in place.items()]
    if connection.execute(update(table).where(*where).values(values)).rowcount == 0:
        connection.execute(insert(table).values(place | values))

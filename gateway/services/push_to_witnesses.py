"""Submits the newest checkpoints to the witnesses: soon when the log has grown, once a minute when it has not."""

from dataclasses import dataclass

from sqlalchemy import Connection

from gateway.log.checkpoints import StoredCheckpoint, find_checkpoint
from gateway.log.events import Actor, Event, EventType
from gateway.log.journal import Draft
from gateway.log.proofs import prove_prefix
from gateway.log.shards import list_signed_shards
from gateway.log.witnessing import verify_lines
from gateway.persistence.engine import read_transaction
from gateway.persistence.witness_queries import WitnessFault, WitnessState, list_faults, list_states, set_fault
from gateway.services.context import Gateway
from gateway.services.receive_witness_lines import store_lines
from gateway.services.witness_client import WitnessClient, WitnessReply, each_at_once
from gateway.services.witness_keys import WitnessKey, list_witness_keys
from keys.crypto.cosigning import AddCheckpoint, format_add_checkpoint, read_cosignatures, with_lines
from keys.crypto.errors import NoteError

GROWN_SECONDS = 3
HEARTBEAT_SECONDS = 60
CURRENT_SHARDS = 2
"""The year's log, and the one before, whose last checkpoint is witnessed after the turn of the year."""

_CONFLICT, _OK = 409, 200
_ALARMING = frozenset({"witness_ahead", "two_roots", "not_consistent"})
_FAULTS = {0: "unreachable", 403: "not_signed", 404: "unknown_log", 422: "not_consistent"}


@dataclass(frozen=True, slots=True)
class Submission:
    """A checkpoint that is due at a witness, and the size that it is thought to have seen last."""

    witness: WitnessKey
    checkpoint: StoredCheckpoint
    old_size: int


def push_to_witnesses(gateway: Gateway) -> int:
    """Submit what is due to all witnesses side by side; return to how many. Nobody's answer stops another's."""
    due = list_due(gateway)
    with WitnessClient() as client:
        each_at_once(lambda submission: _submit(gateway, client, submission), due)
    return len(due)


def list_due(gateway: Gateway) -> list[Submission]:
    """Return what is due now, at most one submission for a witness."""
    keys = {key.key.name: key for key in reversed(list_witness_keys(gateway))}
    with read_transaction(gateway.engine) as connection:
        shards = list_signed_shards(connection)[-CURRENT_SHARDS:]
        newest = [find_checkpoint(connection, shard) for shard in shards]
        states = {(state.shard, state.witness): state for state in list_states(connection)}
        faults = {fault.witness: fault for fault in list_faults(connection)}
    due: dict[str, Submission] = {}
    for checkpoint in filter(None, newest):
        is_current = checkpoint.shard == shards[-1]
        for name, key in keys.items():
            state = states.get((checkpoint.shard, name))
            if name not in due and _is_due(checkpoint, state, faults.get(name), gateway.seconds(), is_current):
                due[name] = Submission(key, checkpoint, 0 if state is None else min(state.size, checkpoint.size))
    return list(due.values())


def _is_due(
    checkpoint: StoredCheckpoint,
    state: WitnessState | None,
    fault: WitnessFault | None,
    now: int,
    is_current: bool,  # noqa: FBT001 - a fact, no switch
) -> bool:
    if fault is not None:
        return now - fault.asked_at >= HEARTBEAT_SECONDS
    if state is None:
        return True
    if state.size < checkpoint.size:
        return now - state.signed_at >= GROWN_SECONDS
    return is_current and now - state.signed_at >= HEARTBEAT_SECONDS


def _submit(gateway: Gateway, client: WitnessClient, submission: Submission) -> None:
    reply = _send(gateway, client, submission, submission.old_size)
    seen = _stated_size(reply)
    if seen is not None and seen != submission.old_size and seen <= submission.checkpoint.size:
        reply = _send(gateway, client, submission, seen)
        seen = _stated_size(reply)
    fault = _fault_of(gateway, submission, reply, seen)
    if fault is None:
        fault = _keep(gateway, submission, reply)
    if fault is not None:
        note_fault(gateway, submission.witness, fault)


def _send(gateway: Gateway, client: WitnessClient, submission: Submission, old_size: int) -> WitnessReply:
    checkpoint = submission.checkpoint
    proof = prove_prefix(gateway.engine, checkpoint.shard, old_size, checkpoint.size).hashes
    body = format_add_checkpoint(AddCheckpoint(old_size, proof, checkpoint.note))
    return client.add_checkpoint(submission.witness.url, body)


def _stated_size(reply: WitnessReply) -> int | None:
    """Return the size of which a witness says that it has seen it last; None where it says nothing of the kind."""
    text = reply.body[:-1]
    is_size = reply.status == _CONFLICT and reply.body.endswith(b"\n") and text.isdigit() and len(text) < 20
    return int(text) if is_size else None


def _fault_of(gateway: Gateway, submission: Submission, reply: WitnessReply, seen: int | None) -> str | None:
    if reply.status == _OK:
        return None
    if seen is None:
        return _FAULTS.get(reply.status, "bad_answer")
    if seen == submission.checkpoint.size:
        return "two_roots"
    with read_transaction(gateway.engine) as connection:
        now = find_checkpoint(connection, submission.checkpoint.shard)
    # Another process of this gateway may have signed and submitted a larger tree meanwhile.
    return "witness_ahead" if now is None or seen > now.size else None


def _keep(gateway: Gateway, submission: Submission, reply: WitnessReply) -> str | None:
    if reply.status != _OK:
        return None
    note, keys = submission.checkpoint.note, [submission.witness.key]
    try:
        lines = read_cosignatures(note, reply.body, keys)
        verified = verify_lines(with_lines(note, lines), keys, gateway.now())
    except NoteError:
        return "bad_answer"
    store_lines(gateway, submission.checkpoint, verified)
    return None


def note_fault(gateway: Gateway, witness: WitnessKey, fault: str) -> None:
    """Note why a witness does not cosign; a new reason that speaks against this log is logged as an alarm."""
    alarm = Event(type=EventType.LOG_ALARM, actor=Actor(org=gateway.id), peer=witness.agency, reason=fault)

    def change(connection: Connection) -> Draft[None]:
        is_new = set_fault(connection, witness.key.name, fault, gateway.seconds())
        return Draft(None, (alarm,) if is_new and fault in _ALARMING else ())

    gateway.journal.write(change)

"""The witness policy of this gateway's log: composed from the members' keys, adopted, and every change of it logged.

The file in the gateway's folder names no log, for one key signs each year's shard under another name; what is handed
out names the shard's.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from gateway.log.checkpoints import find_checkpoint
from gateway.log.events import Actor, Event, EventType
from gateway.log.journal import Draft
from gateway.log.shards import list_signed_shards
from gateway.log.witnessing import count_quorum
from gateway.persistence.engine import read_transaction
from gateway.persistence.witness_queries import StoredPolicy, add_policy, find_policy, forget_witnessed
from gateway.services.context import Gateway
from gateway.services.log_key import log_signer
from gateway.services.witness_gate import require_witnessed_history
from gateway.services.witness_keys import list_witness_keys
from keys.crypto.errors import NoteError
from keys.crypto.log_shards import shard_verifier_key
from keys.crypto.note_key import VerifierKey
from keys.crypto.witness_policy import PolicyWitness, WitnessPolicy, compose_policy, of_log
from keys.crypto.witness_policy_format import MAX_POLICY_BYTES, format_policy, parse_policy
from schemas.formats import digest_of
from schemas.problem import ProblemCode, ProblemError

POLICY_FILE = "witness-policy.txt"


class WitnessPolicyError(Exception):
    """A policy can't be used; the sentence says what to do."""


def compose_members_policy(gateway: Gateway, quorum: int | None = None) -> WitnessPolicy:
    """Return the policy in which each member that stated a witness key is a witness, with a majority or `quorum`.

    Raises:
        WitnessPolicyError: no member stated one, or the quorum is larger than their number.
    """
    newest = {key.agency: key for key in reversed(list_witness_keys(gateway))}
    if not newest:
        raise WitnessPolicyError("没有接入单位公布见证密钥。 / No member has stated a witness key.")
    witnesses = [PolicyWitness(agency, key.key, key.url) for agency, key in sorted(newest.items())]
    try:
        return compose_policy(witnesses, quorum)
    except NoteError:
        raise WitnessPolicyError(
            f"见证数量应在1至{len(witnesses)}之间。 / The quorum lies between 1 and {len(witnesses)}."
        ) from None


def write_policy_file(folder: Path, policy: WitnessPolicy) -> Path:
    """Write the policy into the gateway's folder, replacing the file at once; return where it is."""
    path = folder / POLICY_FILE
    temporary = folder / f"{POLICY_FILE}.new"
    temporary.write_bytes(format_policy(policy))
    temporary.replace(path)
    return path


def adopt_policy_file(gateway: Gateway, folder: Path, *, without_quorum: bool = False) -> bool:
    """Put the policy in the gateway's folder in force and log that; return whether it is another one than before.

    The change waits until the policy so far has witnessed the log, but for `without_quorum`: then the leaf says so.

    Raises:
        WitnessPolicyError: the file is no policy that this log can have.
        ProblemError: log_not_witnessed.
    """
    data = _read_file(folder / POLICY_FILE)
    if data is None:
        return False
    policy = _own_policy(gateway, data)
    text = format_policy(policy)
    if _is_in_force(gateway, text):
        return False
    if not without_quorum:
        require_witnessed_history(gateway)
    event = Event(
        type=EventType.LOG_WITNESS,
        actor=Actor(org=gateway.id),
        content=digest_of(text),
        records=policy.quorum_size,
        reason="without_quorum" if without_quorum else None,
    )

    def change(connection: Connection) -> Draft[None]:
        add_policy(connection, digest_of(text), text, gateway.seconds())
        forget_witnessed(connection)
        for shard in list_signed_shards(connection):
            newest = find_checkpoint(connection, shard)
            if newest is not None:
                count_quorum(connection, newest)
        return Draft(None, (event,))

    gateway.journal.write(change)
    return True


def is_policy_file_changed(gateway: Gateway, folder: Path) -> bool:
    """Return whether there is a policy file that says something else than the policy in force."""
    data, stored = _read_file(folder / POLICY_FILE), find_stored_policy(gateway)
    return data is not None and (stored is None or stored.policy != data)


def find_stored_policy(gateway: Gateway) -> StoredPolicy | None:
    """Return the policy in force, or None where there is none."""
    with read_transaction(gateway.engine) as connection:
        return find_policy(connection)


def get_shard_policy(gateway: Gateway, shard: int) -> bytes:
    """Return the policy in force for the log of a year, as anybody verifies with it.

    Raises:
        ProblemError: not_found; no policy is in force.
    """
    stored = find_stored_policy(gateway)
    if stored is None:
        raise ProblemError(ProblemCode.NOT_FOUND)
    log_key = shard_verifier_key(_log_key(gateway, gateway.now()), shard)
    return format_policy(of_log(parse_policy(stored.policy), log_key))


def _read_file(path: Path) -> bytes | None:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_POLICY_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError:
        raise WitnessPolicyError(f"读不了 {path} / {path} can't be read") from None


def _own_policy(gateway: Gateway, data: bytes) -> WitnessPolicy:
    """Return the policy if it can be this log's: it names no log, nor its key as a witness, and asks for one."""
    try:
        policy = parse_policy(data)
        of_log(policy, _log_key(gateway, gateway.now()))
    except NoteError as error:
        raise WitnessPolicyError(f"{POLICY_FILE} 不正确 / is wrong: {error}") from None
    if policy.quorum_size == 0 or policy.logs:
        raise WitnessPolicyError(
            f"{POLICY_FILE} 至少要求一个见证单位，且不写 log 行 / asks for one witness at least and has no log line"
        )
    return policy


def _is_in_force(gateway: Gateway, text: bytes) -> bool:
    stored = find_stored_policy(gateway)
    return stored is not None and stored.policy == text


def _log_key(gateway: Gateway, now: datetime) -> VerifierKey:
    return log_signer(gateway.keys, gateway.settings.log_name, now).verifier_key

"""Compares notes with the other agencies: a log that shows each of them another history is found out here.

Another connector often can't be reached. Then its cosignature on the gateway's own checkpoint says what it has seen.
"""

from dataclasses import dataclass

from connectors.state.agreements import list_agreements
from connectors.state.database import reading
from connectors.state.witness_notes import PeerNote, find_newest, find_of_size, keep_peer_note
from connectors.trust import TrustStore
from connectors.witness.log_reader import LogReader
from connectors.witness.witness import SPLIT_VIEW, Witness
from keys.crypto.checkpoint import Checkpoint, parse_checkpoint
from keys.crypto.errors import NoteError, ProofError
from keys.crypto.log_shards import shard_of_origin, verify_shard_checkpoint
from keys.crypto.merkle import verify_consistency
from keys.crypto.note import verify_note
from keys.crypto.note_key import SignatureType, VerifierKey
from keys.protocol.key_chain import UntrustedKeyError, read_root
from keys.protocol.witness_keys import witness_keys_of
from schemas.messages.registry import Member

DIRECT, THROUGH_GATEWAY = "direct", "gateway"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many other members' notes were one history with ours, contradicted it, or were not to be had."""

    agreeing: int
    contradicting: int
    silent: int


@dataclass(frozen=True, slots=True)
class _Shown:
    """A note that log and peer both signed, and how it came."""

    checkpoint: Checkpoint
    note: bytes
    channel: str


def compare_notes(witness: Witness, trust: TrustStore, log: LogReader) -> Comparison:
    """Ask every other member for its newest note and hold it against what was cosigned here.

    Raises:
        GatewayUnreachableError: no answer; nothing is concluded from that.
        NoteError: what the gateway shows as its checkpoint is none that its log signed.
        ProblemError: registry_expired.
    """
    connector = witness.connector
    gateway_note = log.newest_note()
    if gateway_note is None:
        return Comparison(0, 0, 0)
    origin = verify_shard_checkpoint(gateway_note, witness.log_key).origin
    agreeing = contradicting = silent = 0
    for member in trust.registry(connector.now()).registry.members:
        if member.agency == connector.agency:
            continue
        shown = _ask(witness, trust, log, member, origin, gateway_note)
        if shown is None:
            silent += 1
        elif _is_one_history(witness, log, shown):
            _keep(witness, member, shown)
            agreeing += 1
        else:
            contradicting += 1
    return Comparison(agreeing, contradicting, silent)


def _ask(
    witness: Witness, trust: TrustStore, log: LogReader, member: Member, origin: str, gateway_note: bytes
) -> _Shown | None:
    log_key, keys = witness.find_log_key(origin), _witness_keys(witness, trust, member)
    shard = shard_of_origin(witness.log_key.name, origin)
    if log_key is None or shard is None or not keys:
        return None
    notes = ((log.note_of_peer(member.endpoint, shard), DIRECT), (gateway_note, THROUGH_GATEWAY))
    for note, channel in notes:
        shown = None if note is None else _read(note, [log_key, *keys], origin, channel)
        if shown is not None:
            return shown
    return None


def _read(note: bytes, keys: list[VerifierKey], origin: str, channel: str) -> _Shown | None:
    """Return a note if the log and the peer both signed it."""
    try:
        verified = verify_note(note, keys)
        checkpoint = parse_checkpoint(verified.text)
    except NoteError:
        return None
    signed_as = {signature.key.signature_type for signature in verified.signatures}
    is_signed = signed_as == {SignatureType.LOG, SignatureType.COSIGNATURE}
    return _Shown(checkpoint, note, channel) if is_signed and checkpoint.origin == origin else None


def _is_one_history(witness: Witness, log: LogReader, shown: _Shown) -> bool:
    """Return whether a peer's tree and ours are one; keeps both notes and raises an alert where they are not."""
    theirs = shown.checkpoint
    with reading(witness.connector.state) as connection:
        ours = find_of_size(connection, theirs.origin, theirs.size) or find_newest(connection, theirs.origin)
    if ours is None:
        return True
    (old_size, old_root), (new_size, new_root) = sorted(
        ((ours.size, ours.root_hash), (theirs.size, theirs.root_hash)), key=lambda tree: tree[0]
    )
    proof: tuple[bytes, ...] | None = ()
    if old_size != new_size:
        shard = witness.shard_of(theirs.origin)
        proof = None if shard is None else log.growth(shard, old_size, new_size)
    try:
        verify_consistency(old_size, old_root, new_size, new_root, proof or ())
    except ProofError:
        witness.keep_evidence(SPLIT_VIEW, theirs.origin, ours.note, shown.note, proof or ())
        return False
    return True


def _keep(witness: Witness, member: Member, shown: _Shown) -> None:
    theirs = shown.checkpoint
    seconds = witness.connector.seconds()
    keep_peer_note(witness.connector.state, PeerNote(member.agency, theirs.origin, theirs.size, shown.channel, seconds))


def _witness_keys(witness: Witness, trust: TrustStore, member: Member) -> list[VerifierKey]:
    """Return a member's witness keys: from the key that our agreements with it pin, else from its first statement."""
    connector = witness.connector
    parties = [
        party
        for copy in list_agreements(connector.state)
        for party in (copy.agreement.requester, copy.agreement.provider)
    ]
    pinned = {party.signing_key for party in parties if party.agency == member.agency}
    try:
        roots = pinned or {read_root(member.agency, member.statements[0])}
        keys = [
            key
            for root in sorted(roots)
            for key in witness_keys_of(trust.keys_of(member.agency, root, connector.now()), connector.now())
        ]
    except UntrustedKeyError:
        return []
    return [key for key in dict.fromkeys(keys) if key.public_key != witness.log_key.public_key]

"""What a witness does with a checkpoint: the eight outcomes of tlog-witness, in their order, and one history only."""

import base64
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.crypto import note as notes
from keys.crypto.checkpoint import Checkpoint, format_checkpoint, parse_checkpoint
from keys.crypto.cosigning import (
    MAX_PROOF_LINES,
    MAX_REQUEST_BYTES,
    NOTHING_SEEN,
    AddCheckpoint,
    Conflict,
    Cosignature,
    Refusal,
    RefusalCode,
    Seen,
    add_checkpoint,
    format_add_checkpoint,
    parse_add_checkpoint,
    read_cosignatures,
    with_lines,
)
from keys.crypto.errors import NoteError
from keys.crypto.merkle import CompactRange, leaf_hash, node_hash, prove_consistency
from keys.crypto.note import Cosigner, NoteSigner, sign_note, verify_note
from keys.crypto.note_key import VerifierKey

ORIGIN = "gateway.example/audit/2026"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
LOG = NoteSigner(ORIGIN, b"\x01" * 32)
WITNESS = Cosigner("agency-a.example/witness", b"\x02" * 32)
OTHER = Cosigner("agency-b.example/witness", b"\x03" * 32)
LEAVES = [leaf_hash(b"entry %d" % number) for number in range(40)]
FORKED = [*LEAVES[:5], *(leaf_hash(b"forged %d" % number) for number in range(35))]


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    middle = len(leaves) // 2
    return node_hash(tree_hash(leaves[:middle]), tree_hash(leaves[middle:]))


def seen(size: int, leaves: Sequence[bytes] = LEAVES) -> Seen:
    edge = CompactRange()
    for leaf in leaves[:size]:
        edge.append(leaf)
    return Seen(size, edge.root())


def signed(size: int, leaves: Sequence[bytes] = LEAVES, signer: NoteSigner = LOG, root: bytes | None = None) -> bytes:
    checkpoint = Checkpoint(signer.verifier_key.name, size, seen(size, leaves).root_hash if root is None else root)
    return sign_note(format_checkpoint(checkpoint), signer)


def submission(old: int, new: int, leaves: Sequence[bytes] = LEAVES) -> AddCheckpoint:
    proof = prove_consistency(old, new, lambda start, end: tree_hash(leaves[start:end]))
    return AddCheckpoint(old, tuple(proof), signed(new, leaves))


def find_log_key(origin: str) -> VerifierKey | None:
    return LOG.verifier_key if origin == ORIGIN else None


def decide(asked: AddCheckpoint, last: Seen = NOTHING_SEEN, now: datetime = AT) -> Cosignature | Conflict | Refusal:
    return add_checkpoint(asked, find_log_key, last, WITNESS, now)


def refused(asked: AddCheckpoint, last: Seen = NOTHING_SEEN) -> RefusalCode:
    result = decide(asked, last)
    assert isinstance(result, Refusal)
    return result.code


@pytest.fixture
def vectors(load_vectors: Callable[[str], Any]) -> Any:
    return load_vectors("audit-log-checkpoint.json")


def test_published_cosignature_is_made(vectors: Any) -> None:
    log_line, witness_line = notes.parse_note(vectors["note"].encode()).signatures
    unsigned = notes.Note(notes.parse_note(vectors["note"].encode()).text, (log_line,)).format()
    proof = tuple(base64.b64decode(one) for one in vectors["consistency_2_to_3"])
    last = Seen(2, bytes.fromhex(vectors["roots"][1]))
    asked = parse_add_checkpoint(format_add_checkpoint(AddCheckpoint(2, proof, unsigned)))
    result = decide(asked, last, datetime.fromtimestamp(vectors["witness_time"], UTC))
    assert isinstance(result, Cosignature)
    assert result.line == witness_line
    assert with_lines(unsigned, [result.line]) == vectors["note"].encode()


@given(old=st.integers(0, 40), grown=st.integers(0, 40))
def test_every_growth_is_cosigned(old: int, grown: int) -> None:
    new = min(40, old + grown)
    result = decide(submission(old, new), seen(old))
    assert isinstance(result, Cosignature)
    note = with_lines(signed(new), [result.line])
    verified = verify_note(note, [LOG.verifier_key, WITNESS.verifier_key])
    assert [one.signed_at for one in verified.signatures] == [None, AT]
    assert parse_checkpoint(verified.text) == result.checkpoint


def test_the_same_checkpoint_again_is_a_heartbeat() -> None:
    first = decide(submission(7, 7), seen(7))
    later = decide(submission(7, 7), seen(7), AT + timedelta(minutes=1))
    assert isinstance(first, Cosignature)
    assert isinstance(later, Cosignature)
    assert first.line != later.line


@given(old=st.integers(6, 39), new=st.integers(6, 40))
def test_another_history_is_never_cosigned(old: int, new: int) -> None:
    old, new = min(old, new), max(old, new)
    result = decide(submission(old, new, FORKED), seen(old))
    assert not isinstance(result, Cosignature)
    if old == new:
        assert result == Conflict(
            old, contradicts=True, checkpoint=parse_checkpoint(notes.parse_note(signed(new, FORKED)).text)
        )
    else:
        assert isinstance(result, Refusal)
        assert result.code is RefusalCode.NOT_CONSISTENT
        assert result.checkpoint is not None


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_nothing_smaller_than_what_was_seen_is_cosigned(old: int, new: int, last: int) -> None:
    old, new = min(old, new), max(old, new)
    result = decide(submission(old, new), seen(last))
    assert isinstance(result, Cosignature) == (old == last)
    if old != last:
        assert isinstance(result, Conflict)
        assert (result.size, result.contradicts) == (last, False)


def test_another_old_size_is_a_conflict_that_tells_the_size_seen() -> None:
    result = decide(submission(0, 9), seen(7))
    assert isinstance(result, Conflict)
    assert (result.size, result.contradicts) == (7, False)


def test_malformed_comes_first() -> None:
    assert refused(AddCheckpoint(0, (), b"no note")) is RefusalCode.MALFORMED
    assert refused(AddCheckpoint(0, (), sign_note(b"no checkpoint\n", LOG))) is RefusalCode.MALFORMED
    assert refused(AddCheckpoint(8, (), signed(7)), seen(7)) is RefusalCode.MALFORMED


def test_an_unknown_log_comes_before_its_signature() -> None:
    stranger = NoteSigner("gateway.example/audit/2027", b"\x01" * 32)
    assert refused(AddCheckpoint(0, (), signed(3, signer=stranger))) is RefusalCode.UNKNOWN_LOG


def test_a_log_that_did_not_sign_is_refused() -> None:
    forger = NoteSigner(ORIGIN, b"\x09" * 32)
    assert refused(AddCheckpoint(0, (), signed(3, signer=forger))) is RefusalCode.NOT_SIGNED


def test_a_known_key_whose_line_fails_is_not_passed_over() -> None:
    good = notes.parse_note(signed(3)).signatures[0]
    bad = notes.NoteSignature(good.name, good.key_id, bytes(64))
    note = notes.Note(notes.parse_note(signed(3)).text, (good, bad)).format()
    assert refused(AddCheckpoint(0, (), note)) is RefusalCode.NOT_SIGNED


def test_lines_of_others_are_passed_over() -> None:
    note = notes.cosign(signed(3), OTHER, AT)
    assert isinstance(decide(AddCheckpoint(0, (), note)), Cosignature)


def test_the_empty_tree_has_one_root_and_needs_no_proof() -> None:
    assert isinstance(decide(submission(0, 0)), Cosignature)
    assert refused(AddCheckpoint(0, (), signed(0, root=bytes(32)))) is RefusalCode.NOT_CONSISTENT
    assert refused(AddCheckpoint(0, (bytes(32),), signed(3))) is RefusalCode.NOT_CONSISTENT
    assert refused(AddCheckpoint(3, (bytes(32),), signed(3)), seen(3)) is RefusalCode.NOT_CONSISTENT


def test_a_proof_too_short_or_too_long_is_refused() -> None:
    asked = submission(7, 20)
    assert refused(AddCheckpoint(7, asked.proof[:-1], asked.note), seen(7)) is RefusalCode.NOT_CONSISTENT
    assert refused(AddCheckpoint(7, (*asked.proof, bytes(32)), asked.note), seen(7)) is RefusalCode.NOT_CONSISTENT


@given(st.integers(0, 2**63 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=MAX_PROOF_LINES))
def test_a_submission_is_read_as_it_was_written(old: int, proof: list[bytes]) -> None:
    asked = AddCheckpoint(old, tuple(proof), signed(3))
    assert parse_add_checkpoint(format_add_checkpoint(asked)) == asked


@pytest.mark.parametrize(
    "head",
    [
        b"old 07\n\n",
        b"old -1\n\n",
        b"old 1 \n\n",
        b"old  1\n\n",
        b"old 9223372036854775808\n\n",
        "old \u0661\n\n".encode(),
        b"new 1\n\n",
        b"old 1\nAAAA\n\n",
        b"old 1\n" + b"A" * 43 + b"\n\n",
        b"old 1\n" + base64.b64encode(bytes(32)) + b" \n\n",
        b"old 1\n" + base64.b64encode(bytes(32))[:-2] + b"B=\n\n",
        b"old 1\n" + (base64.b64encode(bytes(32)) + b"\n") * (MAX_PROOF_LINES + 1) + b"\n",
        b"old 1\r\n\r\n",
        b"\n\n",
        b"",
    ],
)
def test_a_head_that_is_not_in_its_one_form_is_refused(head: bytes) -> None:
    with pytest.raises(NoteError):
        parse_add_checkpoint(head + signed(3))


def test_size_is_limited_before_anything_is_read() -> None:
    with pytest.raises(NoteError, match="at most"):
        parse_add_checkpoint(b"old 0\n\n" + b"x" * MAX_REQUEST_BYTES)


@given(st.binary(max_size=300))
def test_garbage_raises_nothing_else(data: bytes) -> None:
    try:
        parse_add_checkpoint(data)
    except NoteError:
        return
    assert data.startswith(b"old ")


def test_an_answer_counts_for_known_keys_only() -> None:
    note = signed(3)
    ours = WITNESS.cosign(notes.parse_note(note).text, AT)
    theirs = OTHER.cosign(notes.parse_note(note).text, AT)
    answer = (ours.format() + theirs.format()).encode()
    assert read_cosignatures(note, answer, [WITNESS.verifier_key]) == (ours,)
    with pytest.raises(NoteError, match="no known key"):
        read_cosignatures(note, theirs.format().encode(), [WITNESS.verifier_key])
    with pytest.raises(NoteError):
        read_cosignatures(note, b"<html>", [WITNESS.verifier_key])
    on_another = WITNESS.cosign(notes.parse_note(signed(4)).text, AT)
    with pytest.raises(NoteError, match="does not verify"):
        read_cosignatures(note, on_another.format().encode(), [WITNESS.verifier_key])

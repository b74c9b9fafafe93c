"""Witness policies: what suffices, what never counts, and everything that is no policy."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.crypto import note as notes
from keys.crypto.checkpoint import Checkpoint, format_checkpoint
from keys.crypto.errors import NoteError
from keys.crypto.note import Cosigner, NoteSignature, NoteSigner, sign_note
from keys.crypto.note_key import SignatureType, VerifierKey
from keys.crypto.witness_policy import (
    MAX_CLOCK_SKEW,
    PolicyGroup,
    PolicyWitness,
    WitnessPolicy,
    compose_policy,
    of_log,
    satisfied,
)
from keys.crypto.witness_policy_format import MAX_POLICY_BYTES, format_policy, parse_policy

ORIGIN = "gateway.example/audit/2026"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
LOG = NoteSigner(ORIGIN, b"\x01" * 32)
COSIGNERS = [
    Cosigner(f"agency-{letter}.example/witness", bytes([10 + place]) * 32) for place, letter in enumerate("abcd")
]
WITNESSES = [PolicyWitness(f"w{place}", one.verifier_key) for place, one in enumerate(COSIGNERS)]
NOTE = sign_note(format_checkpoint(Checkpoint(ORIGIN, 3, bytes(32))), LOG)
NAMED = {f"w{place}" for place in range(4)}


def policy(quorum: int | None = None) -> WitnessPolicy:
    return compose_policy(WITNESSES, quorum, [LOG.verifier_key])


def cosigned(*places: int, at: datetime = AT) -> bytes:
    note = NOTE
    for place in places:
        note = notes.cosign(note, COSIGNERS[place], at)
    return note


@pytest.fixture
def vectors(load_vectors: Callable[[str], Any]) -> Any:
    return load_vectors("audit-log-checkpoint.json")


def test_published_checkpoint_satisfies_its_policy(vectors: Any) -> None:
    text = (
        f"log {vectors['log_verifier_key']}\n"
        f"witness w0 {vectors['witness_verifier_key']} https://agency-a.example/witness\n"
        "group agencies 1 w0\nquorum agencies\n"
    )
    read = parse_policy(text.encode())
    now = datetime.fromtimestamp(vectors["witness_time"], UTC)
    assert format_policy(read) == text.encode()
    assert satisfied(read, vectors["note"].encode(), now).is_satisfied
    assert satisfied(read, vectors["note"].encode(), now).witnesses == {"w0": now}


@given(st.sets(st.integers(0, 3)), st.integers(1, 4))
def test_as_many_as_the_quorum_suffice(places: set[int], quorum: int) -> None:
    found = satisfied(policy(quorum), cosigned(*places), AT)
    assert set(found.witnesses) == {f"w{place}" for place in places}
    assert found.is_satisfied == (len(places) >= quorum)


def test_a_majority_is_the_default() -> None:
    assert [compose_policy(WITNESSES[:count]).quorum_size for count in (1, 2, 3, 4)] == [1, 2, 2, 3]


def test_one_key_under_two_names_is_no_policy() -> None:
    again = VerifierKey("another.name/witness", SignatureType.COSIGNATURE, COSIGNERS[0].verifier_key.public_key)
    with pytest.raises(NoteError, match="stands twice"):
        compose_policy([WITNESSES[0], PolicyWitness("second", again)], 2)


def test_a_cosignature_told_again_under_another_name_does_not_count() -> None:
    line = notes.parse_note(cosigned(0)).signatures[-1]
    other = COSIGNERS[1].verifier_key
    relabelled = NoteSignature(other.name, other.key_id, line.value)
    note = notes.Note(notes.parse_note(NOTE).text, (*notes.parse_note(cosigned(0)).signatures, relabelled)).format()
    with pytest.raises(NoteError, match="does not verify"):
        satisfied(policy(2), note, AT)
    twice = notes.cosign(cosigned(0), COSIGNERS[0], AT + timedelta(seconds=1))
    assert not satisfied(policy(2), twice, AT).is_satisfied


def test_the_logs_own_key_never_counts() -> None:
    own = VerifierKey("log/witness", SignatureType.COSIGNATURE, LOG.verifier_key.public_key)
    with pytest.raises(NoteError, match="stands twice"):
        compose_policy([PolicyWitness("own", own)], 1, [LOG.verifier_key])
    with pytest.raises(NoteError, match="stands twice"):
        of_log(compose_policy([PolicyWitness("own", own)], 1), LOG.verifier_key)


def test_keys_have_their_own_use() -> None:
    with pytest.raises(NoteError, match="a witness's key cosigns"):
        compose_policy([PolicyWitness("log", LOG.verifier_key)])
    with pytest.raises(NoteError, match="signs as a log"):
        compose_policy(WITNESSES[:1], 1, [COSIGNERS[1].verifier_key])


def test_a_cosignature_from_the_future_does_not_count() -> None:
    assert satisfied(policy(1), cosigned(0, at=AT + MAX_CLOCK_SKEW), AT).is_satisfied
    assert not satisfied(policy(1), cosigned(0, at=AT + MAX_CLOCK_SKEW + timedelta(seconds=1)), AT).is_satisfied


def test_a_time_beyond_the_calendar_is_refused() -> None:
    line = notes.parse_note(cosigned(0)).signatures[-1]
    for seconds in (2**63 - 1, 2**64 - 1):
        dated = NoteSignature(line.name, line.key_id, seconds.to_bytes(8, "big") + line.value[8:])
        note = notes.Note(notes.parse_note(NOTE).text, (*notes.parse_note(NOTE).signatures, dated)).format()
        with pytest.raises(NoteError):
            satisfied(policy(1), note, AT)


def test_the_log_itself_must_have_signed() -> None:
    text = notes.parse_note(NOTE).text
    unsigned = notes.Note(text, (COSIGNERS[0].cosign(text, AT),)).format()
    with pytest.raises(NoteError, match="the log did not sign"):
        satisfied(policy(1), unsigned, AT)
    with pytest.raises(NoteError, match="does not know"):
        satisfied(compose_policy(WITNESSES, 1, [NoteSigner("another/log", b"\x01" * 32).verifier_key]), cosigned(0), AT)
    with pytest.raises(NoteError, match="does not know"):
        satisfied(compose_policy(WITNESSES, 1), cosigned(0), AT)


@given(st.dictionaries(st.sampled_from(sorted(NAMED)), st.integers(0, 100), max_size=4), st.integers(1, 4))
def test_satisfied_at_is_the_last_moment_with_a_quorum(times: dict[str, int], quorum: int) -> None:
    found = policy(quorum).satisfied_at({name: AT + timedelta(seconds=second) for name, second in times.items()})
    if len(times) < quorum:
        assert found is None
    else:
        assert found == AT + timedelta(seconds=sorted(times.values(), reverse=True)[quorum - 1])


def test_groups_of_groups() -> None:
    read = parse_policy(
        b"# two organisations\n\n"
        + b"".join(f"witness w{place} {one.verifier_key.format()}\n".encode() for place, one in enumerate(COSIGNERS))
        + b"group\tx all w0 w1\n  group y any w2 w3\ngroup both all x y\nquorum both\n"
    )
    assert read.quorum_size == 3
    assert read.is_satisfied_by({"w0", "w1", "w3"})
    assert not read.is_satisfied_by({"w0", "w2", "w3"})
    assert not read.is_satisfied_by({"x", "y", "both"})
    assert parse_policy(format_policy(read)) == read


def test_no_quorum_is_satisfied_by_nobody() -> None:
    none = parse_policy(f"log {LOG.verifier_key.format()}\nquorum none\n".encode())
    assert none.quorum_size == 0
    assert satisfied(none, NOTE, AT).is_satisfied


A = f"witness a {COSIGNERS[0].verifier_key.format()}\n"
B = f"witness b {COSIGNERS[1].verifier_key.format()}\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum none",
        "quorum a\n",
        f"{A}",
        f"{A}quorum a\nquorum a\n",
        f"{A}quorum b\n",
        f"quorum a\n{A}",
        f"{A}{A}quorum a\n",
        f"{A}{B.replace('witness b', 'witness a')}quorum a\n",
        f"{A}group a 1 a\nquorum a\n",
        f"{A}group g 0 a\nquorum g\n",
        f"{A}group g 2 a\nquorum g\n",
        f"{A}group g 01 a\nquorum g\n",
        f"{A}group g \u0661 a\nquorum g\n",
        f"{A}group g one a\nquorum g\n",
        f"{A}group g 1\nquorum g\n",
        f"{A}group g 1 a a\nquorum g\n",
        f"{A}group g 1 b\n{B}quorum g\n",
        f"{A}group g 1 g\nquorum g\n",
        f"{A}{B}group g 1 a b\ngroup h 1 a\nquorum g\n",
        f"{A}group g 1 none\nquorum g\n",
        f"{A.replace('witness a', 'witness none')}quorum none\n",
        f"{A.strip()} https://x.example more\nquorum a\n",
        "witness a\nquorum a\n",
        f"{A}cosigner b\nquorum a\n",
        f"{A}quorum a b\n",
        f"{A}quorum a\r\n",
        f"{A}quorum a\x00\n",
        f"log {COSIGNERS[0].verifier_key.format()}\nquorum none\n",
        f"log {LOG.verifier_key.format()}\nlog {LOG.verifier_key.format()}\nquorum none\n",
        f"log {LOG.verifier_key.format()} https://x.example more\nquorum none\n",
        f"witness a {COSIGNERS[0].verifier_key.format()[:-4]}\nquorum a\n",
    ],
)
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        parse_policy(text.encode())


def test_bytes_that_are_no_text_and_too_many_are_refused() -> None:
    with pytest.raises(NoteError, match="UTF-8"):
        parse_policy(b"# \xff\nquorum none\n")
    with pytest.raises(NoteError, match="at most"):
        parse_policy(b"#" * MAX_POLICY_BYTES + b"\nquorum none\n")


@given(st.binary(max_size=200))
def test_garbage_raises_nothing_else(data: bytes) -> None:
    try:
        parse_policy(data)
    except NoteError:
        return


def test_a_name_that_can_not_be_written_is_refused() -> None:
    with pytest.raises(NoteError):
        format_policy(WitnessPolicy((), (PolicyWitness("two words", COSIGNERS[0].verifier_key),), (), "two words"))
    with pytest.raises(NoteError):
        WitnessPolicy((), (WITNESSES[0],), (PolicyGroup("g", 1, ("later",)),), "g")

"""Signed notes: the published one, the verify rule, and everything that is not in its one form."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.crypto import note as notes
from keys.crypto.errors import InvalidInputError, NoteError
from keys.crypto.note import Cosigner, Note, NoteSignature, NoteSigner, SignatureType, VerifierKey

TEXT = b"log.example\n3\nbody\n"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
LOG = NoteSigner("log.example", b"\x01" * 32)
WITNESS = Cosigner("witness.example", b"\x02" * 32)
OTHER = Cosigner("other.example", b"\x03" * 32)
SIGNED = notes.cosign(notes.sign_note(TEXT, LOG), WITNESS, AT)
KNOWN = (LOG.verifier_key, WITNESS.verifier_key)


@pytest.fixture
def vectors(load_vectors: Callable[[str], Any]) -> Any:
    return load_vectors("audit-log-checkpoint.json")


def test_published_note_is_made_and_verified(vectors: Any) -> None:
    published = vectors["note"].encode()
    log = NoteSigner("gateway.example/audit/2026", bytes.fromhex(vectors["log_seed"]))
    witness = Cosigner("agency-a.example/witness", bytes.fromhex(vectors["witness_seed"]))
    signed_at = datetime.fromtimestamp(vectors["witness_time"], UTC)
    text = notes.parse_note(published).text

    assert log.verifier_key.format() == vectors["log_verifier_key"]
    assert witness.verifier_key.format() == vectors["witness_verifier_key"]
    assert notes.cosign(notes.sign_note(text, log), witness, signed_at) == published
    verified = notes.verify_note(published, [VerifierKey.parse(vectors[f"{who}_verifier_key"]) for who in WHO])
    assert verified.text == text
    assert [(each.key, each.signed_at) for each in verified.signatures] == [
        (log.verifier_key, None),
        (witness.verifier_key, signed_at),
    ]


WHO = ("log", "witness")


def test_unknown_keys_are_passed_over() -> None:
    verified = notes.verify_note(SIGNED, [LOG.verifier_key])
    assert [each.key for each in verified.signatures] == [LOG.verifier_key]
    with pytest.raises(NoteError, match="no known key"):
        notes.verify_note(SIGNED, [OTHER.verifier_key])
    with pytest.raises(NoteError, match="no known key"):
        notes.verify_note(SIGNED, [])


def test_a_known_key_that_fails_rejects_the_whole_note() -> None:
    log_line, witness_line = notes.parse_note(SIGNED).signatures
    for broken in (
        (NoteSignature(log_line.name, log_line.key_id, bytes(64)), witness_line),
        (log_line, NoteSignature(witness_line.name, witness_line.key_id, witness_line.value[:-1] + b"\x00")),
        (log_line, NoteSignature(witness_line.name, witness_line.key_id, witness_line.value[:-1])),
        (log_line, NoteSignature(witness_line.name, witness_line.key_id, b"\x00")),
        (log_line, NoteSignature(log_line.name, log_line.key_id, log_line.value + b"\x00")),
        (log_line, witness_line, NoteSignature(witness_line.name, witness_line.key_id, bytes(72))),
    ):
        with pytest.raises(NoteError, match="known key"):
            notes.verify_note(Note(TEXT, broken).format(), KNOWN)


def test_every_changed_byte_of_text_and_signatures_is_noticed() -> None:
    for position in range(len(SIGNED)):
        changed = SIGNED[:position] + bytes([SIGNED[position] ^ 1]) + SIGNED[position + 1 :]
        try:
            verified = notes.verify_note(changed, KNOWN)
        except NoteError:
            continue
        # A changed name or key id makes the line a stranger's: the other key remains, over the same text.
        assert verified.text == TEXT
        assert len(verified.signatures) == 1


def test_the_time_is_signed() -> None:
    log_line, witness_line = notes.parse_note(SIGNED).signatures
    later = int.from_bytes(witness_line.value[:8], "big") + 1
    moved = NoteSignature(witness_line.name, witness_line.key_id, later.to_bytes(8, "big") + witness_line.value[8:])
    with pytest.raises(NoteError, match="does not verify"):
        notes.verify_note(Note(TEXT, (log_line, moved)).format(), KNOWN)


@pytest.mark.parametrize("seconds", [2**63 - 1, 2**63, 2**64 - 1, 253402300800])
def test_times_beyond_the_calendar_are_refused(seconds: int) -> None:
    line = NoteSignature(WITNESS.verifier_key.name, WITNESS.verifier_key.key_id, seconds.to_bytes(8, "big") + bytes(64))
    with pytest.raises(NoteError, match="calendar"):
        notes.verify_note(Note(TEXT, (line,)).format(), KNOWN)


def test_a_cosignature_does_not_pass_for_a_log_signature() -> None:
    line = WITNESS.cosign(TEXT, AT)
    as_log = VerifierKey(WITNESS.verifier_key.name, SignatureType.LOG, WITNESS.verifier_key.public_key)
    relabelled = Note(TEXT, (NoteSignature(line.name, as_log.key_id, line.value),)).format()
    assert as_log.key_id != WITNESS.verifier_key.key_id
    with pytest.raises(NoteError):
        notes.verify_note(relabelled, [as_log])


def test_one_key_under_two_names_is_refused() -> None:
    renamed = VerifierKey("second.example", SignatureType.COSIGNATURE, WITNESS.verifier_key.public_key)
    for keys in ((*KNOWN, renamed), (*KNOWN, WITNESS.verifier_key)):
        with pytest.raises(InvalidInputError, match="one key"):
            notes.verify_note(SIGNED, keys)


def test_a_key_that_signed_twice_counts_once() -> None:
    twice = notes.cosign(SIGNED, WITNESS, AT + timedelta(minutes=1))
    verified = notes.verify_note(twice, KNOWN)
    assert [each.key for each in verified.signatures] == list(KNOWN)
    assert verified.signatures[1].signed_at == AT


def test_cosignature_times_are_instants_in_whole_seconds() -> None:
    in_beijing = AT.astimezone(timezone(timedelta(hours=8))) + timedelta(microseconds=999_999)
    assert WITNESS.cosign(TEXT, in_beijing) == WITNESS.cosign(TEXT, AT)
    for unusable in (datetime(2026, 11, 21), datetime(1969, 12, 31, tzinfo=UTC)):  # noqa: DTZ001  # meant to be naive
        with pytest.raises(InvalidInputError):
            WITNESS.cosign(TEXT, unusable)


def test_text_may_hold_empty_lines() -> None:
    text = b"first\n\nsecond\n\n"
    assert notes.verify_note(notes.sign_note(text, LOG), KNOWN).text == text


@pytest.mark.parametrize("text", [b"", b"no newline", b"tab\there\n", b"\xff\n", b"return\r\n", b"null\x00\n"])
def test_texts_that_are_no_notes_are_not_signed(text: bytes) -> None:
    with pytest.raises(NoteError):
        notes.sign_note(text, LOG)
    with pytest.raises(NoteError):
        WITNESS.cosign(text, AT)


LINE = LOG.sign(TEXT).format()
MALFORMED_LINES = {
    "none": "",
    "hyphen": LINE.replace("\u2014", "-"),
    "two spaces": LINE.replace(" ", "  ", 1),
    "no name": "\u2014 " + LINE.split(" ", 2)[2],
    "plus in the name": LINE.replace("log.example", "log+example"),
    "control character in the name": LINE.replace("log.example", "log\x01example"),
    "no last newline": LINE[:-1],
    "carriage return": LINE[:-1] + "\r\n",
    "no padding": LINE.replace("=", ""),
    "padding bits set": LINE.replace("0=\n", "1=\n"),
    "not base64": LINE.replace(LINE[-8:-4], "????"),
    "key id alone": "\u2014 log.example AAAAAA==\n",
    "text after": LINE + "text\n",
    "line separator": LINE[:-1] + "\u2028",
}


@pytest.mark.parametrize("lines", MALFORMED_LINES.values(), ids=MALFORMED_LINES.keys())
def test_malformed_signature_lines_are_refused(lines: str) -> None:
    assert lines != LINE
    with pytest.raises(NoteError):
        notes.parse_note(TEXT + b"\n" + lines.encode())


@pytest.mark.parametrize("lines", MALFORMED_LINES.values(), ids=MALFORMED_LINES.keys())
def test_malformed_signature_lines_are_refused_alone(lines: str) -> None:
    assert NoteSignature.parse(LINE).format() == LINE
    with pytest.raises(NoteError):
        NoteSignature.parse(lines)


def test_sizes_are_limited() -> None:
    sixteen_and_more = TEXT + b"\n" + LINE.encode() * notes.MAX_SIGNATURES
    assert len(notes.parse_note(sixteen_and_more).signatures) == notes.MAX_SIGNATURES
    with pytest.raises(NoteError, match="signatures"):
        notes.parse_note(sixteen_and_more + LINE.encode())
    with pytest.raises(NoteError, match="at most"):
        notes.parse_note(b"a" * notes.MAX_NOTE_BYTES + SIGNED)
    with pytest.raises(NoteError, match="no signatures"):
        notes.parse_note(TEXT)


@given(st.binary(max_size=200), st.integers(0, len(SIGNED)))
def test_what_parses_is_in_its_one_form(inserted: bytes, position: int) -> None:
    changed = SIGNED[:position] + inserted + SIGNED[position + len(inserted) // 2 :]
    try:
        parsed = notes.parse_note(changed)
    except NoteError:
        return
    assert parsed.format() == changed


@given(
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Z"], exclude_characters="+"), min_size=1, max_size=80),
    st.sampled_from(SignatureType),
    st.binary(min_size=32, max_size=32),
)
def test_verifier_keys_round_trip(name: str, signature_type: SignatureType, public_key: bytes) -> None:
    key = VerifierKey(name, signature_type, public_key)
    assert VerifierKey.parse(key.format()) == key


KEY = LOG.verifier_key.format()
MALFORMED_KEYS = {
    "empty": "",
    "another id": KEY.replace(KEY.split("+")[1], "00000000"),
    "upper case id": KEY.replace(KEY.split("+")[1], KEY.split("+")[1].upper()),
    "another name": "x" + KEY,
    "newline": KEY + "\n",
    "unknown type": "log.example+00000000+" + "BiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiA",
    "short key": KEY[:-4],
    "bad base64": KEY[:-1],
    "too long": "a" * 500 + KEY,
}


@pytest.mark.parametrize("text", MALFORMED_KEYS.values(), ids=MALFORMED_KEYS.keys())
def test_malformed_verifier_keys_are_refused(text: str) -> None:
    assert text != KEY
    with pytest.raises(NoteError):
        VerifierKey.parse(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u3000b", "a" * 256])
def test_names_without_space_or_plus(name: str) -> None:
    with pytest.raises(NoteError):
        NoteSigner(name, bytes(32))


def test_seeds_have_a_size_and_are_not_shown() -> None:
    for make in (NoteSigner, Cosigner):
        with pytest.raises(InvalidInputError):
            make("a", bytes(31))
    assert (b"\x01" * 32).hex() not in repr(LOG)

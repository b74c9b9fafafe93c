import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.crypto.checkpoint import Checkpoint, format_checkpoint
from keys.crypto.errors import NoteError
from keys.crypto.log_shards import (
    keys_of_origin,
    shard_of_origin,
    shard_origin,
    shard_verifier_key,
    verify_shard_checkpoint,
)
from keys.crypto.note import Cosigner, NoteSigner, sign_note

NAME = "gateway.example/audit"
KEY = NoteSigner(NAME, b"\x01" * 32).verifier_key
WITNESS = Cosigner("agency-a.example/witness", b"\x02" * 32).verifier_key


def _note(origin: str, name: str, seed: bytes = b"\x01" * 32) -> bytes:
    return sign_note(format_checkpoint(Checkpoint(origin, 3, bytes(32))), NoteSigner(name, seed))


@given(st.integers(1000, 9999))
def test_origin_and_shard_lead_to_each_other(shard: int) -> None:
    assert shard_of_origin(NAME, shard_origin(NAME, shard)) == shard


@pytest.mark.parametrize(
    "origin",
    [NAME, "other/2026", *(f"{NAME}/{year}" for year in ("", "26", "0999", "02026", "2026/1", "２０２６"))],
)
def test_other_origins_are_no_shard(origin: str) -> None:
    assert shard_of_origin(NAME, origin) is None


def test_the_key_of_a_shard_is_the_published_one() -> None:
    expected = "gateway.example/audit/2026+f659c5e2+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"
    assert shard_verifier_key(KEY, 2026).format() == expected


def test_keys_of_an_origin_leave_others_as_they_are() -> None:
    other = NoteSigner("other.example/audit", b"\x03" * 32).verifier_key
    assert keys_of_origin([KEY, WITNESS, other], f"{NAME}/2026") == [shard_verifier_key(KEY, 2026), WITNESS, other]


def test_checkpoint_of_any_year_verifies() -> None:
    for shard in (2026, 2031):
        origin = shard_origin(NAME, shard)
        assert verify_shard_checkpoint(_note(origin, origin), KEY) == Checkpoint(origin, 3, bytes(32))


@pytest.mark.parametrize(
    "note",
    [
        _note(NAME, NAME),
        _note("other.example/audit/2026", "other.example/audit/2026"),
        _note(f"{NAME}/2026", f"{NAME}/2027"),
        _note(f"{NAME}/2026", f"{NAME}/2026", b"\x09" * 32),
        b"no note",
    ],
    ids=["no shard", "other log", "other year's key", "other key", "no note"],
)
def test_whatever_else_is_refused(note: bytes) -> None:
    with pytest.raises(NoteError):
        verify_shard_checkpoint(note, KEY)

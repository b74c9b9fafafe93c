"""Key files: what opens, what is refused before any work is done, and what the disk holds."""

import json
import os
import random as seeded
from datetime import UTC, datetime, timedelta

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.custody import key_file, key_file_format
from keys.custody.errors import (
    CustodyError,
    KeyFileError,
    KeyFilePermissionError,
    PassphraseError,
    WrongPassphraseError,
)
from keys.custody.key_file import create_key_file, open_key_file, replace_key_file
from keys.custody.key_file_format import (
    MAX_KEY_FILE_BYTES,
    MAX_MEMLIMIT,
    MAX_OPSLIMIT,
    STANDARD_KDF_COST,
    KdfCost,
    derive_file_key,
    new_file_key,
    open_ring,
    parse_sealed_ring,
    seal_ring,
)
from keys.custody.key_ring import KeyKind, KeyRing
from keys.custody.new_keys import create_connector_ring, create_gateway_ring, new_agreement_salt, new_key
from keys.custody.ring_format import format_ring, parse_ring
from schemas.base64url import encode_base64url

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUICK = KdfCost(opslimit=1, memlimit=8192)
PASSPHRASE = "correct horse 童心"
DRAW = seeded.Random(3).randbytes
RING = create_connector_ring(NOW, DRAW)
OTHER_RING = create_gateway_ring(NOW, DRAW)
SEALED = seal_ring(RING, new_file_key(PASSPHRASE, QUICK, DRAW), DRAW)


@pytest.fixture
def path(tmp_path):
    create_key_file(tmp_path / "keys.json", RING, PASSPHRASE, QUICK, DRAW)
    return tmp_path / "keys.json"


def changed(**members: object) -> bytes:
    return rfc8785.dumps(json.loads(SEALED) | members)


def kdf(**members: object) -> dict[str, object]:
    return json.loads(SEALED)["kdf"] | members


def open_bytes_cheaply(data: bytes) -> KeyRing:
    """Open, but never pay for more memory than the file had before it was forged."""
    sealed = parse_sealed_ring(data)
    cost = KdfCost(1, min(sealed.cost.memlimit, QUICK.memlimit))
    return open_ring(sealed, derive_file_key(PASSPHRASE, sealed.salt, cost))


class TestRoundTrip:
    def test_a_ring_comes_back(self, path):
        assert open_key_file(path, PASSPHRASE) == RING

    def test_every_state_comes_back(self, tmp_path):
        by_kind = {record.kind: record.key_id for record in RING.records}
        ring = RING.rotate(KeyKind.SIGNING, NOW, timedelta(days=30), new_key(KeyKind.SIGNING, NOW, DRAW))
        ring = ring.suspend(by_kind[KeyKind.OPENING], NOW).mark_compromised(by_kind[KeyKind.WITNESS], NOW)
        ring = ring.destroy(by_kind[KeyKind.STORAGE], NOW + timedelta(microseconds=1))
        ring = ring.add(new_agreement_salt("A" * 43, 1, NOW, DRAW))
        create_key_file(tmp_path / "k", ring, PASSPHRASE, QUICK, DRAW)
        assert open_key_file(tmp_path / "k", PASSPHRASE) == ring

    def test_an_empty_ring_comes_back(self):
        assert parse_ring(format_ring(KeyRing())) == KeyRing()

    def test_the_disk_holds_neither_secrets_nor_their_names(self, path):
        data = path.read_bytes()
        for record in RING.records:
            assert record.secret not in data
            assert encode_base64url(record.secret).encode() not in data
            assert record.key_id.encode() not in data

    def test_only_the_owner_may_read_it_whatever_the_umask(self, tmp_path):
        before = os.umask(0)
        try:
            create_key_file(tmp_path / "k", RING, PASSPHRASE, QUICK, DRAW)
            replace_key_file(tmp_path / "k", RING, PASSPHRASE, QUICK, DRAW)
        finally:
            os.umask(before)
        assert {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {
            "k": 0o600,
            ".k.lock": 0o600,
        }

    def test_salt_and_nonce_are_fresh(self, path):
        first = json.loads(path.read_bytes())
        replace_key_file(path, RING, PASSPHRASE, QUICK, DRAW)
        second = json.loads(path.read_bytes())
        assert first["nonce"] != second["nonce"]
        assert first["kdf"]["salt"] != second["kdf"]["salt"]

    def test_standard_cost_is_the_moderate_one_of_libsodium(self):
        assert (STANDARD_KDF_COST.opslimit, STANDARD_KDF_COST.memlimit) == (3, 256 << 20)

    def test_repr_of_a_derived_key_shows_no_secret(self):
        key = derive_file_key(PASSPHRASE, bytes(16), QUICK)
        assert repr(key.secret)[2:-1] not in repr(key)


class TestCreate:
    def test_nothing_is_overwritten(self, path):
        before = path.read_bytes()
        with pytest.raises(KeyFileError, match="not overwritten"):
            create_key_file(path, OTHER_RING, PASSPHRASE, QUICK, DRAW)
        assert path.read_bytes() == before

    def test_a_dangling_link_is_not_followed(self, tmp_path):
        (tmp_path / "k").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(KeyFileError):
            create_key_file(tmp_path / "k", RING, PASSPHRASE, QUICK, DRAW)
        assert not (tmp_path / "elsewhere").exists()

    def test_a_missing_folder_is_a_clear_error(self, tmp_path):
        with pytest.raises(KeyFileError, match="can't be written"):
            create_key_file(tmp_path / "no" / "k", RING, PASSPHRASE, QUICK, DRAW)

    @pytest.mark.parametrize("write", [create_key_file, replace_key_file])
    def test_a_weak_passphrase_is_refused(self, write, tmp_path):
        with pytest.raises(PassphraseError):
            write(tmp_path / "k", RING, "short", QUICK, DRAW)
        assert list(tmp_path.iterdir()) == []


class TestReplace:
    def test_ring_and_passphrase_are_exchanged(self, path):
        replace_key_file(path, OTHER_RING, "another passphrase", QUICK, DRAW)
        assert open_key_file(path, "another passphrase") == OTHER_RING
        with pytest.raises(WrongPassphraseError):
            open_key_file(path, PASSPHRASE)

    def test_there_must_be_a_key_file_to_replace(self, tmp_path):
        with pytest.raises(KeyFileError):
            replace_key_file(tmp_path / "k", RING, PASSPHRASE, QUICK, DRAW)
        assert not (tmp_path / "k").exists()

    def test_what_a_killed_process_left_is_cleared(self, path):
        leftover = path.with_name(f".{path.name}.new")
        leftover.write_bytes(b"half a f")
        replace_key_file(path, OTHER_RING, PASSPHRASE, QUICK, DRAW)
        assert open_key_file(path, PASSPHRASE) == OTHER_RING
        assert not leftover.exists()

    def test_a_link_laid_in_the_place_of_the_temporary_file_is_not_followed(self, path, tmp_path):
        (tmp_path / "victim").write_text("untouched")
        path.with_name(f".{path.name}.new").symlink_to(tmp_path / "victim")
        replace_key_file(path, OTHER_RING, PASSPHRASE, QUICK, DRAW)
        assert (tmp_path / "victim").read_text() == "untouched"
        assert not path.is_symlink()

    def test_a_write_that_fails_leaves_the_old_file_alone(self, path, monkeypatch):
        before = path.read_bytes()

        def full_disk(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(key_file.os, "fsync", full_disk)
        with pytest.raises(KeyFileError, match="No space left"):
            replace_key_file(path, OTHER_RING, PASSPHRASE, QUICK, DRAW)
        assert path.read_bytes() == before
        assert not path.with_name(f".{path.name}.new").exists()


class TestOpenRefuses:
    def test_another_passphrase(self, path):
        with pytest.raises(WrongPassphraseError, match="passphrase is wrong") as caught:
            open_key_file(path, "another passphrase")
        assert caught.value.code == "wrong_passphrase"
        assert "another passphrase" not in str(caught.value)

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o666])
    def test_a_file_that_others_can_reach_with_the_command_that_mends_it(self, path, mode):
        path.chmod(mode)
        with pytest.raises(KeyFilePermissionError, match=f"chmod 600 {path}"):
            open_key_file(path, PASSPHRASE)

    def test_the_command_is_safe_to_paste(self, tmp_path):
        path = tmp_path / "a b; rm -rf x"
        path.write_bytes(SEALED)
        path.chmod(0o644)
        with pytest.raises(KeyFilePermissionError, match=r"chmod 600 '.*x'"):
            open_key_file(path, PASSPHRASE)

    def test_a_link(self, path, tmp_path):
        (tmp_path / "link").symlink_to(path)
        with pytest.raises(KeyFileError, match="no link"):
            open_key_file(tmp_path / "link", PASSPHRASE)

    def test_a_folder_a_pipe_and_nothing(self, tmp_path):
        (tmp_path / "folder").mkdir(mode=0o700)
        os.mkfifo(tmp_path / "pipe", 0o600)
        for name in ("folder", "pipe", "nothing"):
            with pytest.raises(KeyFileError, match="plain file"):
                open_key_file(tmp_path / name, PASSPHRASE)

    def test_an_oversized_file(self, path):
        os.truncate(path, MAX_KEY_FILE_BYTES + 1)
        with pytest.raises(KeyFileError, match="too large"):
            open_key_file(path, PASSPHRASE)


class TestFormat:
    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"{}",
            b"[]",
            b"null",
            b"\xff",
            b"[" * 100_000,
            SEALED[:-1],
            SEALED + b"\n",
            b" " + SEALED,
            SEALED.replace(b'"version":1', b'"version": 1'),
            SEALED.replace(b'"version":1', b'"version":1,"version":1'),
            SEALED.replace(b'"version":1', b'"version":1.0'),
            changed(version=2),
            changed(version=True),
            changed(version="1"),
            changed(format="other"),
            changed(extra=1),
            changed(nonce=""),
            changed(nonce="AAAA"),
            changed(nonce=None),
            changed(ciphertext=5),
            changed(ciphertext="A"),
            changed(kdf=[]),
            changed(kdf=kdf(name="scrypt")),
            changed(kdf=kdf(salt="AAAA")),
            changed(kdf=kdf(opslimit="3")),
            changed(kdf=kdf(opslimit=True)),
            changed(kdf=kdf(memlimit=8192.5)),
            changed(kdf=kdf(extra=1)),
        ],
        ids=range(29),
    )
    def test_anything_but_the_one_form_is_refused(self, data):
        with pytest.raises(KeyFileError):
            parse_sealed_ring(data)

    @pytest.mark.parametrize(
        "cost",
        [
            {"opslimit": 0},
            {"opslimit": -1},
            {"opslimit": MAX_OPSLIMIT + 1},
            {"opslimit": 2**53 - 1},
            {"memlimit": 8191},
            {"memlimit": MAX_MEMLIMIT + 1},
            {"memlimit": 2**53 - 1},
        ],
    )
    def test_an_absurd_cost_is_refused_before_it_is_paid(self, cost):
        """Argon2id over gigabytes would hang the test: no clock is needed to see that it did not run."""
        with pytest.raises(KeyFileError, match="cost"):
            parse_sealed_ring(changed(kdf=kdf(**cost)))

    @pytest.mark.parametrize("cost", [(MAX_OPSLIMIT, 8192), (1, MAX_MEMLIMIT)])
    def test_the_bounds_themselves_are_allowed(self, cost):
        assert (KdfCost(*cost).opslimit, KdfCost(*cost).memlimit) == cost

    @settings(max_examples=60)
    @given(st.data())
    def test_no_changed_byte_opens(self, data):
        position = data.draw(st.integers(0, len(SEALED) - 1))
        byte = data.draw(st.integers(0, 255).filter(lambda b: b != SEALED[position]))
        forged = SEALED[:position] + bytes([byte]) + SEALED[position + 1 :]
        with pytest.raises(KeyFileError):
            open_bytes_cheaply(forged)

    def test_the_header_is_bound_to_the_ciphertext(self):
        """Under the right key a changed header must still not open: it is associated data."""
        key = derive_file_key(PASSPHRASE, parse_sealed_ring(SEALED).salt, QUICK)
        sealed = parse_sealed_ring(changed(kdf=kdf(opslimit=2)))
        with pytest.raises(WrongPassphraseError):
            open_ring(sealed, key)

    @settings(max_examples=60)
    @given(st.binary(max_size=60) | st.text('{}[]":,kdfnoce0123456789', max_size=60).map(str.encode))
    def test_any_bytes_are_refused_with_a_key_file_error(self, data):
        with pytest.raises(KeyFileError):
            parse_sealed_ring(data)
        with pytest.raises(KeyFileError):
            parse_ring(data)

    def test_a_ring_too_large_to_be_opened_again_is_not_written(self, monkeypatch):
        monkeypatch.setattr(key_file_format, "MAX_KEY_FILE_BYTES", len(SEALED))
        key = derive_file_key(PASSPHRASE, bytes(16), QUICK)
        assert len(seal_ring(RING, key, DRAW)) == len(SEALED)
        with pytest.raises(KeyFileError, match="too large"):
            seal_ring(RING.add(new_agreement_salt("A" * 43, 1, NOW, DRAW)), key, DRAW)


RECORD = json.loads(format_ring(RING))["keys"][0]


@pytest.mark.parametrize(
    "keys",
    [
        5,
        [5],
        [{}],
        [RECORD, RECORD],
        [RECORD | {"extra": 1}],
        [RECORD | {"kind": "other"}],
        [RECORD | {"state": "destroyed"}],
        [RECORD | {"secret": ""}],
        [RECORD | {"secret": RECORD["secret"] + "="}],
        [RECORD | {"secret": None}],
        [RECORD | {"key_id": 5}],
        [RECORD | {"scope": None}],
        [RECORD | {"created_at": "2026-11-21T12:00:00"}],
        [RECORD | {"created_at": "2026-11-21T12:00:00Z"}],
        [RECORD | {"created_at": "2026-11-21 12:00:00+00:00"}],
        [RECORD | {"created_at": "2026-11-21T20:00:00+08:00"}],
        [RECORD | {"created_at": 5}],
        [RECORD | {"accept_until": ""}],
    ],
    ids=range(18),
)
def test_a_ring_in_any_other_form_is_refused(keys):
    with pytest.raises(CustodyError) as caught:
        parse_ring(rfc8785.dumps({"keys": keys}))
    assert isinstance(caught.value, KeyFileError)
    assert RECORD["secret"] not in str(caught.value)


def test_the_ring_has_no_other_members():
    assert parse_ring(rfc8785.dumps({"keys": [RECORD]})).records == RING.records[:1]
    with pytest.raises(KeyFileError):
        parse_ring(rfc8785.dumps({"keys": [RECORD], "more": 1}))

"""Key stores: several processes and threads at one file, and a kill at any moment."""

import os
import random as seeded
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keys.custody import key_store
from keys.custody.errors import KeyFilePermissionError, MissingKeyError, WrongPassphraseError
from keys.custody.key_file import create_key_file, open_key_file, replace_key_file
from keys.custody.key_file_format import KdfCost
from keys.custody.key_ring import KeyKind, KeyRing
from keys.custody.key_store import KeyStore
from keys.custody.new_keys import create_connector_ring, new_agreement_salt

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUICK = KdfCost(opslimit=1, memlimit=8192)
PASSPHRASE = "correct horse 童心"
ROOT = Path(__file__).parents[4]
WRITER = Path(__file__).with_name("salt_writer.py")


@pytest.fixture
def path(tmp_path):
    create_key_file(
        tmp_path / "keys.json", create_connector_ring(NOW, os.urandom), PASSPHRASE, QUICK, os.urandom
    )
    return tmp_path / "keys.json"


@pytest.fixture
def store(path):
    return KeyStore(path, PASSPHRASE, os.urandom)


def add_salt(agreement: str, epoch: int):
    salt = new_agreement_salt(agreement, epoch, NOW, os.urandom)
    return lambda ring: ring.add(salt)


def epochs_of(ring: KeyRing, agreement: str) -> list[int]:
    salts = (record for record in ring.records if record.kind is KeyKind.AGREEMENT_SALT)
    parts = (record.scope.split("/") for record in salts)
    return [int(epoch) for name, epoch in parts if name == agreement]


def start_writer(path: Path, agreement: str, *arguments: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(WRITER), str(path), agreement, *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(ROOT)})
    assert process.stdout.readline() == "ready\n"
    return process


class TestOneProcess:
    def test_an_update_is_seen_kept_and_returned(self, path, store):
        after = store.update(add_salt("a", 1))
        assert epochs_of(after, "a") == [1]
        assert store.ring == after == open_key_file(path, PASSPHRASE)

    def test_an_update_that_changes_nothing_writes_nothing(self, path, store):
        before = path.read_bytes()
        assert store.update(lambda ring: ring) == store.ring
        assert path.read_bytes() == before

    def test_an_update_that_fails_changes_nothing_and_lets_go_of_the_lock(self, path, store):
        before = path.read_bytes()
        with pytest.raises(MissingKeyError):
            store.update(lambda ring: ring.destroy("A" * 22, NOW))
        assert path.read_bytes() == before
        assert epochs_of(store.update(add_salt("a", 1)), "a") == [1]

    def test_updates_never_repeat_a_nonce_and_run_no_second_key_derivation(self, path, store, monkeypatch):
        def no_derivation(*_: object) -> None:
            raise AssertionError("derived again")

        monkeypatch.setattr(key_store, "derive_file_key", no_derivation)
        sealed = [path.read_bytes()]
        for epoch in range(3):
            store.update(add_salt("a", epoch))
            sealed.append(path.read_bytes())
        nonces = {key_store.parse_sealed_ring(data).nonce for data in sealed}
        assert len(nonces) == 4

    def test_repr_names_the_file_alone(self, path, store):
        assert repr(store) == f"KeyStore('{path}')"

    def test_it_opens_with_the_right_passphrase_only(self, path):
        with pytest.raises(WrongPassphraseError):
            KeyStore(path, "another passphrase", os.urandom)

    def test_permissions_are_checked_at_every_look(self, path, store):
        path.chmod(0o644)
        with pytest.raises(KeyFilePermissionError):
            _ = store.ring
        with pytest.raises(KeyFilePermissionError):
            store.update(add_salt("a", 1))


class TestSeveralAtOneFile:
    def test_a_key_destroyed_elsewhere_is_gone_at_the_next_look(self, path, store):
        key_id = store.ring.current(KeyKind.STORAGE, NOW).key_id
        KeyStore(path, PASSPHRASE, os.urandom).update(lambda ring: ring.destroy(key_id, NOW))
        assert store.ring.get(key_id).secret == b""
        with pytest.raises(MissingKeyError):
            store.ring.current(KeyKind.STORAGE, NOW)

    def test_an_update_starts_from_what_others_have_written(self, path, store):
        KeyStore(path, PASSPHRASE, os.urandom).update(add_salt("b", 1))
        after = store.update(add_salt("a", 1))
        assert (epochs_of(after, "a"), epochs_of(after, "b")) == ([1], [1])

    def test_a_file_with_a_new_salt_is_opened_again(self, path, store):
        ring = store.ring.add(new_agreement_salt("b", 1, NOW, os.urandom))
        replace_key_file(path, ring, PASSPHRASE, KdfCost(2, 16384), os.urandom)
        assert store.ring == ring
        assert epochs_of(store.update(add_salt("b", 2)), "b") == [1, 2]

    def test_a_file_with_a_new_passphrase_is_refused_and_left_alone(self, path, store):
        replace_key_file(path, KeyRing(), "another passphrase", QUICK, os.urandom)
        with pytest.raises(WrongPassphraseError):
            store.update(add_salt("a", 1))
        assert open_key_file(path, "another passphrase") == KeyRing()

    def test_processes_lose_none_of_one_anothers_updates(self, path):
        writers = [start_writer(path, name, 40) for name in ("a", "b", "c")]
        for writer in writers:
            writer.communicate()
            assert writer.returncode == 0
        ring = open_key_file(path, PASSPHRASE)
        for name in ("a", "b", "c"):
            assert epochs_of(ring, name) == list(range(1, 41))

    def test_threads_lose_none_of_one_anothers_updates(self, path, store):
        def write(name: str) -> None:
            for epoch in range(10):
                store.update(add_salt(name, epoch))
                assert epoch in epochs_of(store.ring, name)

        threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "b", "c")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(epochs_of(store.ring, name) == list(range(10)) for name in ("a", "b", "c"))


class TestKilled:
    """After SIGKILL the file is the old one or the new one, and what was reported as kept is in it."""

    def assert_intact(self, path: Path, agreement: str, reported: int) -> None:
        epochs = epochs_of(open_key_file(path, PASSPHRASE), agreement)
        assert epochs == list(range(1, len(epochs) + 1))
        assert reported <= len(epochs) <= reported + 1
        # Nothing that the dead process held or left stands in the way of the next one.
        after = KeyStore(path, PASSPHRASE, os.urandom).update(add_salt("next", 1))
        assert epochs_of(after, agreement) == epochs
        assert not path.with_name(f".{path.name}.new").exists()

    @pytest.mark.parametrize("seed", range(10))
    def test_at_a_random_moment(self, path, seed):
        draw = seeded.Random(seed)
        writer = start_writer(path, "a", 100_000)
        reported = [writer.stdout.readline() for _ in range(draw.randrange(20))]
        time.sleep(draw.uniform(0, 0.02))
        writer.kill()
        reported += writer.communicate()[0].splitlines(keepends=True)
        assert writer.returncode == -signal.SIGKILL
        self.assert_intact(path, "a", len(reported))

    def test_at_every_touch_of_a_file(self, path):
        for number in range(1, 100):
            agreement = f"killed-at-{number}"
            writer = start_writer(path, agreement, 1, number)
            reported = writer.communicate()[0].splitlines()
            self_killed = writer.returncode == -signal.SIGKILL
            epochs = epochs_of(open_key_file(path, PASSPHRASE), agreement)
            assert len(reported) <= len(epochs) <= 1
            if not self_killed:
                break
        assert writer.returncode == 0
        assert number > 15
        self.assert_intact(path, agreement, 1)

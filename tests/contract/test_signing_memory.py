import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from gateway.log.checkpoints import latest_checkpoint, publish_checkpoint
from gateway.log.log_check import check_remembered
from gateway.log.signing_memory import MAX_MEMORY_BYTES, SigningMemory, SigningMemoryError
from gateway.persistence.engine import read_transaction, write_transaction
from gateway.services.remember_signed import remember_signed
from keys.crypto.checkpoint import Checkpoint
from keys.crypto.errors import NoteError
from keys.crypto.note import NoteSigner
from tests.audit_log import LOG_KEY, LOG_NAME, LOG_SIGNER, NOW, ORIGIN, SHARD, fill, new_memory, sign

ROOT = bytes(range(32))


@pytest.fixture
def memory(tmp_path: Path) -> SigningMemory:
    """Give the memory of a log that has signed nothing."""
    return new_memory(tmp_path)


def _publish(engine: Engine, memory: SigningMemory) -> bytes:
    with write_transaction(engine) as connection:
        return publish_checkpoint(connection, SHARD, LOG_SIGNER, NOW, memory)


def _check(engine: Engine, memory: SigningMemory) -> None:
    with read_transaction(engine) as connection:
        check_remembered(connection, LOG_NAME, memory)


def test_what_is_signed_is_remembered(engine: Engine, memory: SigningMemory, tmp_path: Path) -> None:
    fill(engine, 3)
    _publish(engine, memory)
    fill(engine, 2)
    _publish(engine, memory)
    stored = latest_checkpoint(engine)
    assert stored is not None
    assert memory.read() == {ORIGIN: Checkpoint(ORIGIN, 5, stored.root_hash)}
    lines = (tmp_path / "last-signed").read_text().splitlines()
    assert [line.split()[:2] for line in lines] == [[ORIGIN, "5"]]
    assert (tmp_path / "last-signed").stat().st_mode & 0o077 == 0
    _check(engine, memory)


def _restore_old_copy(engine: Engine) -> None:
    """Take from the database what was written after the third leaf, as an old copy would not have it."""
    with write_transaction(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for trigger in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                connection.execute(text(f"DROP TRIGGER {trigger}"))
        connection.execute(text("DELETE FROM audit_disclosure WHERE idx > 2"))
        connection.execute(text("DELETE FROM audit_checkpoint WHERE size > 3"))
        connection.execute(text("DELETE FROM audit_leaf WHERE idx > 2"))


@pytest.mark.parametrize("grown", [0, 1, 2, 7], ids=["smaller", "still smaller", "same size", "larger"])
def test_an_old_copy_of_the_database_is_neither_started_nor_signed(
    engine: Engine, memory: SigningMemory, grown: int
) -> None:
    """However far it has grown again: the tree that was signed is not its beginning."""
    fill(engine, 3)
    _publish(engine, memory)
    fill(engine, 2)
    _publish(engine, memory)
    _restore_old_copy(engine)
    fill(engine, grown)
    with pytest.raises(SigningMemoryError, match="old copy"):
        _check(engine, memory)
    with pytest.raises(SigningMemoryError, match="old copy"):
        _publish(engine, memory)
    sign(engine)  # the database by itself does not tell


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_restored_database_file_is_refused(engine: Engine, memory: SigningMemory, tmp_path: Path) -> None:
    fill(engine, 3)
    _publish(engine, memory)
    live, copy = Path(str(engine.url.database)), tmp_path / "backup.db"
    with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    fill(engine, 2)
    _publish(engine, memory)
    engine.dispose()
    for file in live.parent.glob(f"{live.name}*"):
        file.unlink()
    shutil.copy(copy, live)
    with pytest.raises(SigningMemoryError, match="旧副本"):
        _check(engine, memory)


def test_a_lost_file_is_made_anew_from_what_a_witness_saw(
    engine: Engine, memory: SigningMemory, tmp_path: Path
) -> None:
    fill(engine, 3)
    note = _publish(engine, memory)
    (tmp_path / "last-signed").unlink()
    for refused in (_check, _publish):
        with pytest.raises(SigningMemoryError, match="log remember"):
            refused(engine, memory)
    remember_signed(engine, LOG_KEY, memory, [note])
    _check(engine, memory)
    fill(engine, 1)
    _publish(engine, memory)


def test_memory_that_names_no_signed_shard_is_as_good_as_lost(engine: Engine, memory: SigningMemory) -> None:
    fill(engine, 1)
    sign(engine)
    with pytest.raises(SigningMemoryError, match="log remember"):
        _check(engine, memory)


class _OvertakenMemory(SigningMemory):
    """A memory of a log that another process adds to and signs right after the reads of these numbers, from 0."""

    def __init__(self, path: Path, engine: Engine, *overtaken: int) -> None:
        super().__init__(path)
        self.engine = engine
        self.overtaken = overtaken
        self.reads = 0

    def read(self) -> dict[str, Checkpoint]:
        signed = super().read()
        number, self.reads = self.reads, self.reads + 1
        if number in self.overtaken:
            fill(self.engine, 3)
            with write_transaction(self.engine) as connection:
                publish_checkpoint(connection, SHARD, LOG_SIGNER, NOW, SigningMemory(self._path))
        return signed


@pytest.mark.parametrize("overtaken", [(0,), (1,), (0, 1)])
def test_a_process_that_starts_while_another_signs_is_not_refused(
    engine: Engine, memory: SigningMemory, overtaken: tuple[int, ...]
) -> None:
    _check(engine, _OvertakenMemory(memory._path, engine, *overtaken))
    _check(engine, memory)


def test_an_old_copy_is_not_remembered_against_a_witness(engine: Engine, memory: SigningMemory) -> None:
    fill(engine, 3)
    _publish(engine, memory)
    fill(engine, 2)
    note = _publish(engine, memory)
    _restore_old_copy(engine)
    before = memory.read()
    with pytest.raises(SigningMemoryError, match="old copy"):
        remember_signed(engine, LOG_KEY, memory, [note])
    assert memory.read() == before


def test_only_checkpoints_of_this_log_are_remembered(engine: Engine, memory: SigningMemory) -> None:
    fill(engine, 1)
    note = sign(engine, signer=NoteSigner(ORIGIN, b"\x09" * 32))
    with pytest.raises(NoteError):
        remember_signed(engine, LOG_KEY, memory, [note])


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "data",
    [
        b"x\n",
        f"{ORIGIN} 3\n".encode(),
        f"{ORIGIN} 03 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n".encode(),
        f"{ORIGIN} 3 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".encode(),
        f"{ORIGIN} 3 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n".encode() * 2,
        b"\xff\n",
        b"x" * (MAX_MEMORY_BYTES + 1),
    ],
    ids=["no line", "cut", "padded", "no newline", "twice", "no text", "large"],
)
def test_a_damaged_file_is_refused(engine: Engine, memory: SigningMemory, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "last-signed").write_bytes(data)
    with pytest.raises(SigningMemoryError, match="missing or damaged"):
        _check(engine, memory)


def test_memory_only_grows(tmp_path: Path) -> None:
    memory = new_memory(tmp_path)
    memory.remember(Checkpoint("a.example/2026", 4, ROOT))
    memory.remember(Checkpoint("a.example/2026", 4, ROOT))
    memory.remember(Checkpoint("a.example/2027", 1, ROOT))
    memory.create()
    for size, root in ((3, ROOT), (4, ROOT[::-1])):
        with pytest.raises(SigningMemoryError):
            memory.remember(Checkpoint("a.example/2026", size, root))
    assert sorted((tree.origin, tree.size) for tree in memory.read().values()) == [
        ("a.example/2026", 4),
        ("a.example/2027", 1),
    ]

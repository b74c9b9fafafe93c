import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from gateway.log.tile_files import TileFiles, is_full_tile
from gateway.log.tiles import split_hashes, tile_path, tile_widths
from gateway.log.tree_store import LogDamagedError, TreeStore
from gateway.persistence.engine import read_transaction, write_transaction
from keys.crypto.checkpoint import Checkpoint, parse_checkpoint
from keys.crypto.merkle import CompactRange
from keys.crypto.note import parse_note
from tests.audit_log import SHARD, fill, sign


def _publish(engine: Engine, files: TileFiles) -> Checkpoint:
    note = sign(engine)
    with read_transaction(engine) as connection:
        files.publish(TreeStore(connection, SHARD), note)
    return parse_checkpoint(parse_note(note).text)


def _read_root(files: TileFiles) -> tuple[int, bytes]:
    """Rebuild the tree as a reader does: from the published checkpoint's size and the tiles of leaf hashes."""
    note = files.find_checkpoint()
    assert note is not None
    size = parse_checkpoint(parse_note(note).text).size
    tree = CompactRange()
    for level, width in enumerate(tile_widths(size)):
        for start in range(0, width, 256):
            count = min(256, width - start)
            data = files.find_tile(tile_path(level, start // 256, count).removeprefix("tile/"))
            assert data is not None
            assert len(data) == 32 * count
            for leaf in split_hashes(data) if level == 0 else ():
                tree.append(leaf)
    return size, tree.root()


@pytest.mark.parametrize("steps", [[1], [255, 1], [256], [300, 300, 7], [1, 1, 1], [513]])
def test_the_files_of_a_checkpoint_lead_to_its_root(engine: Engine, tmp_path: Path, steps: list[int]) -> None:
    files = TileFiles(tmp_path, SHARD)
    for step in steps:
        fill(engine, step)
        signed = _publish(engine, files)
        assert _read_root(files) == (signed.size, signed.root_hash)


def test_partial_tiles_go_when_their_tile_is_full(engine: Engine, tmp_path: Path) -> None:
    files = TileFiles(tmp_path, SHARD)
    for step in (10, 20, 300):
        fill(engine, step)
        _publish(engine, files)
    assert files.find_tile("0/000.p/10") is None
    full = files.find_tile("0/000")
    assert full is not None
    names = sorted(str(path.relative_to(tmp_path)) for path in (tmp_path / "2026").rglob("*") if path.is_file())
    assert names == [f"2026/{name}" for name in ("checkpoint", "tile/0/000", "tile/0/001.p/74", "tile/1/000.p/1")]


def test_full_tiles_are_written_once(engine: Engine, tmp_path: Path) -> None:
    files = TileFiles(tmp_path, SHARD)
    fill(engine, 256)
    _publish(engine, files)
    before = (tmp_path / "2026/tile/0/000").stat().st_ino
    fill(engine, 256)
    _publish(engine, files)
    assert (tmp_path / "2026/tile/0/000").stat().st_ino == before


def test_lost_files_are_written_anew(engine: Engine, tmp_path: Path) -> None:
    files = TileFiles(tmp_path, SHARD)
    fill(engine, 300)
    signed = _publish(engine, files)
    for damage in (b"", b"no note"):
        (tmp_path / "2026/tile/0/000").unlink()
        (tmp_path / "2026/checkpoint").write_bytes(damage)
        _publish(engine, files)
        assert _read_root(files) == (signed.size, signed.root_hash)


def test_who_publishes_at_the_same_moment_takes_turns(engine: Engine, tmp_path: Path) -> None:
    notes = []
    for step in (200, *[9] * 15):
        fill(engine, step)
        notes.append(sign(engine))

    def publish(note: bytes) -> None:
        with read_transaction(engine) as connection:
            TileFiles(tmp_path, SHARD).publish(TreeStore(connection, SHARD), note)

    with ThreadPoolExecutor(8) as publishers:
        list(publishers.map(publish, random.Random(5).sample(notes * 4, len(notes) * 4)))
    assert TileFiles(tmp_path, SHARD).find_checkpoint() == notes[-1]
    signed = parse_checkpoint(parse_note(notes[-1]).text)
    assert _read_root(TileFiles(tmp_path, SHARD)) == (signed.size, signed.root_hash)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_checkpoint_whose_tiles_fail_is_not_published(engine: Engine, tmp_path: Path) -> None:
    files = TileFiles(tmp_path, SHARD)
    fill(engine, 3)
    _publish(engine, files)
    before = files.find_checkpoint()
    fill(engine, 2)
    note = sign(engine)
    with write_transaction(engine) as connection:
        connection.execute(text("DROP TRIGGER audit_leaf_no_delete"))
        connection.execute(text("DELETE FROM audit_disclosure"))
        connection.execute(text("DELETE FROM audit_leaf WHERE idx = 4"))
    with pytest.raises(LogDamagedError), read_transaction(engine) as connection:
        files.publish(TreeStore(connection, SHARD), note)
    assert files.find_checkpoint() == before


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "path",
    ["", "0", "0/000/", "0/0", "00/000", "64/000", "0/000.p/0", "0/000.p/01", "0/000.p", "../checkpoint", "0/../0/000",
     "entries/000", "0/x00/000", "/etc/passwd", "0/０００", "0/000\n", "0/" + "x000/" * 7 + "000"],
)  # fmt: skip
def test_other_paths_are_no_tiles(engine: Engine, tmp_path: Path, path: str) -> None:
    files = TileFiles(tmp_path, SHARD)
    fill(engine, 300)
    _publish(engine, files)
    assert files.find_tile(path) is None
    assert not is_full_tile(path)


def test_before_the_first_checkpoint_there_is_nothing(tmp_path: Path) -> None:
    files = TileFiles(tmp_path, SHARD)
    assert files.find_checkpoint() is None
    assert files.find_tile("0/000.p/1") is None

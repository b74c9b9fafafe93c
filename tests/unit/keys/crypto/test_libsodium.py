"""Both ways to a libsodium, and what is said when neither leads there."""

import ctypes
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from keys.crypto.errors import LibsodiumError
from keys.crypto.libsodium import load_bundled, load_libsodium, load_system

USE_BUNDLED = """
import os, tempfile
from keys.crypto.libsodium import load_bundled
before = tempfile.gettempdir()
library = load_bundled()
assert tempfile.gettempdir() == before
assert os.listdir(before) == []
one, product = b"\\x01" + bytes(31), bytes(32)
assert library.crypto_scalarmult_ristretto255_base(product, one) == 0
print(product.hex())
"""
GENERATOR = "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"


def test_library_is_loaded_once() -> None:
    assert load_libsodium() is load_libsodium()


@pytest.mark.parametrize("names", [(), ("libabsent-99.so",), ("libc.so.6",)], ids=["none", "absent", "other library"])
def test_system_without_ristretto255_gives_none(names: tuple[str, ...]) -> None:
    assert load_system(names) is None


def test_bundled_library_works_and_leaves_no_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", USE_BUNDLED],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        cwd=Path(__file__).parents[4],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == (GENERATOR, "")
    assert list(tmp_path.iterdir()) == []


def test_bundled_library_is_unpacked_into_a_private_folder() -> None:
    seen = []

    def refuse_to_map() -> ctypes.CDLL:
        folder = Path(tempfile.gettempdir())
        seen.append((folder, folder.stat().st_mode & 0o777))
        raise OSError("failed to map segment from shared object")

    before = tempfile.gettempdir()
    with pytest.raises(LibsodiumError, match="not mounted noexec"):
        load_bundled(refuse_to_map)
    [(folder, mode)] = seen
    assert mode == 0o700
    assert not folder.exists()
    assert tempfile.gettempdir() == before


def test_missing_rbcl_says_what_to_install() -> None:
    def not_installed() -> ctypes.CDLL:
        raise ImportError("No module named 'rbcl'")

    with pytest.raises(LibsodiumError, match="libsodium23"):
        load_bundled(not_installed)


def test_bundled_library_without_ristretto255_is_refused() -> None:
    with pytest.raises(LibsodiumError, match="lacks ristretto255"):
        load_bundled(lambda: ctypes.CDLL(None))

"""Loads a libsodium that exports ristretto255 (RFC 9496): the system's own, else the one that rbcl carries."""

import ctypes
import ctypes.util
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from keys.crypto.errors import LibsodiumError

SONAMES = ("libsodium.so.26", "libsodium.so.23")
REQUIRED_SYMBOLS = (
    "crypto_core_ristretto255_add",
    "crypto_core_ristretto255_from_hash",
    "crypto_core_ristretto255_is_valid_point",
    "crypto_core_ristretto255_scalar_add",
    "crypto_core_ristretto255_scalar_mul",
    "crypto_core_ristretto255_scalar_reduce",
    "crypto_core_ristretto255_scalar_sub",
    "crypto_core_ristretto255_sub",
    "crypto_scalarmult_ristretto255",
    "crypto_scalarmult_ristretto255_base",
)

_loading = threading.Lock()


def load_libsodium() -> ctypes.CDLL:
    """Return libsodium, ready to use; loaded at the first call and kept.

    Raises:
        LibsodiumError: neither the system nor rbcl offers one that works.
    """
    with _loading:
        return _load_once()


@cache
def _load_once() -> ctypes.CDLL:
    return load_system() or load_bundled()


def load_system(names: Iterable[str] | None = None) -> ctypes.CDLL | None:
    """Return the first of `names` that loads and has ristretto255 (libsodium 1.0.18 or later), or None."""
    for name in _system_names() if names is None else names:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        if _is_usable(library):
            return library
    return None


def _system_names() -> Iterator[str]:
    yield from SONAMES
    # Asked last: it starts the linker and the compiler as child processes.
    found = ctypes.util.find_library("sodium")
    if found is not None:
        yield found


def load_bundled(import_bundled: Callable[[], ctypes.CDLL] | None = None) -> ctypes.CDLL:
    """Return the libsodium that rbcl unpacks, leaving no file behind.

    Raises:
        LibsodiumError: rbcl is missing, can't write its file, or may not execute it.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="tongxin-libsodium-") as folder:
            library = _import_into(folder, import_bundled or _import_rbcl)
    except (ImportError, OSError, RuntimeError) as error:
        raise LibsodiumError(
            f"no libsodium with ristretto255: the system has none, and rbcl's could not be loaded ({error}). "
            "Install libsodium 1.0.18 or later (Debian: libsodium23), or set TMPDIR to a folder "
            "that can be written to and is not mounted noexec."
        ) from error
    if not _is_usable(library):
        raise LibsodiumError("rbcl's libsodium lacks ristretto255 or does not start; install rbcl 1.1 or later.")
    return library


def _import_into(folder: str, import_bundled: Callable[[], ctypes.CDLL]) -> ctypes.CDLL:
    # rbcl unpacks its library into the temp folder when it is imported, and leaves it there. A loaded library stays
    # mapped after its file is gone.
    previous = tempfile.tempdir
    tempfile.tempdir = folder
    try:
        return import_bundled()
    finally:
        tempfile.tempdir = previous


def _import_rbcl() -> ctypes.CDLL:
    from rbcl import _sodium

    library: ctypes.CDLL = _sodium
    return library


def _is_usable(library: ctypes.CDLL) -> bool:
    if not all(hasattr(library, symbol) for symbol in REQUIRED_SYMBOLS):
        return False
    started: int = library.sodium_init()
    return started >= 0

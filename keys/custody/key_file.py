"""The key file on disk: made once, opened with care, replaced as a whole or not at all (POSIX rename)."""

import fcntl
import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keys.custody.errors import KeyFileError, KeyFilePermissionError
from keys.custody.key_file_format import (
    MAX_KEY_FILE_BYTES,
    KdfCost,
    derive_file_key,
    new_file_key,
    open_ring,
    parse_sealed_ring,
    seal_ring,
)
from keys.custody.key_ring import KeyRing
from keys.custody.passphrase import check_passphrase
from schemas.randomness import RandomSource

_OWNER_ONLY = stat.S_IRUSR | stat.S_IWUSR
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_READ_AT_ONCE = 64 * 1024


def create_key_file(path: Path, ring: KeyRing, passphrase: str, cost: KdfCost, random: RandomSource) -> None:
    """Write a new key file that only its owner can read.

    Raises:
        KeyFileError: there is a file of this name already, or it can't be written.
        PassphraseError: the passphrase is too short or too long.
    """
    check_passphrase(passphrase)
    data = seal_ring(ring, new_file_key(passphrase, cost, random), random)
    try:
        _write_new(path, data)
        _sync_folder(path.parent)
    except FileExistsError:
        raise KeyFileError(f"{path} 已存在，不会覆盖。 The file exists and is not overwritten.") from None
    except OSError as error:
        raise KeyFileError(f"写不了 {path}。 The key file can't be written: {error.strerror}") from None


def open_key_file(path: Path, passphrase: str) -> KeyRing:
    """Return the ring in a key file.

    Raises:
        KeyFilePermissionError: others than the owner could reach the file.
        WrongPassphraseError: it does not open with this passphrase.
        KeyFileError: missing, a link or no plain file, too large, malformed, a derivation cost out of bounds.
    """
    sealed = parse_sealed_ring(read_key_file(path))
    return open_ring(sealed, derive_file_key(passphrase, sealed.salt, sealed.cost))


def replace_key_file(path: Path, ring: KeyRing, passphrase: str, cost: KdfCost, random: RandomSource) -> None:
    """Put another ring, passphrase or cost in the place of a key file, with a fresh salt.

    For a new passphrase or a restored ring, while nothing else changes the ring: what was added since `ring` was
    read is lost. `KeyStore.update` is the way to change a ring in use.

    Raises:
        KeyFileError: there is no key file to replace, or it can't be written; the old one is then untouched.
        PassphraseError: the passphrase is too short or too long.
    """
    check_passphrase(passphrase)
    data = seal_ring(ring, new_file_key(passphrase, cost, random), random)
    with lock_key_file(path):
        read_key_file(path)
        replace_bytes(path, data)


def read_key_file(path: Path) -> bytes:
    """Return the bytes of a key file after the checks that `open_key_file` names, without opening it."""
    try:
        return _read_plain_file(path)
    except OSError as error:
        raise KeyFileError(
            f"打不开 {path}（须为普通文件，不得为链接）。"
            f" The key file can't be opened, it must be a plain file and no link: {error.strerror}"
        ) from None


@contextmanager
def lock_key_file(path: Path) -> Iterator[None]:
    """Hold the one lock for changing a key file; the kernel lets go of it when a process dies.

    The lock is a file of its own, since the key file itself is another one after each replacement.
    """
    lock = path.with_name(f".{path.name}.lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, _OWNER_ONLY)
    except OSError as error:
        raise KeyFileError(f"锁不了 {path}。 The key file can't be locked: {error.strerror}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def replace_bytes(path: Path, data: bytes) -> None:
    """Replace the file's content as a whole, for a caller who holds the lock; durable when this returns.

    Raises:
        KeyFileError: it can't be written; the old file is then untouched.
    """
    # One name, not a random one: what a killed process left behind is cleared by the next replacement.
    successor = path.with_name(f".{path.name}.new")
    try:
        successor.unlink(missing_ok=True)
        _write_new(successor, data)
        successor.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise KeyFileError(f"写不了 {path}。 The key file can't be written: {error.strerror}") from None


def _read_plain_file(path: Path) -> bytes:
    # O_NONBLOCK: a named pipe in the file's place must not hang the program.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _check_file(path, os.fstat(descriptor))
        # Without a stream, which takes longer to set up than all the rest: every exchange reads this file.
        data = os.read(descriptor, _READ_AT_ONCE)
        while len(data) <= MAX_KEY_FILE_BYTES and (further := os.read(descriptor, _READ_AT_ONCE)):
            data += further
        return data
    finally:
        os.close(descriptor)


def _check_file(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise KeyFileError(f"{path} 不是普通文件。 The key file is no plain file.")
    if status.st_mode & _OTHERS:
        command = f"chmod 600 {shlex.quote(str(path))}"
        raise KeyFilePermissionError(
            f"密钥文件只应本人可读写，请执行：{command}"
            f"  Only its owner may read and write the key file; run: {command}"
        )


def _write_new(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, _OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(descriptor)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""A key file in use: what other processes change shows at the next look, and no change of theirs is lost."""

import threading
from collections.abc import Callable
from pathlib import Path

from keys.custody.key_file import lock_key_file, read_key_file, replace_bytes
from keys.custody.key_file_format import (
    FileKey,
    SealedRing,
    derive_file_key,
    open_ring,
    parse_sealed_ring,
    seal_ring,
)
from keys.custody.key_ring import KeyRing
from schemas.randomness import RandomSource


class KeyStore:
    """The ring of one key file, for as long as a process runs; threads may share it.

    The key that Argon2id made from the passphrase is kept, and updates keep the file's salt. The salt is there so
    that each file has to be guessed for itself, which does not need one for each version of a file: who has guessed
    the passphrase of one version has it for all. Nonces of 24 random bytes never repeat under a key. The process
    holds the passphrase and the secrets themselves, so the kept key tells an attacker in its memory nothing more.

    Raises:
        KeyFileError: as `open_key_file`, here and at every later look.
    """

    def __init__(self, path: Path, passphrase: str, random: RandomSource) -> None:
        self._path = path
        self._passphrase = passphrase
        self._random = random
        self._guard = threading.Lock()
        self._data = read_key_file(path)
        sealed = parse_sealed_ring(self._data)
        self._key = derive_file_key(passphrase, sealed.salt, sealed.cost)
        self._ring = open_ring(sealed, self._key)

    def __repr__(self) -> str:
        return f"KeyStore({str(self._path)!r})"

    @property
    def ring(self) -> KeyRing:
        """The ring as the file has it now, so that a key destroyed by another process is gone here as well."""
        with self._guard:
            return self._look()

    def update(self, change: Callable[[KeyRing], KeyRing]) -> KeyRing:
        """Apply `change` to the ring as it is now and keep the result; durable when this returns.

        `change` is pure and quick: every other process waits, and it must not use this store.
        """
        with self._guard, lock_key_file(self._path):
            before = self._look()
            after = change(before)
            if after != before:
                replace_bytes(self._path, seal_ring(after, self._key, self._random))
            return after

    def _look(self) -> KeyRing:
        data = read_key_file(self._path)
        if data != self._data:
            sealed = parse_sealed_ring(data)
            self._key = self._key_of(sealed)
            self._ring, self._data = open_ring(sealed, self._key), data
        return self._ring

    def _key_of(self, sealed: SealedRing) -> FileKey:
        if (sealed.salt, sealed.cost) == (self._key.salt, self._key.cost):
            return self._key
        return derive_file_key(self._passphrase, sealed.salt, sealed.cost)

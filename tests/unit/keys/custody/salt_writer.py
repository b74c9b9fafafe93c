"""A process for test_key_store: adds agreement salts to a key file, one by one, and names each that is kept.

    python salt_writer.py PATH AGREEMENT COUNT [DIE_AT]

With DIE_AT it kills itself just before that call into the system of its first update (open, lock, write, rename …).
"""

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from keys.custody.key_store import KeyStore
from keys.custody.new_keys import new_agreement_salt

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PASSPHRASE = "correct horse 童心"
WHERE_FILES_ARE_TOUCHED = {"keys.custody.key_file", "pathlib"}
TOUCHES = {
    "open",
    "fdopen",
    "flock",
    "fstat",
    "read",
    "write",
    "flush",
    "fsync",
    "close",
    "unlink",
    "rename",
    "replace",
}


def die_at(number: int) -> None:
    seen = 0

    def count(frame: FrameType, event: str, function: object) -> None:
        nonlocal seen
        if event == "c_call" and frame.f_globals["__name__"] in WHERE_FILES_ARE_TOUCHED:
            seen += getattr(function, "__name__", "") in TOUCHES
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)


def main(path: str, agreement: str, count: str, *deadline: str) -> None:
    store = KeyStore(Path(path), PASSPHRASE, os.urandom)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for number in deadline:
        die_at(int(number))
    for epoch in range(1, int(count) + 1):
        salt = new_agreement_salt(agreement, epoch, NOW, os.urandom)
        store.update(lambda ring, salt=salt: ring.add(salt))
        sys.stdout.write(f"{epoch}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])

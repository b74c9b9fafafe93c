"""How a worker gets an agreement's evaluation key: from the agency's own key file, on the machine where it works.

The key is never handed over. What travels is where the key file stands and which key is meant.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from connectors.evaluation import find_evaluation_key
from connectors.settings import KEY_FILE
from hosting.command_line import PASSPHRASE_VARIABLE
from keys.crypto.evaluation_key import EvaluationKeyPair
from keys.custody.key_store import KeyStore
from keys.custody.passphrase import obtain_passphrase


@dataclass(frozen=True, slots=True)
class WorkerKey:
    """Names an evaluation key.

    Attributes:
        folder: the connector's folder, at the same place on every machine; of it the key file alone is opened.
        passphrase_file: where the passphrase stands on every machine; None if it is in the environment there.
        agreement: digest of the agreement.
        epoch: key epoch.
    """

    folder: Path
    passphrase_file: Path | None
    agreement: str
    epoch: int

    def open(self) -> EvaluationKeyPair:
        """Return the key pair; a process derives it once.

        Raises:
            CustodyError: there is no passphrase, or the key file can't be opened with it.
            ProblemError: epoch_unknown, also when the key was destroyed.
        """
        return _open(self)


@lru_cache(maxsize=1)
def _open(named: WorkerKey) -> EvaluationKeyPair:
    passphrase = obtain_passphrase(named.passphrase_file, os.environ, PASSPHRASE_VARIABLE, None)
    ring = KeyStore(named.folder / KEY_FILE, passphrase, os.urandom).ring
    return find_evaluation_key(ring, named.agreement, named.epoch, datetime.now(UTC))

"""The key that signs the log's checkpoints, and its public half as connectors pin it (C2SP signed-note)."""

from datetime import datetime

from keys.crypto.note import NoteSigner
from keys.custody.key_ring import KeyKind
from keys.custody.key_store import KeyStore


def log_signer(keys: KeyStore, name: str, now: datetime) -> NoteSigner:
    """Return the signer under `name`: the log's, or a shard's origin."""
    return NoteSigner(name, keys.ring.current(KeyKind.LOG, now).secret)


def log_verifier_key(keys: KeyStore, log_name: str, now: datetime) -> str:
    """Return the verifier key of the log, under its name, as text."""
    return log_signer(keys, log_name, now).verifier_key.format()

"""The witness policy in a bundle (C2SP tlog-policy): for information only, and still in one form and about this log."""

from keys.crypto.note_key import VerifierKey


def policy_of_shard(log_key: VerifierKey) -> bytes:
    """Return the policy of a shard that asks for no witness; `log_key` is the shard's."""
    return f"log {log_key.format()}\nquorum none\n".encode()

"""Checkpoints (C2SP tlog-checkpoint): a log's origin, its size and its root, as the text of a signed note.

    gateway.example/audit/2026
    3
    8mpwd7j8VmPZGTRJLVHPc2NGVfys8JzL1IpbNMVCDZY=

Extension lines are refused: cosignatures need not cover them, and monitors can't audit them.
"""

import base64
import re
from dataclasses import dataclass

from keys.crypto.errors import NoteError
from keys.crypto.merkle import HASH_BYTES, MAX_TREE_SIZE

MAX_CHECKPOINT_BYTES = 1_024
MAX_ORIGIN_CHARACTERS = 255

_ORIGIN = re.compile(r"[^\s+\x00-\x1f]+")
_CHECKPOINT = re.compile(r"([^\s+]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log commits to; raises `NoteError` where a part is out of range.

    Attributes:
        origin: the log's name, a URL without scheme.
        size: number of leaves, 0 to 2^63-1.
        root_hash: 32 bytes.
    """

    origin: str
    size: int
    root_hash: bytes

    def __post_init__(self) -> None:
        if len(self.origin) > MAX_ORIGIN_CHARACTERS or not _ORIGIN.fullmatch(self.origin):
            raise NoteError("an origin has 1 to 255 characters, no space and no plus")
        if not 0 <= self.size <= MAX_TREE_SIZE:
            raise NoteError("a tree's size lies between 0 and 2^63-1")
        if len(self.root_hash) != HASH_BYTES:
            raise NoteError(f"a root is {HASH_BYTES} bytes, not {len(self.root_hash)}")


def format_checkpoint(checkpoint: Checkpoint) -> bytes:
    """Return the note text of a checkpoint: three lines."""
    root = base64.b64encode(checkpoint.root_hash).decode("ascii")
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\n".encode()


def parse_checkpoint(text: bytes) -> Checkpoint:
    """Read the note text of a checkpoint.

    Raises:
        NoteError: too long, not exactly three lines, out of range, or not in its one form.
    """
    if len(text) > MAX_CHECKPOINT_BYTES:
        raise NoteError(f"a checkpoint has at most {MAX_CHECKPOINT_BYTES} bytes, not {len(text)}")
    try:
        matched = _CHECKPOINT.fullmatch(text.decode("utf-8"))
    except UnicodeDecodeError:
        raise NoteError("the checkpoint is not UTF-8") from None
    if matched is None:
        raise NoteError("a checkpoint is an origin, a size and a root, each on its line")
    checkpoint = Checkpoint(matched[1], int(matched[2]), base64.b64decode(matched[3]))
    if format_checkpoint(checkpoint) != text:
        raise NoteError("the checkpoint is not in its one form")
    return checkpoint

"""Lets one process at a time publish from a connector's folder: by the clock, or by hand.

The lock is the operating system's: it ends with the process that holds it, however that ends.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

LOCK_FILE: Final = "publishing.lock"


class PublishingElsewhereError(RuntimeError):
    """Another process, or another thread, publishes from this folder."""

    def __init__(self) -> None:
        super().__init__("正在发布索引，请稍后再试 / an index is being published: try again later")


@contextmanager
def publishing_alone(folder: Path) -> Iterator[None]:
    """Keep others from publishing from `folder` until left.

    Raises:
        PublishingElsewhereError: somebody publishes already.
    """
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PublishingElsewhereError from None
        yield
    finally:
        os.close(descriptor)

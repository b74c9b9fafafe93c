"""Sends the parts of an index, some of them at a time: while the gateway takes one, the next is got ready."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from hosting.run_ahead import run_ahead

PARTS_UNDER_WAY: Final = 2


def send_parts(bodies: Iterable[bytes], send: Callable[[bytes], object], arrived: Callable[[int], None]) -> None:
    """Send each part, in threads; after one that failed no further one is begun.

    Args:
        bodies: the parts; each is taken when its turn comes, in this thread.
        send: sends one; returns once it has arrived.
        arrived: called in this thread with the number of parts that have arrived so far.

    Raises:
        Exception: whatever `send` raised first, in the order of the parts.
    """
    with ThreadPoolExecutor(PARTS_UNDER_WAY) as senders:
        for count, _ in enumerate(run_ahead(senders, send, bodies, PARTS_UNDER_WAY), start=1):
            arrived(count)

"""Sends the parts of an index, some of them at a time: while the gateway takes one, the next is got ready."""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

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
    under_way: deque[Future[object]] = deque()
    count = 0
    with ThreadPoolExecutor(PARTS_UNDER_WAY) as senders:
        for body in bodies:
            if len(under_way) == PARTS_UNDER_WAY:
                under_way.popleft().result()
                count += 1
                arrived(count)
            under_way.append(senders.submit(send, body))
        while under_way:
            under_way.popleft().result()
            count += 1
            arrived(count)

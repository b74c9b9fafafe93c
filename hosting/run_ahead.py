"""Work in threads that runs some items ahead of whoever takes its results; the items are taken as late as that."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def run_ahead(executor: Executor, work: Callable[[T], R], items: Iterable[T], most: int) -> Iterator[R]:
    """Yield what `work` returns for each item, in their order; `Executor.map` would take all items at once.

    Args:
        executor: runs `work`.
        work: for one item.
        items: each is taken in this thread, when its turn comes; after one that failed no further one.
        most: how many are under way at a time.

    Raises:
        Exception: whatever `work` raised first, in the order of the items.
    """
    under_way: deque[Future[R]] = deque()
    for item in items:
        if len(under_way) == most:
            yield under_way.popleft().result()
        under_way.append(executor.submit(work, item))
    while under_way:
        yield under_way.popleft().result()

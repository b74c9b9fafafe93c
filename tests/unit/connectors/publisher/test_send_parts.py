import threading

import pytest

from connectors.publisher.send_parts import PARTS_UNDER_WAY, send_parts

BODIES = [bytes([number]) for number in range(7)]


def test_every_part_arrives_once_and_is_counted() -> None:
    sent: list[bytes] = []
    counts: list[int] = []
    send_parts(iter(BODIES), sent.append, counts.append)
    assert (sorted(sent), counts) == (BODIES, [1, 2, 3, 4, 5, 6, 7])


def test_nothing_to_send_is_nothing_sent() -> None:
    send_parts([], lambda _body: pytest.fail("a part was sent"), lambda _count: pytest.fail("a part was counted"))


def test_as_many_are_under_way_as_may_be() -> None:
    together = threading.Barrier(PARTS_UNDER_WAY)
    counts: list[int] = []
    send_parts(BODIES[: 2 * PARTS_UNDER_WAY], lambda _body: together.wait(10), counts.append)
    assert counts[-1] == 2 * PARTS_UNDER_WAY


def test_after_one_that_failed_none_is_begun() -> None:
    begun: list[bytes] = []
    counts: list[int] = []

    def send(body: bytes) -> None:
        begun.append(body)
        if body == BODIES[1]:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        send_parts(iter(BODIES), send, counts.append)
    assert len(begun) <= 1 + PARTS_UNDER_WAY
    assert counts == [1]

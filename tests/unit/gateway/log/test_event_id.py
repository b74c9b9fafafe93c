import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.log.event_id import format_event_id, make_event_id, parse_event_id


def test_example_of_rfc_9562_appendix_a6() -> None:
    """017F22E2-79B0-7CC3-98C4-DC0C0C07398F: 2022-02-22 14:22:22.00 GMT-05:00, rand_a CC3, rand_b 18C4DC0C0C07398F."""
    noise = 0x0CC3 << 64 | 0x18C4DC0C0C07398F
    now = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    assert make_event_id(now, lambda length: noise.to_bytes(length, "big")) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(st.binary(min_size=10, max_size=10), st.datetimes(datetime(1970, 1, 2), datetime(9999, 1, 1)))  # noqa: DTZ001
def test_every_id_is_a_uuid_of_version_7_and_round_trips(noise: bytes, now: datetime) -> None:
    text = make_event_id(now.replace(tzinfo=UTC), lambda _length: noise)
    assert uuid.UUID(text).version == 7
    assert uuid.UUID(text).variant == uuid.RFC_4122
    assert format_event_id(parse_event_id(text)) == text


def test_ids_sort_by_time() -> None:
    earlier = make_event_id(datetime(2026, 1, 1, tzinfo=UTC), lambda length: b"\xff" * length)
    later = make_event_id(datetime(2026, 1, 1, 0, 0, 0, 1_000, tzinfo=UTC), bytes)
    assert earlier < later


@pytest.mark.parametrize(
    "text",
    [
        "",
        "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
        "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-18c4-dc0c0c07398f",
        "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
        "017f22e279b07cc398c4dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n",
        "٠17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="UUIDv7"):
        parse_event_id(text)

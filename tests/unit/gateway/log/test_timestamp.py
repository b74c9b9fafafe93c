from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.log.timestamp import format_timestamp, parse_timestamp


@given(st.datetimes(datetime(1970, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_round_trip_to_the_millisecond(at: datetime) -> None:
    text = format_timestamp(at)
    assert len(text) == 24
    assert parse_timestamp(text) == at.replace(microsecond=at.microsecond // 1000 * 1000)


def test_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        format_timestamp(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-21T12:00:00Z",
        "2026-11-21T12:00:00.000+00:00",
        "2026-13-21T12:00:00.000Z",
        "２026-11-21T12:00:00.000Z",
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a timestamp|month"):
        parse_timestamp(text)

"""RFC 6238 appendix B (SHA-1), cut to six digits, and the window of one step to each side."""

import base64
from datetime import UTC, datetime

import pytest

from hosting.accounts.one_time_code import matching_step

SECRET = base64.b32encode(b"12345678901234567890").decode("ascii")
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_vectors_of_the_standard(seconds: int, code: str) -> None:
    assert matching_step(SECRET, code, _at(seconds)) == seconds // 30


@pytest.mark.parametrize(("late", "accepted"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_one_step_off(late: int, accepted: bool) -> None:
    assert (matching_step(SECRET, "005924", _at(1234567890 + late)) == 1234567890 // 30) is accepted


def test_blanks_and_full_width_digits_are_understood() -> None:
    assert matching_step(SECRET, " ００５ 924 ", _at(1234567890)) is not None


@pytest.mark.parametrize("code", ["", "00592", "0059240", "００５９２", "abcdef", "------", "٠٠٥٩٢٤x"])
def test_anything_else_is_no_code(code: str) -> None:
    assert matching_step(SECRET, code, _at(1234567890)) is None

"""Mobile numbers out of what ledgers hold."""

import pytest

from schemas.phone import find_mobile


@pytest.mark.parametrize(
    ("written", "mobile"),
    [("12900000001", "12900000001"), ("+8612900000001", "12900000001"), ("86 129-0000-0001", "12900000001"),
     ("08161234567", None), ("1234567", None), ("11111111111", None), ("129000000011", None), ("", None),
     ("１２９０００００００１", None)],
)  # fmt: skip
def test_mobile(written: str, mobile: str | None) -> None:
    assert find_mobile(written) == mobile

"""The protective filter: what would tell a dangerous guardian of a report, a measure or a place is withheld."""

import pytest

from gateway.domain.protective_filter import UNKNOWN_PURPOSE, telling_of
from schemas.purpose_catalogue import load_purposes

PROTECTIVE = {"P03", "P07", "P08", "P10", "P11", "P16"}


@pytest.mark.parametrize("purpose", sorted(load_purposes()))
def test_each_purpose_has_a_rule(purpose: str) -> None:
    telling = telling_of(purpose, "education.990101")
    assert telling.is_told is (purpose not in PROTECTIVE)
    assert (telling.reason is None) is telling.is_told
    assert telling.reason is not UNKNOWN_PURPOSE
    if telling.reason is not None:
        assert telling.reason.zh
        assert telling.reason.en


@pytest.mark.parametrize("requester", ["public_security.990101", "court.990100", "justice.990101"])
def test_whatever_the_police_or_a_court_ask_is_withheld(requester: str) -> None:
    assert not telling_of("P04", requester).is_told


@pytest.mark.parametrize("purpose", [None, "P99", ""])
def test_what_is_not_known_is_withheld(purpose: str | None) -> None:
    assert telling_of(purpose, "education.990101").reason is UNKNOWN_PURPOSE

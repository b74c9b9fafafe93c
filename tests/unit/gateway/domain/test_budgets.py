from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.budgets import BudgetExhaustedError, BudgetKind, budget_day, charge


def test_a_day_begins_at_midnight_in_china() -> None:
    assert budget_day(datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC)) == "2026-03-01"
    assert budget_day(datetime(2026, 3, 1, 16, 0, 0, tzinfo=UTC)) == "2026-03-02"


def test_the_limit_itself_may_be_reached() -> None:
    assert charge(BudgetKind.RELEASES, 7, 3, 10) == 10


def test_one_more_is_refused_as_a_whole() -> None:
    with pytest.raises(BudgetExhaustedError) as caught:
        charge(BudgetKind.EVALUATIONS, 7, 4, 10)
    assert caught.value.kind is BudgetKind.EVALUATIONS


@given(st.integers(1, 1000), st.lists(st.integers(1, 300), max_size=30))
def test_never_more_than_the_limit_is_used(limit: int, amounts: list[int]) -> None:
    used = 0
    for amount in amounts:
        try:
            used = charge(BudgetKind.EVALUATIONS, used, amount, limit)
        except BudgetExhaustedError:
            assert used + amount > limit
    assert used <= limit

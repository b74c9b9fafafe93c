"""The page on capacity: its tables are what the code computes, and its plans are those that the words describe."""

from pathlib import Path

import pytest

from docs.generate import CAPACITY
from docs.generation.capacity import COUNTY, NATION, PLANS, PROVINCE, PROVINCE_IN_DISTRESS, capacity_sections
from docs.generation.marked_page import fill
from gateway.capacity.unit_costs import Cost

WORKING_DAYS_A_MONTH = 21


def test_the_tables_are_as_the_code_says() -> None:
    text = Path(CAPACITY).read_text(encoding="utf-8")
    assert fill(text, capacity_sections()) == text, "run `python -m docs.generate`"


def test_a_changed_table_would_be_seen() -> None:
    text = Path(CAPACITY).read_text(encoding="utf-8")
    changed = text.replace("16,000,000", "16,000,001", 1)
    assert changed != text
    assert fill(changed, capacity_sections()) == text


def test_every_cost_is_listed_with_its_source() -> None:
    listed = capacity_sections()["unit-costs"]
    assert [cost for cost in Cost if f"`{cost.value}`" not in listed] == []


def test_every_plan_has_a_column() -> None:
    heads = [f"{words.zh}<br>{words.en}" for words, _ in PLANS]
    sections = capacity_sections()
    assert all(sections["needs"].count(head) == 5 and sections["plans"].count(head) == 1 for head in heads)


@pytest.mark.parametrize(
    ("plan", "in_distress"),
    [(COUNTY, 3_000), (PROVINCE_IN_DISTRESS, 600_000), (PROVINCE, 600_000), (NATION, 11_200_000)],
)
def test_children_in_distress_are_asked_about_once_a_month_under_each_agreement(plan, in_distress) -> None:
    a_day = in_distress * plan.agreements / WORKING_DAYS_A_MONTH
    assert plan.queries_per_day * plan.rows_per_query == pytest.approx(a_day, rel=0.02)

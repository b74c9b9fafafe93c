"""Tests of the short number of an item."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from schemas.formats import Reference
from schemas.workflows.item_number import ItemNumberError, number_of, parse_item_number
from schemas.workflows.load import load_workflows

ITEM = "3f9a2c1b-0d2e-4c55-9b7e-1f2a3b4c5d6e"


def test_the_number_begins_with_the_workflow() -> None:
    assert number_of("W6", ITEM) == "W6-3F9A2C1B"


@given(st.uuids(version=4), st.sampled_from(sorted(load_workflows())))
def test_every_number_is_a_reference_and_is_read_again(item: uuid.UUID, workflow: str) -> None:
    number = number_of(workflow, str(item))
    assert TypeAdapter(Reference).validate_python(number) == number
    assert parse_item_number(number) == number


@pytest.mark.parametrize(
    "written", ["w6-3f9a2c1b", " W6 - 3F9A 2C1B ", "Ｗ６－３Ｆ９Ａ２Ｃ１Ｂ", "W6—3F9A2C1B", "W6−3F9A2C1B"]
)
def test_what_people_write_is_put_right(written: str) -> None:
    assert parse_item_number(written) == "W6-3F9A2C1B"


@pytest.mark.parametrize(
    "written", ["", "W6", "W6-3F9A2C1", "W6-3F9A2C1BB", "X6-3F9A2C1B", "W6-3G9A2C1B", "W6-3F9A2C1B" + " " * 40, ITEM]
)
def test_anything_else_is_refused_without_being_quoted(written: str) -> None:
    with pytest.raises(ItemNumberError) as caught:
        parse_item_number(written)
    assert str(caught.value).startswith("not_a_number: An item's number looks like")


def test_only_an_id_has_a_number() -> None:
    with pytest.raises(ValueError, match="canonical"):
        number_of("W6", ITEM.upper())

"""Key sets: what the schema refuses, first of all a key of a single attribute."""

from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from schemas.key_set import KeySet, load_key_set, read_key_set

G = load_key_set("G")


def changed(**changes: Any) -> str:
    return yaml.safe_dump(G.model_dump(mode="json") | changes, allow_unicode=True)


def with_key_type(parts: list[str], *, numbers: list[str] | None = None) -> str:
    more = {"name": "new", "code": 31, "parts": parts, "proves": "together"}
    key_types = [*G.model_dump(mode="json")["key_types"], more]
    return changed(key_types=key_types, **({} if numbers is None else {"numbers": numbers}))


def test_set_g_is_read_as_it_is_written() -> None:
    assert read_key_set(changed()) == G
    assert [defined.code for defined in G.key_types] == list(range(1, 17))


@pytest.mark.parametrize("part", [part for part in G.parts if part not in G.numbers])
def test_a_key_of_a_single_attribute_is_refused(part: str) -> None:
    with pytest.raises(ValidationError, match="a key of a single attribute"):
        read_key_set(with_key_type([part]))
    with pytest.raises(ValidationError, match="repeated parts"):
        read_key_set(with_key_type([part, part]))


def test_an_attribute_can_not_be_called_a_number_to_get_round_it() -> None:
    with pytest.raises(ValidationError, match="a number of one person"):
        read_key_set(with_key_type(["name"], numbers=[*G.numbers, "name"]))


def test_a_number_of_one_person_and_a_pair_of_attributes_are_taken() -> None:
    assert read_key_set(with_key_type(["child_number"])).find_key_type("new") is not None
    assert read_key_set(with_key_type(["name", "sex"])).find_key_type("new") is not None


@pytest.mark.parametrize("parts", [["shoe_size", "name"], []])
def test_unknown_and_missing_parts_are_refused(parts: list[str]) -> None:
    with pytest.raises(ValidationError):
        read_key_set(with_key_type(parts))


def test_a_relation_is_no_evidence_and_no_rule_may_use_it() -> None:
    assert [d.name for d in G.key_types if d not in G.evidence] == ["guardian"]
    with pytest.raises(ValidationError, match="not declared as evidence"):
        read_key_set(changed(settled_by=["id", "guardian"]))


def test_every_key_type_of_g_combines_attributes_or_is_a_number() -> None:
    for defined in G.key_types:
        assert len(defined.parts) >= 2 or set(defined.parts) <= {"child_number", "guardian_number"}


def test_a_changed_set_is_another_version() -> None:
    assert read_key_set(changed(version=2)).id == "G/2"
    assert isinstance(read_key_set(changed(version=2)), KeySet)

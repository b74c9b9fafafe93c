"""Comparison vectors in words: the key set's own, what agrees first, and nothing that could not be seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.comparison_words import NOTHING_TOLD, describe, find_rule
from schemas.faults import Wording
from schemas.key_set import load_key_set

KEY_SET = load_key_set("G")
LEVELS = st.fixed_dictionaries(
    {},
    optional={
        component.name: st.sampled_from([rule.level for rule in component.rules]) for component in KEY_SET.comparison
    },
)


@pytest.mark.parametrize(
    ("levels", "zh", "en"),
    [
        (
            {"NAME": 5, "DOB": 9, "GI": 0},
            "姓名读音和出生日期相同；监护人证件号不同",
            "name by sound and birth date agree; guardian's ID number differs",
        ),
        (
            {"ID": 1, "NAME": 6, "DOB": 9, "PH": 0, "GN": 0},
            "证件号更正一位后、姓名用字和出生日期相同；监护人电话和监护人姓名不同",
            (
                "ID number once one digit is repaired, name by its characters and birth date agree; "
                "guardian's phone and guardian's name differ"
            ),
        ),
        ({"X": 1}, "性别相同", "sex agrees"),
        (
            {"ID": 3, "NAME": 4, "DOB": 3, "R": 2},
            "姓名：名的读音相同，姓不同；出生日期：年月相同，日不同；地区：同县",
            (
                "name: given name agrees by sound, surname differs; birth date: year and month agree, day differs; "
                "region: same county"
            ),
        ),
        (
            {"NAME": 1, "GN": 1, "ID": 0},
            "监护人姓名读音相同；姓名：只有姓的读音相同；证件号不同",
            "guardian's name by sound agrees; name: only the surname agrees by sound; ID number differs",
        ),
    ],
)
def test_sentences(levels: dict[str, int], zh: str, en: str) -> None:
    assert describe(KEY_SET, levels) == Wording(zh, en)


@pytest.mark.parametrize("levels", [{}, {"ID": 3, "DOB": 0}, {"SHOE_SIZE": 1}, {"NAME": 2, "R": 15}])
def test_what_can_not_be_told_is_left_out(levels: dict[str, int]) -> None:
    assert describe(KEY_SET, levels) == NOTHING_TOLD


@given(levels=LEVELS)
def test_every_component_that_tells_something_is_named(levels: dict[str, int]) -> None:
    told = describe(KEY_SET, levels)
    rules = [(component, find_rule(component, levels.get(component.name))) for component in KEY_SET.comparison]
    telling = [component for component, rule in rules if rule and (rule.agree or rule.en == "differs")]
    assert (told == NOTHING_TOLD) == (not telling)
    for component in telling:
        assert component.zh in told.zh
        assert component.en in told.en

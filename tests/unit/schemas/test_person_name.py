"""Names: the ways in which one name is written agree; surnames are read as surnames."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from schemas.person_name import (
    MAX_NAME_LENGTH,
    PersonNameError,
    normalise_name,
    pinyin_syllables,
)
from schemas.surname_readings import COMPOUND_SURNAMES, SURNAMES


def syllables(text: str) -> str:
    return ".".join(pinyin_syllables(normalise_name(text)))


@pytest.mark.parametrize(
    "written",
    ["艾则孜买买提", "艾则孜·买买提", "艾则孜•买买提", "艾则孜.买买提", "艾则孜．买买提", "艾则孜‧买买提",
     "艾则孜・买买提", "艾则孜-买买提", " 艾则孜 买买提 ", "艾则孜\u3000买买提", "艾则孜*买买提", "艾则孜?买买提",
     "艾则孜\u00b7\u200b买买提\ufeff"],
)  # fmt: skip
def test_every_way_to_write_it_agrees(written: str) -> None:
    assert normalise_name(written).text == "艾则孜买买提"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("单晓明", "shan.xiao.ming"), ("曾小红", "zeng.xiao.hong"), ("仇英", "qiu.ying"), ("解放", "xie.fang"),
     ("任远", "ren.yuan"), ("覃海", "qin.hai"), ("区明", "ou.ming"), ("查理", "zha.li"), ("盖平", "ge.ping"),
     ("尉迟明", "yu.chi.ming"), ("尉明", "wei.ming"), ("万俟云", "mo.qi.yun"), ("万云", "wan.yun"),
     ("吕布", "lv.bu"), ("李区", "li.qu"), ("小单", "xiao.dan"), ("𠮷田", "𠮷.tian"), ("〇一", "ling.yi")],
)  # fmt: skip
def test_syllables(name: str, expected: str) -> None:
    assert syllables(name) == expected


def test_latin_letters_are_one_syllable_a_run() -> None:
    assert syllables("Zhang San") == "zhangsan"
    assert syllables("李Ming") == "li.ming"
    assert syllables("Ａｂ李") == "ab.li"


def test_umlaut_is_v_and_accents_go() -> None:
    assert syllables("Lü") == syllables("LǙ") == syllables("吕") == "lv"
    assert syllables("Zhāng") == "zhang"


def test_traditional_and_simplified_agree_in_pinyin() -> None:
    assert syllables("單曉紅") == syllables("单晓红")


@pytest.mark.parametrize(
    ("text", "code"),
    [(None, "empty"), ("", "empty"), (" \u3000\t", "empty"), ("·", "no_letters"), ("***", "no_letters"),
     ("123", "no_letters"), ("张" * 51, "too_long"), ("ﷺ" * 50, "no_letters"), ("㎢" * 26, "too_long")],
)  # fmt: skip
def test_refused(text: str | None, code: str) -> None:
    with pytest.raises(PersonNameError) as caught:
        normalise_name(text)
    assert caught.value.code == code


@given(st.text(max_size=60))
def test_normalised_names_stay_as_they_are(text: str) -> None:
    try:
        name = normalise_name(text)
    except PersonNameError:
        return
    assert normalise_name(name.text) == name
    assert 0 < len(name.text) <= MAX_NAME_LENGTH
    assert all(part and "." not in part for part in pinyin_syllables(name))


def test_repr_shows_nothing() -> None:
    assert repr(normalise_name("单晓明")) == "NormalisedName()"


def test_surname_tables_hold_only_what_differs() -> None:
    for written, reading in {**{c: (r,) for c, r in SURNAMES.items()}, **COMPOUND_SURNAMES}.items():
        plain = tuple(lazy_pinyin(c)[0] for c in written)
        assert plain != reading, written
